import { setTimeout as sleep } from "node:timers/promises";
import { Arena, endAgent, OwnerDiedError } from "@conc/atomics";
import { sharedCells, startThread, type TestThread, until } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { countLost, expectOrder, HOUR, isThrough, KINDS, newTraffic } from "./direct-traffic.ts";
import { stop, type Taken, type Traffic } from "./workers/traffic.ts";

const THREADS = new URL("./workers/traffic.ts", import.meta.url);

/** For how long a thread lives at most once it is at work, in milliseconds. */
const LIFE = 30;

/** Producers and consumers that are threads, or tasks of one, who are killed and followed by others of their kind. */
class Mortals {
  /** The number of the producer that is among them, if one is. */
  readonly from: number | undefined;
  readonly #name: string;
  readonly #traffic: Traffic;
  #self!: Int32Array;
  #thread!: TestThread<Taken | undefined>;

  constructor(traffic: Traffic, name: string, from?: number) {
    this.#traffic = traffic;
    this.#name = name;
    this.from = from;
    this.start();
  }

  get result(): Promise<Taken | undefined> {
    return this.#thread.result;
  }

  get consumes(): boolean {
    return this.#name !== "produce";
  }

  /** Whether the producer has no more to put. */
  get hasEnded(): boolean {
    return this.from !== undefined && Atomics.load(this.#traffic.ended, this.from) === 1;
  }

  /** The item that the producer had begun to put, as `countLost` has it; -1 for none. */
  get inHand(): number {
    const { begun, each } = this.#traffic;
    const index = this.from === undefined ? -1 : Atomics.load(begun, this.from) - 1;
    return index < 0 ? -1 : (this.from as number) * each + index;
  }

  start(): void {
    this.#self = sharedCells(1);
    const args = this.from === undefined ? [this.#self] : [this.from, this.#self];
    this.#thread = startThread(THREADS, this.#name, this.#traffic, ...args);
  }

  /** Kills them wherever they are, and declares them dead. */
  async kill(): Promise<void> {
    await until("it is at work", () => Atomics.load(this.#self, 0) !== 0);
    await sleep(Math.random() * LIFE);
    await this.#thread.kill();
    endAgent(Arena.default.agent, Atomics.load(this.#self, 0));
  }
}

/** Calls `taskDone` for each task of the dead; how often. */
function finish({ queue }: Traffic): number {
  for (let tasks = 0; ; tasks++) {
    try {
      expect(queue.join?.({ timeout: 10_000 })).not.toBe(false);
      return tasks;
    } catch (error) {
      expect(error).toBeInstanceOf(OwnerDiedError);
      queue.taskDone();
    }
  }
}

describe("four producers and four consumers, threads and tasks mixed, that die at any moment", () => {
  it.each(KINDS)(
    "lose of a %s of size %i what they had in hand, one item each, and no more",
    async (_, maxSize, Class) => {
      const traffic = newTraffic(Class, maxSize, "patient");
      // This thread, which alone sees others die, keeps its hands off what they may leave locked.
      const all = [
        ...[0, 1].map((from) => new Mortals(traffic, "produce", from)),
        ...[0, 1].map(() => new Mortals(traffic, "consume")),
        ...[2, 3].map((from) => new Mortals(traffic, "both", from)),
      ];
      const doubtful = new Set<number>();
      let consumers = 0;
      while (!isThrough(traffic)) {
        const mortals = all[Math.floor(Math.random() * all.length)] as Mortals;
        if (mortals.hasEnded && !mortals.consumes) continue;
        await mortals.kill();
        if (mortals.consumes) consumers++;
        if (!mortals.hasEnded) doubtful.add(mortals.inHand);
        mortals.start();
      }
      await stop(traffic, 4);
      const taken = await Promise.all(all.map(({ result }) => result));
      const lost = countLost(traffic, doubtful);
      expect(lost).toBeLessThanOrEqual(consumers);
      expect(finish(traffic)).toBeLessThanOrEqual(consumers);
      expectOrder(
        traffic,
        taken.filter((items) => items !== undefined),
      );
      expect(traffic.queue.empty).toBe(true);
    },
    HOUR,
  );
});
