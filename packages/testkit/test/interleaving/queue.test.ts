// Items that are put and taken: none is lost, none comes twice, and nobody sleeps through one, also if somebody gives up or dies.

import { AtomicInt32 } from "@conc/atomics";
import { Queue, QueueEmptyError } from "@conc/queue";
import { describe, expect } from "vitest";
import type { Program } from "../../src/index.ts";
import { aborted, holds, undertaker } from "./holds.ts";

interface Shared {
  readonly queue: Queue<number>;
  readonly taken: AtomicInt32;
}

const put: Program<Shared> = ({ queue }) => queue.put(1);
const putTwo: Program<Shared> = ({ queue }) => {
  queue.put(1);
  queue.put(2);
};
const get: Program<Shared> = ({ queue, taken }) => void taken.add(queue.get());
const getAsync: Program<Shared> = async ({ queue, taken }) => void taken.add(await queue.getAsync());
const tryGet: Program<Shared> = ({ queue, taken }) => {
  try {
    taken.add(queue.get({ timeout: 5 }));
  } catch (error) {
    if (!(error instanceof QueueEmptyError)) throw error;
  }
};
const abortGet: Program<Shared> = ({ queue, taken }) =>
  aborted(async (signal) => void taken.add(await queue.getAsync({ signal })));

/** What was taken, and what is left. */
function sumOf({ queue, taken }: Shared): number {
  let left = 0;
  while (!queue.empty) left += queue.getNowait();
  return taken.load() + left;
}

/** A queue whose memory is there: a scenario allocates nothing. */
const share =
  (size = 0) =>
  (): Shared => {
    const queue = new Queue<number>(size);
    queue.put(0);
    queue.get();
    return { queue, taken: new AtomicInt32(0) };
  };

describe("Queue", () => {
  const one = (shared: Shared): void => expect(sumOf(shared)).toBe(1);
  const both = (shared: Shared): void => expect(sumOf(shared)).toBe(3);
  holds("Queue: a thread waits", { share: share(), agents: { A: get, B: put }, check: one });
  holds("Queue: a task waits", { share: share(), agents: { A: getAsync, B: put }, check: one }, { preemptions: 3 });
  holds("Queue: two wait", { share: share(), agents: { A: get, B: get, C: putTwo }, check: both }, { preemptions: 2 });
  holds(
    "Queue: a task and a thread wait",
    { share: share(), agents: { A: getAsync, B: get, C: putTwo }, check: both },
    { preemptions: 2 },
  );
  holds(
    "Queue: a task waits, and others are faster",
    {
      share: share(),
      agents: {
        A: getAsync,
        B: ({ queue }) => [1, 2, 4].map((item) => queue.put(item)),
        C: async (shared, self) => {
          get(shared, self);
          get(shared, self);
        },
      },
      check: (shared) => expect(sumOf(shared)).toBe(7),
    },
    { preemptions: 3 },
  );
  holds(
    "Queue: one gives up",
    { share: share(), agents: { A: tryGet, B: get, C: putTwo }, check: both },
    { preemptions: 2 },
  );
  holds(
    "Queue: one is aborted",
    { share: share(), agents: { A: abortGet, B: get, C: putTwo }, check: both },
    { preemptions: 2 },
  );
  holds(
    "Queue: room for one",
    { share: share(1), agents: { A: putTwo, B: get, C: get }, check: both },
    { preemptions: 2 },
  );

  const work: Program<Shared> = ({ queue, taken }) => {
    taken.add(queue.get());
    queue.taskDone();
  };
  const putAndWork: Program<Shared> = (shared, self) => {
    shared.queue.put(2);
    return work(shared, self);
  };
  holds(
    "Queue: one joins while two work",
    {
      share: () => {
        const shared = share()();
        shared.queue.taskDone();
        shared.queue.put(1);
        return shared;
      },
      agents: { A: work, B: ({ queue }) => void expect(queue.join()).toBe(true), C: putAndWork },
      check: both,
    },
    { preemptions: 3 },
  );

  const U = undertaker<Shared>("A");
  holds(
    "Queue: a producer dies",
    {
      share: share(),
      agents: { A: { run: put, mortal: true }, B: put, C: get, U },
      check: (shared) => {
        expect(shared.taken.load()).toBe(1);
        expect([1, 2]).toContain(sumOf(shared));
      },
    },
    { preemptions: 1 },
  );
  holds(
    "Queue: a consumer dies",
    {
      share: share(),
      agents: { A: { run: get, mortal: true }, B: get, C: putTwo, U },
      // What the dead one had taken is gone, or is there for others; B has one.
      check: ({ queue, taken }) => {
        expect(queue.size).toBeLessThanOrEqual(1);
        expect(taken.load()).toBeGreaterThan(0);
      },
    },
    { preemptions: 1 },
  );
});
