// What works in async code on every engine: in Bun and Deno nobody can tell which task has acquired an `RLock` by `acquireAsync`, and
// so the suites of conditions, most of which have one, do not run there with tasks.
import { Lock, RLock } from "@conc/lock";
import { type Flow, Flows, until } from "@conc/testkit";
import { makeCells, makeRing, type Waited, waiting } from "@conc/testkit/condition-actions.ts";
import { afterAll, describe, expect, it } from "vitest";
import { Condition } from "../src/index.ts";

const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/condition-actions.ts")));

afterAll(() => flows.end());

describe.each(["threads", "tasks", "mixed"] as const)("a condition of a plain Lock, of %s", (kinds) => {
  it("notify(2) of five waiters wakes two, notifyAll the rest, each of which has the lock", async () => {
    const condition = new Condition(new Lock());
    const cells = makeCells();
    const [notifier, ...sleepers] = (await flows.take(6, kinds)) as [Flow, ...Flow[]];
    const waits = sleepers.map((flow) => flow.run<Waited>("waitOnce", condition, cells));
    await until("all wait", () => waiting(condition) === 5 && !condition.locked);
    expect(await notifier.run("notify", condition, 2)).toBe(3);
    expect(await notifier.run("notify", condition, 100)).toBe(0);
    for (const wait of waits) expect(await wait).toMatchObject({ result: true, held: true });
    expect(condition.locked).toBe(false);
  });

  it("a wait is false once the time has run out, and has the lock again", async () => {
    const condition = new Condition(new Lock());
    const [flow] = (await flows.take(1, kinds)) as [Flow];
    expect(await flow.run("waitOnce", condition, makeCells(), { timeout: 5 })).toMatchObject({
      result: false,
      held: true,
    });
    expect([waiting(condition), condition.locked]).toEqual([0, false]);
  });

  it("two producers and two consumers pass 2,000 items through a ring of four, each once", async () => {
    const total = 2000;
    const condition = new Condition(new Lock());
    const ring = makeRing(4);
    const seen = makeCells(total);
    const [one, two, three, four] = (await flows.take(4, kinds)) as [Flow, Flow, Flow, Flow];
    const producers = [one, two].map((flow) => flow.run<number>("produce", condition, ring, total));
    const consumers = [three, four].map((flow) => flow.run<number>("consume", condition, ring, seen));
    for (const shares of [producers, consumers]) {
      expect((await Promise.all(shares)).reduce((sum, share) => sum + share)).toBe(total);
    }
    expect(seen.findIndex((times) => times !== 1)).toBe(-1);
  });
});

describe("an RLock in a task that holds it by runExclusiveAsync", () => {
  it("is entered again, and keeps other tasks out until the task has left it", async () => {
    const lock = new RLock();
    let inside = 0;
    const enter = (depth: number): Promise<void> =>
      lock.runExclusiveAsync(async () => {
        expect(++inside).toBe(depth);
        expect([lock.owned, lock.depth]).toEqual([true, depth]);
        await new Promise(setImmediate);
        if (depth < 3) await enter(depth + 1);
        inside--;
      });
    await Promise.all([enter(1), enter(1), enter(1)]);
    expect([inside, lock.locked, lock.owned]).toEqual([0, false, false]);
  });

  it("is given back while the task waits for a condition of it", async () => {
    const condition = new Condition();
    const wait = condition.runExclusiveAsync(() => condition.waitAsync());
    await until("it waits", () => waiting(condition) === 1);
    expect(condition.locked).toBe(false);
    await condition.runExclusiveAsync(() => condition.notify());
    expect(await wait).toBe(true);
    expect(condition.locked).toBe(false);
  });
});
