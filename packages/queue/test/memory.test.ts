import { Arena, freeOrphans, Word } from "@conc/atomics";
import { until } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from "../src/index.ts";
import { collectGarbage } from "./collect-garbage.ts";

/** Set CONC_ITEMS for more. */
const ITEMS = Number(process.env.CONC_ITEMS ?? 1_000_000);

describe.each([Queue, LifoQueue, PriorityQueue, SimpleQueue])("the memory of a %o", (Class) => {
  it("is given back when the queue is collected, with the items in it and what these hold", async () => {
    let made = 0;
    const make = (): void => {
      const queue = new Class<unknown>();
      for (let i = 0; i < 50; i++) queue.put([i, new Word(), new Uint8Array(i * 300)]);
      // One in two has let go of its items before.
      if (made++ % 2 && queue instanceof Queue) queue.shutdown({ immediate: true });
    };
    make();
    await collectGarbage();
    await until("the first is gone", async () => {
      await collectGarbage();
      return true;
    });
    const before = Arena.default.used;
    for (let i = 0; i < 20; i++) make();
    expect(Arena.default.used).toBeGreaterThan(before + 10 * 50 * 32);
    await until("all are gone", async () => {
      await collectGarbage();
      freeOrphans(Arena.default.agent);
      // What stays for next time: a crate, a table of shared objects.
      return Arena.default.used <= before + 16_384;
    });
  });

  it("is given back by an immediate shutdown, and by taking what was there", () => {
    const queue = new Class<unknown>();
    const fill = (): void => {
      for (let i = 0; i < 5000; i++) queue.put([i, "x".repeat(i % 100)]);
    };
    fill();
    while (!queue.empty) queue.get();
    const before = Arena.default.used;
    fill();
    expect(Arena.default.used).toBeGreaterThan(before);
    while (!queue.empty) queue.get();
    expect(Arena.default.used).toBeLessThanOrEqual(before + 65_536);
    fill();
    if (queue instanceof Queue) {
      queue.shutdown({ immediate: true });
      expect(Arena.default.used).toBeLessThanOrEqual(before);
    }
  });
});

describe("the memory of a Queue", () => {
  it("stays the same, however many items pass through it", () => {
    const queue = new Queue<number>();
    const pass = (count: number): void => {
      for (let i = 0; i < count; i++) {
        queue.put(i);
        if (queue.get() !== i) throw new Error("not the same");
      }
    };
    pass(100_000);
    const before = Arena.default.used;
    pass(ITEMS);
    expect(Arena.default.used).toBe(before);
  });
});
