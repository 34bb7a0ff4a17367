import { AGENT_BLOCKED, Arena, agentsOf } from "@conc/atomics";
import { sharedCells, startThread, until } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from "../src/index.ts";

const THREADS = new URL("./workers/calls.ts", import.meta.url);

/** How many threads do a thing at a time, and how many tasks. */
const BLOCKED = 3;
const PENDING = 100;

/** For how long it is watched what waiting costs, in milliseconds. */
const WHILE = 500;

/**
 * How much processor time that may take, in milliseconds. Counted is this process alone, with all its threads, so others on the machine do
 * not matter. A single thread that looked all the time would take all of `WHILE`, or what a crowded machine leaves it; if those
 * here looked every millisecond they would take some eighty. Left is what the engine and the test runner do beside: mostly not even one.
 */
const NEXT_TO_NOTHING = 40;

/** So many threads sleep, and so many tasks wait. */
async function asleep(threads: number, tasks: number): Promise<void> {
  const agents = agentsOf(Arena.default);
  await until(`${threads} threads and ${tasks} tasks wait`, () => {
    const blocked = agents.ids().filter((id) => agents.state(id) === AGENT_BLOCKED).length;
    return blocked === threads && Arena.default.agent.pending === tasks;
  });
}

async function usage(): Promise<number> {
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, WHILE));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe.each([Queue, LifoQueue, PriorityQueue, SimpleQueue])("%o: those who wait cost no processor time", (Class) => {
  it("for an item, for room, for all tasks to be done, in threads and in tasks", async () => {
    const empty = new Class<number>();
    const full = Class === SimpleQueue ? undefined : new Class<number>(1);
    const cells = sharedCells(1);
    const threads = Array.from({ length: BLOCKED }, () => startThread<unknown>(THREADS, "get", empty, cells));
    const tasks: Promise<unknown>[] = Array.from({ length: PENDING }, () => empty.getAsync());
    if (full instanceof Queue) {
      full.put(0);
      for (let i = 0; i < BLOCKED; i++) {
        threads.push(startThread(THREADS, "put", full, cells, 1), startThread(THREADS, "join", full));
      }
      for (let i = 0; i < PENDING; i++) tasks.push(full.putAsync(1, { timeout: 20_000 }), full.joinAsync());
    }
    await asleep(threads.length, tasks.length);
    expect(await usage()).toBeLessThan(NEXT_TO_NOTHING);

    for (let i = 0; i < BLOCKED + PENDING; i++) empty.put(i);
    if (full instanceof Queue) {
      for (let i = 0; i < 1 + BLOCKED + PENDING; i++) {
        await full.getAsync();
        full.taskDone();
      }
    }
    await Promise.all([...threads.map(({ result }) => result), ...tasks]);
    expect(empty.empty).toBe(true);
  });
});
