// What an async acquire costs when nobody is in the way.

import { Lock, Semaphore } from "@conc/lock";
import * as asyncMutex from "async-mutex";
import type { Group, Mark } from "../contest/contestant.ts";
import { whyNoPython } from "../contest/python.ts";
import { loadMultithreading, MULTITHREADING_NEEDS } from "../peers/multithreading.ts";
import { WEB_LOCKS_NEED, webLocks } from "../peers/web-locks.ts";

const FLOOR = "await undefined";

/** The mark against Python was measured with `async with`, which costs twice what acquire and release do. */
const marks: readonly Mark[] = [
  { against: FLOOR, atMost: 1.7 },
  { against: "async-mutex Semaphore", atLeast: 1.4 },
  { against: "async-mutex Mutex", atLeast: 20 },
  { against: "CPython async with asyncio.Lock", atLeast: 4 },
];

export const asyncLocks: Group = {
  name: "free async lock",
  about:
    "`await lock.acquireAsync(); lock.release()` of what nobody else wants. The floor is the turn that any `await` takes. async-mutex " +
    "and asyncio work inside one thread only, ours and Web Locks between threads.",
  tolerance: 1.15,
  contestants: [
    {
      name: FLOOR,
      role: "floor",
      prepare: () => async (times) => {
        for (let time = 0; time < times; time++) await undefined;
      },
    },
    {
      name: "Lock acquireAsync + release",
      role: "ours",
      prepare() {
        const lock = new Lock();
        return async (times) => {
          for (let time = 0; time < times; time++) {
            await lock.acquireAsync();
            lock.release();
          }
        };
      },
    },
    {
      name: "Semaphore acquireAsync + release",
      role: "ours",
      prepare() {
        const semaphore = new Semaphore(1);
        return async (times) => {
          for (let time = 0; time < times; time++) {
            await semaphore.acquireAsync();
            semaphore.release();
          }
        };
      },
    },
    {
      name: "async-mutex Semaphore",
      role: "peer",
      prepare() {
        const semaphore = new asyncMutex.Semaphore(1);
        return async (times) => {
          for (let time = 0; time < times; time++) {
            const [, release] = await semaphore.acquire();
            release();
          }
        };
      },
    },
    {
      name: "async-mutex Mutex",
      role: "peer",
      prepare() {
        const mutex = new asyncMutex.Mutex();
        return async (times) => {
          for (let time = 0; time < times; time++) {
            const release = await mutex.acquire();
            release();
          }
        };
      },
    },
    {
      name: "multithreading Mutex.lock",
      role: "peer",
      needs: MULTITHREADING_NEEDS,
      async prepare() {
        const { Mutex } = await loadMultithreading();
        const mutex = new Mutex();
        return async (times) => {
          for (let time = 0; time < times; time++) (await mutex.lock()).dispose();
        };
      },
    },
    {
      name: "navigator.locks",
      role: "peer",
      needs: WEB_LOCKS_NEED,
      prepare() {
        const locks = webLocks();
        return async (times) => {
          for (let time = 0; time < times; time++) await locks.request("free", nothing);
        };
      },
    },
    { name: "CPython asyncio.Lock", role: "CPython", absent: whyNoPython(), python: { name: "async_lock" } },
    {
      name: "CPython async with asyncio.Lock",
      role: "CPython",
      absent: whyNoPython(),
      python: { name: "async_lock_with" },
    },
  ],
  rows: [
    {
      number: "4",
      name: "Lock acquireAsync",
      ours: "Lock acquireAsync + release",
      unit: "ns",
      marks,
      meaning: "An async acquire of a free lock, and its release.",
    },
    {
      number: "4",
      name: "Semaphore acquireAsync",
      ours: "Semaphore acquireAsync + release",
      unit: "ns",
      marks,
      meaning: "The same with a semaphore that has a permit.",
    },
  ],
};

async function nothing(): Promise<void> {}
