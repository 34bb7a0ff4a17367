// What the primitives cost when nobody is in the way, as ratios to the floor that the platform sets, taken side by side in one run.
//
//   npm run bench

import { Word } from "@conc/atomics";
import { Event } from "@conc/condition";
import { Lock, RLock, Semaphore } from "@conc/lock";

const REPETITIONS = 7;
const BATCH = 200_000;

interface Row {
  readonly name: string;
  readonly batch: number;
  /** Does the thing so often. */
  readonly run: (times: number) => void | Promise<void>;
}

const words = new Int32Array(new SharedArrayBuffer(8));
const [lock, rlock, semaphore] = [new Lock(), new RLock(), new Semaphore(1)];

const groups: Row[][] = [
  [
    row("raw compare-exchange, twice", () => {
      Atomics.compareExchange(words, 0, 0, 1);
      Atomics.compareExchange(words, 0, 1, 0);
    }),
    row("Lock acquire + release", () => {
      lock.acquire();
      lock.release();
    }),
    row("Lock runExclusive", () => lock.runExclusive(nothing)),
    row("RLock acquire + release", () => {
      rlock.acquire();
      rlock.release();
    }),
    row("Semaphore acquire + release", () => {
      semaphore.acquire();
      semaphore.release();
    }),
  ],
  [
    asyncRow("await undefined", () => undefined),
    asyncRow("Lock acquireAsync + release", async () => {
      await lock.acquireAsync();
      lock.release();
    }),
    asyncRow("Semaphore acquireAsync + release", async () => {
      await semaphore.acquireAsync();
      semaphore.release();
    }),
  ],
  [
    row("new SharedArrayBuffer(8)", () => new SharedArrayBuffer(8), 20_000),
    row("new Lock()", () => new Lock(), 20_000),
    row("new Event()", () => new Event(), 20_000),
    row("new Word()", () => new Word(), 20_000),
  ],
];

for (const group of groups) {
  const samples = group.map((): number[] => []);
  // One repetition of each by turns, so that a slow moment of the machine hits all alike. The first is a warm-up.
  for (let repetition = 0; repetition <= REPETITIONS; repetition++) {
    for (const [index, { run, batch }] of group.entries()) {
      const start = performance.now();
      await run(batch);
      const nanoseconds = ((performance.now() - start) * 1e6) / batch;
      if (repetition > 0) samples[index]?.push(nanoseconds);
      // Gives finalizers a turn, so that what was dropped is free again.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const medians = samples.map(median);
  const floor = medians[0] as number;
  for (const [index, { name }] of group.entries()) {
    const value = medians[index] as number;
    console.log(`${name.padEnd(36)} ${value.toFixed(1).padStart(8)} ns  ${(value / floor).toFixed(2).padStart(6)} ×`);
  }
  console.log();
}

function row(name: string, once: () => unknown, batch = BATCH): Row {
  return {
    name,
    batch,
    run(times) {
      for (let time = 0; time < times; time++) once();
    },
  };
}

function asyncRow(name: string, once: () => unknown): Row {
  return {
    name,
    batch: BATCH / 4,
    async run(times) {
      for (let time = 0; time < times; time++) await once();
    },
  };
}

function nothing(): void {}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
