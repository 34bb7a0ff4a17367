import { InvalidStateError, NotOwnerError } from "@conc/atomics";
import { describe, expect, it } from "vitest";
import { makeCells, type Waited, waiting } from "./condition-actions.ts";
import { asleep, type ConditionWorld, expectNotified, lineUp } from "./condition-world.ts";
import type { Flow } from "./flow.ts";
import { quiet } from "./quiet.ts";
import { until } from "./until.ts";

/** What every condition promises those who wait. */
export function conditionWaitSuite(name: string, { make, makeLock, makeRLock, flows }: ConditionWorld): void {
  describe(`${name}: wait`, () => {
    it("CV-011 CV-066 without the lock it is an error, and nothing is queued", async () => {
      const [flow, other] = (await flows(2)) as [Flow, Flow];
      for (const condition of [make(), make(makeLock())]) {
        await expect(flow.call(condition, "wait", { timeout: 0 })).rejects.toThrow(InvalidStateError);
        await expect(flow.call(condition, "wait")).rejects.toThrow(InvalidStateError);
        expect(waiting(condition)).toBe(0);
        expect(condition.locked).toBe(false);
      }
      const condition = make();
      await other.call(condition, "acquire");
      await expect(flow.call(condition, "wait")).rejects.toThrow(NotOwnerError);
      expect(waiting(condition)).toBe(0);
      await other.call(condition, "release");
    });

    it("CV-012 CV-013 it frees the lock while asleep, and once notified holds it again and is true", async () => {
      for (const condition of [make(), make(makeLock())]) {
        const [sleeper, notifier] = (await flows(2)) as [Flow, Flow];
        await sleeper.call(condition, "acquire");
        const wait = sleeper.call(condition, "wait");
        await asleep(condition, 1);
        expect(await notifier.call(condition, "acquire", { timeout: 0 })).toBe(true);
        await notifier.call(condition, "notify");
        await notifier.call(condition, "release");
        expect(await wait).toBe(true);
        expect(condition.locked).toBe(true);
        expect(await notifier.call(condition, "acquire", { timeout: 0 })).toBe(false);
        await sleeper.call(condition, "release");
        expect(condition.locked).toBe(false);
      }
    });

    it("CV-014 it is false once the time has run out, and holds the lock again", async () => {
      const [flow] = (await flows(1)) as [Flow];
      for (const condition of [make(), make(makeLock())]) {
        const { result, elapsed, held } = await flow.run<Waited>("waitOnce", condition, makeCells(), { timeout: 30 });
        expect(result).toBe(false);
        expect(held).toBe(true);
        expect(elapsed).toBeGreaterThanOrEqual(30);
        expect(elapsed).toBeLessThan(5000);
        expect(waiting(condition)).toBe(0);
        expect(condition.locked).toBe(false);
      }
    });

    it("CV-015 timeout 0 is false at once, yet frees the lock and takes it again", async () => {
      const condition = make(makeLock());
      const [flow, other] = (await flows(2)) as [Flow, Flow];
      await flow.call(condition, "acquire");
      // Somebody stands in line for the lock: only if it really becomes free he can take it.
      const acquired = other.call(condition, "acquire");
      let passes = 0;
      while (!(await Promise.race([acquired, flow.call(condition, "wait", { timeout: 0 })]))) passes++;
      expect(passes).toBeLessThan(10_000);
      await acquired;
      await other.call(condition, "release");
      await until("the first holds it again", () => condition.locked);
      await flow.call(condition, "release");
    });

    it("CV-018 it frees an RLock of depth 2 entirely and restores the depth", async () => {
      const lock = makeRLock();
      const condition = make(lock);
      const [sleeper, other] = (await flows(2)) as [Flow, Flow];
      await sleeper.call(condition, "acquire");
      await sleeper.call(condition, "acquire");
      const wait = sleeper.call(condition, "wait");
      await asleep(condition, 1);
      expect(await other.call(condition, "acquire", { timeout: 0 })).toBe(true);
      expect(await other.call(lock, "depth")).toBe(1);
      await other.call(condition, "notify");
      await other.call(condition, "release");
      expect(await wait).toBe(true);
      expect(await sleeper.call(lock, "depth")).toBe(2);
      expect(await other.call(lock, "depth")).toBe(0);
      await sleeper.call(condition, "release");
      expect(lock.locked).toBe(true);
      await sleeper.call(condition, "release");
      expect(lock.locked).toBe(false);
    });

    // Where something has to happen before a time runs out, it may come too late on a busy machine: then it is tried again with more time.

    it("CV-018 also when the time runs out the depth is restored", async () => {
      const lock = makeRLock();
      const condition = make(lock);
      const [sleeper, other] = (await flows(2)) as [Flow, Flow];
      for (let timeout = 20, seen = false; !seen; timeout *= 2) {
        await sleeper.call(condition, "acquire");
        await sleeper.call(condition, "acquire");
        let over = false;
        const wait = sleeper.call(condition, "wait", { timeout }).finally(() => {
          over = true;
        });
        await until("it waits", () => over || !condition.locked);
        seen = await other.call<boolean>(condition, "acquire", { timeout: 0 });
        if (seen) {
          expect(await other.call(lock, "depth")).toBe(1);
          await until("its time has run out", () => waiting(condition) === 0);
          await other.call(condition, "release");
        }
        expect(await wait).toBe(false);
        expect(await sleeper.call(lock, "depth")).toBe(2);
        expect(await other.call(lock, "depth")).toBe(0);
        await sleeper.call(condition, "release");
        await sleeper.call(condition, "release");
        expect(lock.locked).toBe(false);
      }
    });

    it("CV-019 the timeout bounds the wait, not the time to get the lock again", async () => {
      const [sleeper, holder] = (await flows(2)) as [Flow, Flow];
      for (const condition of [make(), make(makeLock())]) {
        for (let timeout = 20, seen = false; !seen; timeout *= 2) {
          let over = false;
          const wait = sleeper.run<Waited>("waitOnce", condition, makeCells(), { timeout }).finally(() => {
            over = true;
          });
          await until("it waits", () => over || waiting(condition) === 1);
          await holder.call(condition, "acquire");
          seen = waiting(condition) === 1;
          if (seen) {
            await until("its time has run out", () => waiting(condition) === 0);
            await quiet();
            expect(over).toBe(false);
          }
          await holder.call(condition, "release");
          expect(await wait).toMatchObject({ result: false, held: true });
        }
      }
    });

    it("CV-020 a notification goes past one whose time has run out, although he has not got the lock yet", async () => {
      const condition = make();
      const [late, patient, notifier] = (await flows(3)) as [Flow, Flow, Flow];
      for (let timeout = 20, seen = false; !seen; timeout *= 2) {
        const cells = makeCells();
        let over = false;
        const first = late.run<Waited>("waitOnce", condition, cells, { timeout }).finally(() => {
          over = true;
        });
        await until("the first waits", () => over || waiting(condition) === 1);
        const second = patient.run<Waited>("waitOnce", condition, cells);
        await until("the second waits", () => waiting(condition) === (over ? 1 : 2));
        await notifier.call(condition, "acquire");
        seen = waiting(condition) === 2;
        await until("the first one's time has run out", () => waiting(condition) === 1);
        await notifier.call(condition, "notify");
        expect(waiting(condition)).toBe(0);
        await notifier.call(condition, "release");
        expect(await first).toMatchObject({ result: false, held: true });
        expect(await second).toMatchObject({ result: true, held: true });
      }
    });

    it("CV-024 of a plain Lock it is enough that somebody holds it", async () => {
      const condition = make(makeLock());
      const [sleeper, holder, stranger] = (await flows(3)) as [Flow, Flow, Flow];
      const { waits, ended } = await lineUp(condition, [sleeper]);
      await holder.call(condition, "acquire");
      await stranger.call(condition, "notify");
      expect(waiting(condition)).toBe(0);
      await quiet();
      expect(ended).toEqual([]);
      await holder.call(condition, "release");
      await expectNotified(waits);

      await holder.call(condition, "acquire");
      expect(await stranger.call(condition, "wait", { timeout: 0 })).toBe(false);
      expect(condition.locked).toBe(true);
      await stranger.call(condition, "release");
      expect(condition.locked).toBe(false);
    });

    it("CV-038 nobody returns without a notification before its time", async () => {
      const condition = make();
      const sleepers = await flows(5);
      for (const timeout of [5, 20, 40]) {
        const { waits } = await lineUp(condition, [sleepers[0] as Flow], { timeout: 10_000 });
        const cells = makeCells();
        const others = sleepers.slice(1).map((flow) => flow.run<Waited>("waitOnce", condition, cells, { timeout }));
        for (const { result, elapsed } of await Promise.all(others)) {
          expect(result).toBe(false);
          expect(elapsed).toBeGreaterThanOrEqual(timeout);
        }
        expect(waiting(condition)).toBe(1);
        await (sleepers[1] as Flow).run("notify", condition);
        await expectNotified(waits);
      }
    });
  });
}
