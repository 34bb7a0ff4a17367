// What a lock costs that is free: the common case, and the one that everybody pays for.

import { Lock, RLock, Semaphore } from "@conc/lock";
import type { Contestant, Group, Run } from "../contest/contestant.ts";
import { whyNoPython } from "../contest/python.ts";
import { loadMultithreading, MULTITHREADING_NEEDS } from "../peers/multithreading.ts";
import { sharedWords } from "../peers/raw-futex.ts";

const RAW = "raw compare-exchange and exchange";
const PEER_LOCK = "multithreading Mutex.blockingLock";
const PEER_SEMAPHORE = "multithreading Semaphore.blockingAcquire";

/** A contestant that takes and gives back something of its own. */
function ours(name: string, prepare: () => Run): Contestant {
  return { name, role: "ours", prepare };
}

function python(name: string, row: string): Contestant {
  return { name: `CPython ${name}`, role: "CPython", absent: whyNoPython(), python: { name: row } };
}

function nothing(): void {}

export const locks: Group = {
  name: "free lock",
  about:
    "Taking and giving back what nobody else wants, in one thread. The floor is the least that a lock with sleepers needs: one " +
    "compare-exchange to take it, one exchange to give it back and see whether somebody sleeps.",
  tolerance: 1.15,
  contestants: [
    {
      name: RAW,
      role: "floor",
      prepare() {
        const words = sharedWords(1);
        return (times) => {
          for (let time = 0; time < times; time++) {
            Atomics.compareExchange(words, 0, 0, 1);
            Atomics.exchange(words, 0, 0);
          }
        };
      },
    },
    ours("Lock acquire + release", () => {
      const lock = new Lock();
      return (times) => {
        for (let time = 0; time < times; time++) {
          lock.acquire();
          lock.release();
        }
      };
    }),
    ours("Lock runExclusive", () => {
      const lock = new Lock();
      return (times) => {
        for (let time = 0; time < times; time++) lock.runExclusive(nothing);
      };
    }),
    ours("Lock using guard", () => {
      const lock = new Lock();
      return (times) => {
        for (let time = 0; time < times; time++) {
          using guard = lock.guard();
        }
      };
    }),
    ours("RLock acquire + release", () => {
      const lock = new RLock();
      return (times) => {
        for (let time = 0; time < times; time++) {
          lock.acquire();
          lock.release();
        }
      };
    }),
    ours("RLock nested pair", () => {
      const lock = new RLock();
      return (times) => {
        for (let time = 0; time < times; time++) {
          lock.acquire();
          lock.acquire();
          lock.release();
          lock.release();
        }
      };
    }),
    ours("Semaphore acquire + release", () => {
      const semaphore = new Semaphore(1);
      return (times) => {
        for (let time = 0; time < times; time++) {
          semaphore.acquire();
          semaphore.release();
        }
      };
    }),
    {
      name: PEER_LOCK,
      role: "peer",
      needs: MULTITHREADING_NEEDS,
      async prepare() {
        const { Mutex } = await loadMultithreading();
        const mutex = new Mutex();
        return (times) => {
          for (let time = 0; time < times; time++) mutex.blockingLock().dispose();
        };
      },
    },
    {
      name: PEER_SEMAPHORE,
      role: "peer",
      needs: MULTITHREADING_NEEDS,
      async prepare() {
        const { Semaphore } = await loadMultithreading();
        const semaphore = new Semaphore(1);
        return (times) => {
          for (let time = 0; time < times; time++) semaphore.blockingAcquire().dispose();
        };
      },
    },
    python("Lock", "lock"),
    python("with Lock", "lock_with"),
    python("RLock", "rlock"),
    python("RLock nested", "rlock_nested"),
    python("Semaphore", "semaphore"),
  ],
  rows: [
    {
      number: "1",
      name: "Lock acquire + release",
      ours: "Lock acquire + release",
      unit: "ns",
      marks: [
        { against: RAW, atMost: 1.2 },
        { against: PEER_LOCK, atLeast: 2.2 },
        { against: "CPython Lock", atLeast: 3 },
      ],
      meaning: "`lock.acquire(); lock.release()`.",
    },
    {
      number: "1",
      name: "Lock runExclusive",
      ours: "Lock runExclusive",
      unit: "ns",
      marks: [
        { against: RAW, atMost: 1.3 },
        { against: PEER_LOCK, atLeast: 2.2 },
        { against: "CPython with Lock", atLeast: 5 },
      ],
      meaning: "`lock.runExclusive(fn)` with a function that does nothing.",
    },
    {
      number: "1",
      name: "Lock using guard",
      ours: "Lock using guard",
      unit: "ns",
      marks: [{ against: RAW, atMost: 8 }, { against: PEER_LOCK }, { against: "CPython with Lock" }],
      meaning:
        "`using guard = lock.guard()`. Node before 24 has no such syntax: there it is what the compiler makes of it. From 24 on most " +
        "of it is the cost of `using` itself, which V8 does not optimise yet.",
    },
    {
      number: "2",
      name: "RLock acquire + release",
      ours: "RLock acquire + release",
      unit: "ns",
      marks: [
        { against: RAW, atMost: 1.25 },
        { against: PEER_LOCK, atLeast: 2.2 },
        { against: "CPython RLock", atLeast: 3 },
      ],
      meaning: "As the first row.",
    },
    {
      number: "2",
      name: "RLock nested pair",
      ours: "RLock nested pair",
      unit: "ns",
      marks: [{ against: RAW, atMost: 1.4 }, { against: PEER_LOCK }, { against: "CPython RLock nested", atLeast: 3 }],
      meaning: "Two acquires, then two releases, of one `RLock`; the floor is still a single pair.",
    },
    {
      number: "3",
      name: "Semaphore acquire + release",
      ours: "Semaphore acquire + release",
      unit: "ns",
      marks: [
        { against: RAW, atMost: 1.8 },
        { against: PEER_SEMAPHORE, atLeast: 1.8 },
        { against: "CPython Semaphore", atLeast: 20 },
      ],
      meaning: "A semaphore with one permit.",
    },
  ],
};
