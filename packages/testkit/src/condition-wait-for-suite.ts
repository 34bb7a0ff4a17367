import { InvalidStateError } from "@conc/atomics";
import { describe, expect, it } from "vitest";
import { LEVEL, makeCells, type WaitedFor, waiting } from "./condition-actions.ts";
import type { ConditionWorld } from "./condition-world.ts";
import type { Flow } from "./flow.ts";
import { until } from "./until.ts";

/** What every condition promises those who wait for a predicate. */
export function conditionWaitForSuite(name: string, { make, makeLock, flows }: ConditionWorld): void {
  describe(`${name}: waitFor`, () => {
    it("CV-040 CV-043 it waits through four notifications and returns the very value of the predicate", async () => {
      const condition = make();
      const [sleeper, notifier] = (await flows(2)) as [Flow, Flow];
      const cells = makeCells();
      const wait = sleeper.run<WaitedFor>("waitForLevel", condition, cells, 4);
      for (let level = 1; level <= 4; level++) {
        await until("it waits", () => waiting(condition) === 1);
        await notifier.run("raise", condition, cells);
      }
      expect(await wait).toMatchObject({ result: ["reached"], same: true, held: true, calls: 5 });
    });

    it("CV-041 if the predicate is true already it returns at once and does not even look at the lock", async () => {
      const [flow] = (await flows(1)) as [Flow];
      for (const condition of [make(), make(makeLock())]) {
        expect(await flow.run("waitForTruth", condition, 17, { timeout: 0 })).toBe(17);
        expect(await flow.run("waitForTruth", condition, "yes")).toBe("yes");
        expect(condition.locked).toBe(false);
      }
    });

    it("CV-042 if it has to wait without the lock, it is an error", async () => {
      const [flow] = (await flows(1)) as [Flow];
      for (const condition of [make(), make(makeLock())]) {
        for (const falsy of [0, "", false, null, undefined]) {
          await expect(flow.run("waitForTruth", condition, falsy)).rejects.toThrow(InvalidStateError);
        }
        expect(waiting(condition)).toBe(0);
      }
    });

    it("CV-044 notifications that change nothing do not restart the clock", async () => {
      const condition = make();
      const [sleeper, notifier] = (await flows(2)) as [Flow, Flow];
      let over = false;
      const wait = sleeper.run<WaitedFor>("waitForLevel", condition, makeCells(), 1, { timeout: 60 }).finally(() => {
        over = true;
      });
      // Were the clock restarted, this would never end.
      await until("it is over", async () => {
        await notifier.run("notify", condition, 1);
        return over;
      });
      const { result, elapsed, held } = await wait;
      expect([result, held]).toEqual([0, true]);
      expect(elapsed).toBeGreaterThanOrEqual(60);
    });

    it("CV-045 timeout 0 asks the predicate before and after one try, and returns its last value", async () => {
      const condition = make();
      const [flow] = (await flows(1)) as [Flow];
      const waited = await flow.run<WaitedFor>("waitForLevel", condition, makeCells(), 1, { timeout: 0 });
      expect(waited).toMatchObject({ result: 0, calls: 2, held: true });
    });

    it("CV-047 an error of the predicate comes through, and the lock is still held", async () => {
      const condition = make();
      const [flow, notifier] = (await flows(2)) as [Flow, Flow];
      const cells = makeCells();
      expect(await flow.run("waitForFailure", condition, cells, 1)).toEqual({ message: "call 1", held: true });
      const later = flow.run("waitForFailure", condition, cells, 2);
      await until("it waits", () => waiting(condition) === 1);
      await notifier.run("notify", condition);
      expect(await later).toEqual({ message: "call 2", held: true });
      expect(condition.locked).toBe(false);
    });

    it("CV-048 what has become true at the deadline counts, although nobody notified", async () => {
      const condition = make();
      const [flow] = (await flows(1)) as [Flow];
      for (let timeout = 20, seen = false; !seen; timeout *= 2) {
        const cells = makeCells();
        let over = false;
        const wait = flow.run<WaitedFor>("waitForLevel", condition, cells, 1, { timeout }).finally(() => {
          over = true;
        });
        await until("it waits", () => over || waiting(condition) === 1);
        Atomics.store(cells, LEVEL, 1);
        seen = waiting(condition) === 1;
        if (seen) expect(await wait).toMatchObject({ same: true, calls: 2, held: true });
        else await wait;
      }
    });
  });
}
