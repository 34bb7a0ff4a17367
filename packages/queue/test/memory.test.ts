import { setTimeout as sleep } from "node:timers/promises";
import { Arena, freeOrphans, Word } from "@conc/atomics";
import { sharedCells, startThread, until } from "@conc/testkit";
import { collectGarbage } from "@conc/testkit/collect-garbage.ts";
import { describe, expect, it } from "vitest";
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from "../src/index.ts";
import { stop, type Traffic } from "./workers/traffic.ts";

const THREADS = new URL("./workers/traffic.ts", import.meta.url);

/** Set CONC_ITEMS for more. */
const ITEMS = Number(process.env.CONC_ITEMS ?? 200_000);
const HOUR = 3_600_000;

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

  it("is given back when the queue is collected, also if all that it ever had was one small item", async () => {
    const make = (): void => {
      const queue = new Class<unknown>();
      queue.put([1, "small"]);
      queue.get();
    };
    make();
    await collectGarbage();
    const before = Arena.default.used;
    for (let i = 0; i < 50; i++) make();
    await until("all are gone", async () => {
      await collectGarbage();
      return Arena.default.used <= before;
    });
  });

  it("QU-032 keeps nothing of an item that was taken", async () => {
    const queue = new Class<object>();
    const items: WeakRef<object>[] = [];
    const take = async (): Promise<void> => {
      const waiting = queue.getAsync();
      for (let i = 0; i < 3; i++) queue.put([i, new Word(), new Error("inside")]);
      items.push(new WeakRef(queue.get()), new WeakRef(await queue.getAsync()), new WeakRef(await waiting));
    };
    await take();
    await until("all are gone", async () => {
      await collectGarbage();
      return items.every((item) => item.deref() === undefined);
    });
  });

  it("is given back when the last that knew of the queue was an item of another one, which is dropped", async () => {
    const fill = (outer: Queue<unknown>): void => {
      const inner = new Class<unknown>();
      for (let i = 0; i < 50; i++) inner.put([i, "x".repeat(1000)]);
      outer.put(inner);
    };
    const pass = async (): Promise<void> => {
      const outer = new Queue<unknown>();
      fill(outer);
      await collectGarbage();
      outer.shutdown({ immediate: true });
    };
    await pass();
    const before = Arena.default.used;
    for (let i = 0; i < 10; i++) await pass();
    await until("all are gone", async () => {
      await collectGarbage();
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

  it(
    "stays the same, however many items of all kinds pass from threads to threads",
    async () => {
      const each = Math.ceil(ITEMS / 2);
      const cells = sharedCells(2);
      const traffic: Traffic = {
        ...{ queue: new Queue(1000), manners: "patient", each },
        ...{ begun: sharedCells(2), ended: sharedCells(2), times: new Uint8Array() },
      };
      const makers = [0, 1].map((from) => startThread<void>(THREADS, "produce", traffic, from));
      const takers = [0, 1].map((index) => startThread<void>(THREADS, "count", traffic, index, cells));
      const passed = async (part: number): Promise<{ used: number; resident: number }> => {
        while (Atomics.load(cells, 0) + Atomics.load(cells, 1) < 2 * each * part) await sleep(1);
        return { used: Arena.default.used, resident: process.memoryUsage.rss() };
      };
      const early = await passed(0.1);
      const half = await passed(0.5);
      const late = await passed(0.99);
      await Promise.all(makers.map(({ result }) => result));
      await stop(traffic, 2);
      await Promise.all(takers.map(({ result }) => result));
      expect(Atomics.load(cells, 0) + Atomics.load(cells, 1)).toBe(2 * each);
      // A thousand items, of which a few are large.
      expect(late.used).toBeLessThan(early.used + 2 ** 20);
      // Half of the work has made it as large as it gets.
      expect(late.resident).toBeLessThan(half.resident * 1.25 + 32e6);
    },
    HOUR,
  );
});
