// Waking a thread that surely sleeps: the partner keeps itself busy for a while before each wake-up. In the ping-pong of the other
// contests a primitive that looks for a moment before it sleeps may never sleep at all.

import { Condition, Event } from "@conc/condition";
import { Semaphore } from "@conc/lock";
import { whyNoAffinity } from "../contest/affinity.ts";
import { now } from "../contest/clock.ts";
import { type Contestant, type Group, type Role, type Run, sharing } from "../contest/contestant.ts";
import { sharedWords, sleepWhile, wakeOne } from "../peers/raw-futex.ts";

/** Nanoseconds for which the partner is busy: longer than anybody looks before sleeping. */
const BUSY = 200_000;
const RAW = "raw Atomics.wait and notify";

/** The two sides of a wake-up. */
interface Sides {
  /** Until woken. */
  wait(): unknown;
  wake(): void;
}

function contestant<S extends Record<string, unknown>>(
  name: string,
  role: Role,
  make: () => S,
  sidesOf: (shared: S) => Sides,
): Contestant {
  return sharing({
    name,
    role,
    threads: 2,
    affinity: "two",
    share: () => ({ ...make(), ready: sharedWords(1), moment: new Float64Array(new SharedArrayBuffer(8)) }),
    prepare: ({ index, shared }) => {
      const sides = sidesOf(shared);
      return index === 0 ? sleeper(sides, shared.ready, shared.moment) : waker(sides, shared.ready, shared.moment);
    },
  });
}

/** Sleeps so often, and adds up the time from the moment before each wake-up until it runs again. */
function sleeper(sides: Sides, ready: Int32Array, moment: Float64Array): Run {
  return (times) => {
    let sum = 0;
    for (let time = 0; time < times; time++) {
      Atomics.store(ready, 0, 1);
      sides.wait();
      sum += now() - (moment[0] as number);
    }
    return sum;
  };
}

function waker(sides: Sides, ready: Int32Array, moment: Float64Array): Run {
  return (times) => {
    for (let time = 0; time < times; time++) {
      while (Atomics.load(ready, 0) === 0);
      Atomics.store(ready, 0, 0);
      const end = now() + BUSY;
      while (now() < end);
      moment[0] = now();
      sides.wake();
    }
  };
}

export const wakesOfSleepers: Group = {
  name: "wake-up of a sleeper, two cores",
  about:
    "A thread that has slept for 0.2 ms is woken by one on another processor; time from just before the wake-up until it runs. What a " +
    "primitive spends on looking before it sleeps does not show here, what it spends on waking does.",
  tolerance: 1.3,
  absent: whyNoAffinity("two"),
  contestants: [
    contestant(
      RAW,
      "floor",
      () => ({ word: sharedWords(1) }),
      ({ word }) => ({
        wait() {
          while (Atomics.load(word, 0) === 0) sleepWhile(word, 0, 0);
          Atomics.store(word, 0, 0);
        },
        wake() {
          Atomics.store(word, 0, 1);
          wakeOne(word, 0);
        },
      }),
    ),
    contestant(
      "Event",
      "ours",
      () => ({ event: new Event() }),
      ({ event }) => ({
        wait() {
          event.wait();
          event.clear();
        },
        wake: () => event.set(),
      }),
    ),
    contestant(
      "Semaphore",
      "ours",
      () => ({ semaphore: new Semaphore(0) }),
      ({ semaphore }) => ({ wait: () => semaphore.acquire(), wake: () => semaphore.release() }),
    ),
    contestant(
      "Condition",
      "ours",
      () => ({ condition: new Condition(), full: sharedWords(1) }),
      ({ condition, full }) => ({
        wait() {
          condition.acquire();
          while (full[0] === 0) condition.wait();
          full[0] = 0;
          condition.release();
        },
        wake() {
          condition.acquire();
          full[0] = 1;
          condition.notify();
          condition.release();
        },
      }),
    ),
  ],
  rows: ["Event", "Semaphore", "Condition"].map((primitive) => ({
    number: "10",
    name: `${primitive}, sleeper, two cores`,
    ours: primitive,
    unit: "µs",
    marks: [{ against: RAW, atMost: 1.15 }],
    meaning: `One ${primitive.toLowerCase()}, one thread that waits again and again, one that wakes it every 0.2 ms.`,
  })),
};
