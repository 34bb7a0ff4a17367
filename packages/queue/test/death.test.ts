import { Arena, endAgent } from "@conc/atomics";
import { startThread, type TestThread, until } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from "../src/index.ts";
import { examine, type Item } from "./workers/traffic.ts";

const THREADS = new URL("./workers/traffic.ts", import.meta.url);
const ROUNDS = Number(process.env.CONC_ROUNDS ?? 3);
const EACH = 200_000;

interface Victim {
  readonly thread: TestThread<void>;
  readonly cells: Int32Array;
}

/** Kills a thread wherever it is, and declares it dead. */
async function kill({ thread, cells }: Victim): Promise<void> {
  await thread.kill();
  endAgent(Arena.default.agent, Atomics.load(cells, 0));
}

function start(name: string, queue: object, ...args: unknown[]): Victim {
  const cells = new Int32Array(new SharedArrayBuffer(16));
  return { thread: startThread<void>(THREADS, name, queue, cells, ...args), cells };
}

describe.each([Queue, LifoQueue, PriorityQueue, SimpleQueue])("%o, and threads that die at any moment", (Class) => {
  it.each([0, 1, 32])(
    "of what producers and consumers of a queue of size %i had in hand one item each may be gone, and no more",
    async (maxSize) => {
      if (Class === SimpleQueue && maxSize > 0) return;
      for (let round = 0; round < ROUNDS; round++) {
        const queue = new Class<Item | number>(maxSize);
        const marks = new Uint8Array(new SharedArrayBuffer(2 * EACH));
        const makers = [0, 1].map((from) => start("produceNoting", queue, from, EACH));
        const takers = [0, 1].map(() => start("consumeNoting", queue, marks, EACH));
        await until("items flow", () => makers.every(({ cells }) => Atomics.load(cells, 1) > 200));
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
        await kill(takers[0] as Victim);
        await kill(makers[0] as Victim);
        // The others go on.
        const before = Atomics.load((makers[1] as Victim).cells, 1);
        await until("they go on", () => Atomics.load((makers[1] as Victim).cells, 1) > before);
        await kill(makers[1] as Victim);
        const last = takers[1] as Victim;
        await until("it takes the rest", () => queue.empty);
        await kill(last);

        // What is left, should the last one have died with the lock in its hands.
        while (!queue.empty) {
          const [from, index] = examine(queue.getNowait());
          Atomics.add(marks, from * EACH + index, 1);
        }
        let lost = 0;
        for (const [from, { cells }] of makers.entries()) {
          const put = Atomics.load(cells, 1);
          // One may have been put that could not be noted any more.
          for (let index = 0; index <= put; index++) {
            const times = marks[from * EACH + index] as number;
            expect(times).toBeLessThanOrEqual(1);
            if (times === 0 && index < put) lost++;
          }
          expect(marks[from * EACH + put + 1]).toBe(0);
        }
        // Each of the two dead consumers had at most one in hand.
        expect(lost).toBeLessThanOrEqual(2);
        // And all goes on: nothing is stuck.
        queue.put(1);
        expect(queue.get({ timeout: 1000 })).toBe(1);
      }
    },
    120_000,
  );
});
