import { AGENT_BLOCKED, Arena, agentsOf } from "@conc/atomics";
import { sharedCells, startThread, until } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from "../src/index.ts";
import { MAY_REST, WAITS } from "./workers/busy.ts";

const BUSY = new URL("./workers/busy.ts", import.meta.url);
const CALLS = new URL("./workers/calls.ts", import.meta.url);

/** So many threads are blocked. */
function blocked(count: number): Promise<unknown> {
  const agents = agentsOf(Arena.default);
  return until(`${count} threads wait`, () => {
    return agents.ids().filter((id) => agents.state(id) === AGENT_BLOCKED).length === count;
  });
}

/** A thread that computes while its tasks wait, and stand in the line before all others. */
async function busy(action: string, queue: object, tasks: number) {
  const cells = sharedCells(2);
  const { result } = startThread<unknown[]>(BUSY, action, queue, cells, tasks);
  await until("its tasks wait", () => Atomics.load(cells, WAITS) === 1);
  return {
    result,
    rest: () => Atomics.store(cells, MAY_REST, 1),
  };
}

describe.each([Queue, LifoQueue, PriorityQueue, SimpleQueue])(
  "%o: a thread that computes while its tasks wait",
  (Class) => {
    it.each([1, 5, 100])("keeps %i items from the threads behind it, and not more", async (tasks) => {
      const queue = new Class<number>();
      const { result, rest } = await busy("getWhileBusy", queue, tasks);
      const others = [1, 2].map(() => startThread<number>(CALLS, "get", queue, sharedCells(1)).result);
      await blocked(2);

      for (let i = 0; i < tasks + 2; i++) queue.put(i);
      const got = await Promise.all(others);
      rest();
      const items = new Set([...(await result), ...got]);
      expect(items).toEqual(new Set(Array.from({ length: tasks + 2 }, (_, i) => i)));
    });

    it("keeps one item from a thread behind it when items come one by one", async () => {
      const queue = new Class<number>();
      const { result, rest } = await busy("getWhileBusy", queue, 1);
      const other = startThread<number>(CALLS, "get", queue, sharedCells(1)).result;
      await blocked(1);

      queue.put(1);
      queue.put(2);
      const got = await other;
      rest();
      expect([...(await result), got].sort()).toEqual([1, 2]);
    });
  },
);

describe.each([Queue, LifoQueue, PriorityQueue])(
  "%o: a thread that computes while its tasks wait for room",
  (Class) => {
    it("keeps one place from the threads behind it, and not more", async () => {
      const queue = new Class<unknown>(2);
      queue.put("of main");
      queue.put("of main");
      const { result, rest } = await busy("putWhileBusy", queue, 1);
      const other = startThread(CALLS, "put", queue, sharedCells(1), "of a thread").result;
      await blocked(1);

      for (let i = 0; i < 2; i++) expect(queue.get()).toBe("of main");
      await other;
      expect(queue.get()).toBe("of a thread");
      rest();
      await result;
      expect(queue.get()).toBe("of a task");
    });
  },
);
