import { Worker } from "node:worker_threads";
import { AGENT_BLOCKED, Arena, agentsOf, fromHandle, type Handle, pack, toHandle, unpack } from "@conc/atomics";
import { Condition, Event } from "@conc/condition";
import { BoundedSemaphore, Lock, RLock, Semaphore } from "@conc/lock";
import { until } from "@conc/testkit";
import { newSlate, read } from "@conc/testkit/slate.ts";
import { setExcepthook, Thread } from "@conc/thread";
import { describe, expect, it } from "vitest";
import { noFailures } from "./start-waiting.ts";
import * as actions from "./workers/actions.ts";
import * as passing from "./workers/passing.ts";

noFailures();

const primitives = (): object[] => {
  const lock = new Lock();
  return [
    lock,
    new RLock(),
    new Semaphore(3),
    new BoundedSemaphore(2),
    new Event(),
    new Condition(),
    new Condition(lock),
  ];
};

it("every primitive arrives as one of its class, in the state it is in", () => {
  const slate = newSlate();
  const [lock, rlock, semaphore, bounded, event, condition] = primitives() as [
    ...[Lock, RLock, Semaphore, BoundedSemaphore, Event, Condition],
  ];
  lock.acquire();
  semaphore.acquire();
  event.set();
  const args = [slate, lock, rlock, semaphore, bounded, event, condition];
  new Thread({ target: passing.describesAll, args }).start().join();
  expect(read(slate)).toEqual([
    ...["Lock locked", "RLock unlocked", "Semaphore 2", "BoundedSemaphore 2", "Event set", "Condition unlocked"],
  ]);
  lock.release();
});

it("a lock passed down three levels, in maps and arrays, is one lock on all of them", () => {
  const lock = new Lock();
  const event = new Event();
  const slates = [newSlate(), newSlate(), newSlate()];
  lock.acquire();
  const tree = new Map<unknown, unknown>([
    ["locks", [lock, { deep: [lock] }]],
    [event, new Set([lock])],
  ]);
  const thread = new Thread({ target: passing.passesOn, args: [slates, tree, event] }).start();
  // The last one waits for the lock, and nobody else has it.
  event.wait();
  expect(lock.tryAcquire()).toBe(false);
  lock.release();
  expect(thread.join()).toBe(true);
  expect(slates.map((slate) => read(slate))).toEqual([
    { same: true, level: 2, wasLocked: true },
    { same: true, level: 1, wasLocked: true },
    { same: true, level: 0, wasLocked: true, acquired: true },
  ]);
  expect(lock.locked).toBe(false);
});

it("a handle that comes back is the object it was made from", () => {
  const [slate, lock, condition] = [newSlate(), new Lock(), new Condition()];
  new Thread({ target: passing.handsBack, args: [slate, [lock, condition]] }).start().join();
  const handles = read(slate) as Handle[];
  expect(handles.map((handle) => fromHandle(handle))).toEqual([lock, condition]);
  expect(fromHandle(handles[0]!)).toBe(lock);
  expect(fromHandle(handles[1]!)).toBe(condition);
});

it("a primitive made in a thread lives on here after that thread has ended", async () => {
  const errors: { made: Lock; given: Lock }[] = [];
  const before = setExcepthook((error) => errors.push(error as never));
  const lock = new Lock();
  new Thread({ target: passing.throwsLocks, args: [lock] }).start().join();
  await until("reported", () => errors.length > 0);
  setExcepthook(before);
  const [{ made, given }] = errors as [{ made: Lock; given: Lock }];
  expect(given).toBe(lock);
  expect(made).toBeInstanceOf(Lock);
  expect([made.locked, made.tryAcquire(), made.tryAcquire()]).toEqual([false, true, false]);
});

it("a lock that no other thread knows any more is nobody else's to release", () => {
  const lock = new Lock({ name: "ledger" });
  new Thread({ target: actions.nothing, args: [lock] }).start().join();
  lock.acquire();
  expect(() => lock.acquire()).toThrow('waits for lock "ledger", held by itself');
  lock.release();
  expect(lock.locked).toBe(false);
});

it("packed and unpacked in one thread, primitives, functions and threads are what they were", () => {
  const thread = new Thread().start();
  const value = { all: primitives(), task: passing.describesAll, thread };
  const packed = pack(value);
  const back = unpack({ ...packed, value: structuredClone(packed.value) }) as typeof value;
  expect(back).not.toBe(value);
  for (const [index, primitive] of value.all.entries()) expect(back.all[index]).toBe(primitive);
  expect(back.task).toBe(passing.describesAll);
  expect(back.thread).toBe(thread);
  thread.join();
});

it("data arrive as a structured clone has them, and the sender's are not touched", () => {
  const slate = newSlate();
  const data = {
    ...{
      date: new Date(0),
      big: 2n ** 70n,
      bytes: new Uint8Array([1, 2]),
      text: "\ud800",
      nothing: undefined,
      minus: -0,
    },
    ...{ map: new Map([[{}, new Set([1])]]), error: new RangeError("range", { cause: 1 }), regexp: /a/g, self: {} },
  };
  data.self = data;
  const before = Object.keys(data);
  new Thread({ target: passing.checksData, args: [slate, data, new Lock()] }).start().join();
  expect(read(slate)).toEqual([]);
  expect(Object.keys(data)).toEqual(before);
  expect(data.self).toBe(data);
});

describe("a raw worker", () => {
  // Plain JavaScript, as somebody writes it who only knows postMessage.
  const BOOT = `
  const { parentPort, workerData } = require("node:worker_threads");
  (async () => {
    const { Arena, fromHandle, toHandle } = await import(workerData.atomics);
    await import(workerData.lock);
    parentPort.on("message", async ({ arena, lock, release }) => {
      if (release) return fromHandle(release).release();
      Arena.adopt(arena);
      const mine = fromHandle(lock);
      const free = mine.tryAcquire();
      if (!free) mine.acquire();
      parentPort.postMessage({ free, back: toHandle(mine), same: fromHandle(lock) === mine });
    });
  })();
  `;

  it("that got the arena and a handle takes the same lock", async () => {
    const worker = new Worker(BOOT, {
      eval: true,
      workerData: { atomics: import.meta.resolve("@conc/atomics"), lock: import.meta.resolve("@conc/lock") },
    });
    const lock = new Lock();
    lock.acquire();
    worker.postMessage({ arena: Arena.default.buffer, lock: toHandle(lock) });
    const answer = new Promise<{ free: boolean; back: Handle; same: boolean }>((resolve) =>
      worker.once("message", resolve),
    );
    const agents = agentsOf(Arena.default);
    await until("the worker waits for the lock", () => agents.ids().some((id) => agents.state(id) === AGENT_BLOCKED));
    lock.release();
    const { free, back, same } = await answer;
    expect({ free, same }).toEqual({ free: false, same: true });
    expect(fromHandle(back)).toBe(lock);
    expect([lock.locked, lock.tryAcquire()]).toEqual([true, false]);
    worker.postMessage({ release: back });
    expect(await lock.acquireAsync({ timeout: 20_000 })).toBe(true);
    lock.release();
    await worker.terminate();
  });
});
