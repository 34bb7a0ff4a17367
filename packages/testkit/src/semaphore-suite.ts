import { Arena } from "@conc/atomics";
import type { Semaphore } from "@conc/lock";
import { describe, expect, it } from "vitest";
import { asyncExclusionSuite } from "./async-exclusion-suite.ts";
import { exclusionSuite } from "./exclusion-suite.ts";
import { lineUp, sharedCells } from "./exclusion-world.ts";
import type { Flow } from "./flow.ts";
import { waitersOf } from "./lock-actions.ts";
import { quiet } from "./quiet.ts";
import { scopeSuite } from "./scope-suite.ts";
import { until } from "./until.ts";

/** What the cases of a semaphore need. */
export interface SemaphoreWorld {
  make(value?: number): Semaphore;
  /** So many flows, whose module is `lock-actions.ts`. */
  flows(count: number): Promise<Flow[]>;
}

/** What every semaphore promises, bounded or not, whoever the flows are. */
export function semaphoreSuite(name: string, world: SemaphoreWorld): void {
  const { make, flows } = world;
  exclusionSuite(name, { make: () => make(1), flows });

  describe(`LK-101 ${name}: permits`, () => {
    it("LK-074 LK-075 as many get in as there are permits, and no more", async () => {
      const semaphore = make(2);
      const [one, other] = (await flows(2)) as [Flow, Flow];
      expect(await one.call(semaphore, "acquire")).toBe(true);
      expect(await one.call(semaphore, "value")).toBe(1);
      expect(await other.call(semaphore, "acquire")).toBe(true);
      expect(await one.call(semaphore, "value")).toBe(0);
      expect(await other.call(semaphore, "locked")).toBe(true);
      expect(await other.call(semaphore, "acquire", { blocking: false })).toBe(false);
      expect(semaphore.value).toBe(0);
      await one.call(semaphore, "release", 2);
      expect(await other.call(semaphore, "value")).toBe(2);
    });

    it("LK-076 tries are true, true, false, and true again after a release", async () => {
      const semaphore = make(2);
      const [flow] = (await flows(1)) as [Flow];
      for (const free of [true, true, false]) {
        expect(await flow.call(semaphore, "acquire", { blocking: false })).toBe(free);
      }
      await flow.call(semaphore, "release");
      expect(await flow.call(semaphore, "tryAcquire")).toBe(true);
    });

    it("LK-077 a release lets the one who waits in", async () => {
      const semaphore = make(1);
      const [waiter, other] = (await flows(2)) as [Flow, Flow];
      await other.call(semaphore, "acquire");
      const { entered, results } = await lineUp(semaphore, [waiter]);
      expect(entered).toEqual([]);
      await other.call(semaphore, "release");
      expect(await results[0]).toBe(true);
      expect(semaphore.value).toBe(0);
    });

    it.each([1, 7])("LK-078 LK-079 ten who take two each get what is there, released in steps of %i", async (step) => {
      const semaphore = make(7);
      const cells = sharedCells();
      const takers = await flows(10);
      semaphore.acquire();
      const done = takers.map((flow) => flow.run("take", semaphore, cells, 2));
      let expected = 6;
      await expectTaken();
      for (const count of [7, 6]) {
        for (let left = count; left > 0; left -= step) semaphore.release(Math.min(step, left));
        expected += count;
        await expectTaken();
      }
      expect(waitersOf(semaphore)).toBe(1);
      expect(semaphore.tryAcquire()).toBe(false);
      semaphore.release();
      await Promise.all(done);
      expect(cells[0]).toBe(20);
      expect(semaphore.value).toBe(0);

      async function expectTaken(): Promise<void> {
        await until(`${expected} are taken`, () => cells[0] === expected);
        await quiet();
        expect(cells[0]).toBe(expected);
      }
    });

    it("LK-080 five who try twice get exactly the three that are left", async () => {
      const semaphore = make(4);
      semaphore.acquire();
      const takers = await flows(5);
      const tries = takers.flatMap((flow) => [1, 2].map(() => flow.call(semaphore, "acquire", { blocking: false })));
      const results = await Promise.all(tries);
      expect(results.filter((result) => result === true)).toHaveLength(3);
      expect(results.filter((result) => result === false)).toHaveLength(7);
    });

    it("LK-082 release of no permits, or of what is no number, is refused, and nothing changes", async () => {
      const semaphore = make(2);
      const [flow] = (await flows(1)) as [Flow];
      await flow.call(semaphore, "acquire");
      for (const n of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
        await expect(flow.call(semaphore, "release", n), String(n)).rejects.toThrow(RangeError);
      }
      for (const n of [null, "1", true, 1n]) {
        await expect(flow.call(semaphore, "release", n), String(n)).rejects.toThrow(TypeError);
      }
      expect(semaphore.value).toBe(1);
    });

    it("LK-083 a release of two lets two of three in, those who came first", async () => {
      const semaphore = make(3);
      const waiters = await flows(3);
      for (let taken = 0; taken < 3; taken++) semaphore.acquire();
      const { entered, results } = await lineUp(semaphore, waiters);
      semaphore.release(2);
      expect(await Promise.all(results.slice(0, 2))).toEqual([true, true]);
      await quiet();
      expect(new Set(entered)).toEqual(new Set(waiters.slice(0, 2)));
      expect(waitersOf(semaphore)).toBe(1);
      expect(semaphore.value).toBe(0);
      semaphore.release();
      expect(await results[2]).toBe(true);
    });

    it("LK-083 a release of more than wait lets all of them in, and the rest becomes free", async () => {
      const semaphore = make(5);
      const waiters = await flows(2);
      for (let taken = 0; taken < 5; taken++) semaphore.acquire();
      const { results } = await lineUp(semaphore, waiters);
      semaphore.release(5);
      expect(await Promise.all(results)).toEqual([true, true]);
      expect(semaphore.value).toBe(3);
    });

    it("LK-084 permits that nobody waits for are there for those who come", async () => {
      const semaphore = make(5);
      const [flow] = (await flows(1)) as [Flow];
      for (let taken = 0; taken < 5; taken++) semaphore.acquire();
      semaphore.release(5);
      expect(await flow.call(semaphore, "value")).toBe(5);
      for (const free of [true, true, true, true, true, false]) {
        expect(await flow.call(semaphore, "tryAcquire")).toBe(free);
      }
    });

    it("LK-086 a timed acquire that gives up takes nothing", async () => {
      const semaphore = make(1);
      const [flow] = (await flows(1)) as [Flow];
      semaphore.acquire();
      expect(await flow.call(semaphore, "acquire", { timeout: 10 })).toBe(false);
      expect(semaphore.value).toBe(0);
      expect(waitersOf(semaphore)).toBe(0);
      semaphore.release();
      expect(semaphore.value).toBe(1);
    });

    it("LK-090 a permit is not lost to a timeout that comes just as it is released", async () => {
      const semaphore = make(1);
      const waiters = await flows(3);
      for (let round = 0; round < 150; round++) {
        semaphore.acquire();
        const timeout = 1 + Math.random();
        const waits = waiters.map((flow) => flow.call<boolean>(semaphore, "acquire", { timeout }));
        const wakeUp = performance.now() + timeout + Math.random() - 0.5;
        do await new Promise((resolve) => setImmediate(resolve));
        while (performance.now() < wakeUp);
        semaphore.release();
        const got = (await Promise.all(waits)).filter((acquired) => acquired).length;
        // At most one of them got it; if none did, it is free.
        expect(got + semaphore.value).toBe(1);
        if (got === 1) semaphore.release();
      }
      expect(semaphore.value).toBe(1);
      expect(waitersOf(semaphore)).toBe(0);
    });

    it("LK-094 of ten never more than three are inside", async () => {
      const semaphore = make(3);
      const cells = sharedCells();
      const visitors = await flows(10);
      const most = await Promise.all(visitors.map((flow) => flow.run<number>("visit", semaphore, cells, 10)));
      expect(Math.max(...most)).toBeLessThanOrEqual(3);
      expect(cells[0]).toBe(0);
      expect(semaphore.value).toBe(3);
    });
  });
}

/** What async waits and scopes of a semaphore promise. */
export function semaphoreAsyncSuite(name: string, make: (value?: number) => Semaphore): void {
  asyncExclusionSuite(name, () => make(1));
  scopeSuite(name, () => make(1));

  describe(`${name}: permits and tasks`, () => {
    it("LK-091 permits of nested scopes come back, also when the body throws", async () => {
      const semaphore = make(2);
      const nested = async (): Promise<void> => {
        using _outer = semaphore.guard();
        expect(semaphore.value).toBe(1);
        await using _inner = await semaphore.guardAsync();
        expect(semaphore.value).toBe(0);
        throw new Error("from the body");
      };
      await expect(nested()).rejects.toThrow("from the body");
      expect(semaphore.value).toBe(2);
      expect(() =>
        semaphore.runExclusive(() =>
          semaphore.runExclusive(() => {
            throw new Error("from the body");
          }),
        ),
      ).toThrow("from the body");
      expect(semaphore.value).toBe(2);
    });

    it("LK-109 a permit given to a wait that is aborted in the same turn goes to the next, or back", async () => {
      for (const withNext of [true, false]) {
        const semaphore = make(1);
        await semaphore.acquireAsync();
        const controller = new AbortController();
        const aborted = semaphore.acquireAsync({ signal: controller.signal });
        const next = withNext ? semaphore.acquireAsync() : undefined;
        semaphore.release();
        controller.abort(new Error("enough"));
        await expect(aborted).rejects.toThrow("enough");
        expect(semaphore.value).toBe(withNext ? 0 : 1);
        if (withNext) expect(await next).toBe(true);
        expect(waitersOf(semaphore)).toBe(0);
        expect(Arena.default.agent.pending).toBe(0);
      }
    });

    it("LK-110 it is locked as long as anyone waits, whatever was released meanwhile", async () => {
      const semaphore = make(2);
      for (let taken = 0; taken < 2; taken++) semaphore.acquire();
      const waits = [1, 2].map(() => semaphore.acquireAsync());
      for (let released = 0; released < 2; released++) {
        semaphore.release();
        expect(semaphore.locked).toBe(true);
      }
      expect(await Promise.all(waits)).toEqual([true, true]);
      semaphore.release();
      expect(semaphore.locked).toBe(false);
    });
  });
}
