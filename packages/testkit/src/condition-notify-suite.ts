import { InvalidStateError, NotOwnerError } from "@conc/atomics";
import { describe, expect, it } from "vitest";
import { makeCells, makeRing, type Waited, waiting } from "./condition-actions.ts";
import { type ConditionWorld, expectNotified, lineUp } from "./condition-world.ts";
import type { Flow } from "./flow.ts";
import { quiet } from "./quiet.ts";
import { until } from "./until.ts";

/** What every condition promises those who notify. */
export function conditionNotifySuite(name: string, { make, makeLock, flows }: ConditionWorld): void {
  describe(`${name}: notify`, () => {
    it("CV-025 CV-026 without the lock it is an error", async () => {
      const [flow, other] = (await flows(2)) as [Flow, Flow];
      for (const condition of [make(), make(makeLock())]) {
        await expect(flow.call(condition, "notify")).rejects.toThrow(InvalidStateError);
        await expect(flow.call(condition, "notify", 0)).rejects.toThrow(InvalidStateError);
        await expect(flow.call(condition, "notifyAll")).rejects.toThrow(InvalidStateError);
      }
      const condition = make();
      const { waits } = await lineUp(condition, [flow]);
      await other.call(condition, "acquire");
      const [stranger] = (await flows(3)).slice(2) as [Flow];
      await expect(stranger.call(condition, "notify")).rejects.toThrow(NotOwnerError);
      await expect(stranger.call(condition, "notifyAll")).rejects.toThrow(NotOwnerError);
      expect(waiting(condition)).toBe(1);
      await other.call(condition, "notify");
      await other.call(condition, "release");
      await expectNotified(waits);
    });

    it("CV-027 without waiters it does nothing, and nothing is remembered", async () => {
      const [flow, other] = (await flows(2)) as [Flow, Flow];
      for (const condition of [make(), make(makeLock())]) {
        await flow.call(condition, "acquire");
        await flow.call(condition, "notify");
        await flow.call(condition, "notify", 7);
        await flow.call(condition, "notifyAll");
        expect(await flow.call(condition, "wait", { timeout: 10 })).toBe(false);
        await flow.call(condition, "release");
        const { result } = await other.run<Waited>("waitOnce", condition, makeCells(), { timeout: 10 });
        expect(result).toBe(false);
      }
    });

    it("CV-028 CV-037 notify(3) of five waiters wakes exactly three, twice on one object", async () => {
      const [notifier, ...sleepers] = (await flows(6)) as [Flow, ...Flow[]];
      for (const condition of [make(), make(makeLock())]) {
        for (let time = 0; time < 2; time++) {
          const { waits, ended } = await lineUp(condition, sleepers);
          expect(await notifier.run("notify", condition, 3)).toBe(2);
          await expectNotified(waits.slice(0, 3));
          await quiet();
          expect(ended.toSorted()).toEqual([0, 1, 2]);
          expect(await notifier.run("notify", condition, 2)).toBe(0);
          await expectNotified(waits);
        }
      }
    });

    it("notify(2) of five waiters wakes the two oldest, and none that came later", async () => {
      const [notifier, ...sleepers] = (await flows(6)) as [Flow, ...Flow[]];
      const condition = make();
      const { waits, ended } = await lineUp(condition, sleepers.slice(0, 4));
      await notifier.call(condition, "acquire");
      await notifier.call(condition, "notify", 2);
      // Wants the lock now and waits after it: too late for what was notified before.
      const late = (sleepers[4] as Flow).run<Waited>("waitOnce", condition, makeCells());
      await notifier.call(condition, "release");
      await expectNotified(waits.slice(0, 2));
      await until("the late one waits too", () => waiting(condition) === 3);
      await quiet();
      expect(ended.toSorted()).toEqual([0, 1]);
      await notifier.call(condition, "acquire");
      await notifier.call(condition, "notifyAll");
      await notifier.call(condition, "release");
      await expectNotified([...waits, late]);
    });

    it("CV-029 notify(5) wakes two old waiters and three that wait again", async () => {
      const [notifier, ...sleepers] = (await flows(6)) as [Flow, ...Flow[]];
      const condition = make();
      const { waits } = await lineUp(condition, sleepers);
      await notifier.run("notify", condition, 3);
      await expectNotified(waits.slice(0, 3));
      const again = await lineUp(condition, sleepers.slice(0, 3));
      expect(waiting(condition)).toBe(5);
      expect(await notifier.run("notify", condition, 5)).toBe(0);
      await expectNotified([...waits, ...again.waits]);
    });

    it("CV-030 notifyAll wakes all five", async () => {
      const [notifier, ...sleepers] = (await flows(6)) as [Flow, ...Flow[]];
      for (const condition of [make(), make(makeLock())]) {
        const { waits } = await lineUp(condition, sleepers);
        await notifier.call(condition, "acquire");
        await notifier.call(condition, "notifyAll");
        expect(waiting(condition)).toBe(0);
        await notifier.call(condition, "release");
        await expectNotified(waits);
      }
    });

    it("CV-031 of six waiters notify(2), notify(4), notify(3) wake 2, 6, 6: too many is harmless and not banked", async () => {
      const [notifier, ...sleepers] = (await flows(7)) as [Flow, ...Flow[]];
      const condition = make();
      const { waits, ended } = await lineUp(condition, sleepers);
      expect(await notifier.run("notify", condition, 2)).toBe(4);
      await expectNotified(waits.slice(0, 2));
      expect(ended.toSorted()).toEqual([0, 1]);
      expect(await notifier.run("notify", condition, 4)).toBe(0);
      await expectNotified(waits);
      expect(await notifier.run("notify", condition, 3)).toBe(0);
      const { result } = await (sleepers[0] as Flow).run<Waited>("waitOnce", condition, makeCells(), { timeout: 20 });
      expect(result).toBe(false);
    });

    it("CV-032 notify(0) and notify(-1) wake nobody", async () => {
      const [notifier, sleeper] = (await flows(2)) as [Flow, Flow];
      const condition = make();
      const { waits, ended } = await lineUp(condition, [sleeper]);
      expect(await notifier.run("notify", condition, 0)).toBe(1);
      expect(await notifier.run("notify", condition, -1)).toBe(1);
      await quiet();
      expect(ended).toEqual([]);
      await notifier.run("notify", condition);
      await expectNotified(waits);
    });

    it("CV-033 notify(100) wakes the three that there are", async () => {
      const [notifier, ...sleepers] = (await flows(4)) as [Flow, ...Flow[]];
      const condition = make();
      const { waits } = await lineUp(condition, sleepers);
      expect(await notifier.run("notify", condition, 100)).toBe(0);
      await expectNotified(waits);
    });

    it("CV-034 one by one, the oldest goes first", async () => {
      const [notifier, ...sleepers] = (await flows(6)) as [Flow, ...Flow[]];
      for (const condition of [make(), make(makeLock())]) {
        const { waits, ended } = await lineUp(condition, sleepers);
        for (const [index, wait] of waits.entries()) {
          expect(await notifier.run("notify", condition)).toBe(waits.length - 1 - index);
          await expectNotified([wait]);
          expect(ended).toEqual([...waits.keys()].slice(0, index + 1));
        }
      }
    });

    it("CV-035 those who are notified stay asleep until the lock is free", async () => {
      const [notifier, ...sleepers] = (await flows(4)) as [Flow, ...Flow[]];
      for (const condition of [make(), make(makeLock())]) {
        const { waits, ended } = await lineUp(condition, sleepers);
        await notifier.call(condition, "acquire");
        await notifier.call(condition, "notifyAll");
        await quiet();
        expect(ended).toEqual([]);
        expect(condition.locked).toBe(true);
        await notifier.call(condition, "release");
        await expectNotified(waits);
      }
    });

    it("CV-036 who notifies and then waits does not get its own notification", async () => {
      const [notifier, sleeper] = (await flows(2)) as [Flow, Flow];
      const condition = make();
      for (let time = 0; time < 5; time++) {
        const { waits } = await lineUp(condition, [sleeper]);
        const own = await notifier.run<Waited>("notifyAndWait", condition, makeCells(), { timeout: 10 });
        expect(own).toMatchObject({ result: false, held: true });
        await expectNotified(waits);
        const alone = await notifier.run<Waited>("notifyAndWait", condition, makeCells(), { timeout: 1 });
        expect(alone.result).toBe(false);
      }
    });

    it("CV-039 two producers and two consumers on one condition handle every item once", async () => {
      const [one, two, three, four] = (await flows(4)) as [Flow, Flow, Flow, Flow];
      const total = 400;
      const condition = make();
      const ring = makeRing(3);
      const seen = makeCells(total);
      const shares = await Promise.all([
        one.run<number>("produce", condition, ring, total),
        two.run<number>("consume", condition, ring, seen),
        three.run<number>("consume", condition, ring, seen),
        four.run<number>("produce", condition, ring, total),
      ]);
      expect(shares.reduce((sum, share) => sum + share)).toBe(2 * total);
      expect(seen.every((times) => times === 1)).toBe(true);
      expect(waiting(condition)).toBe(0);
    });
  });
}
