import { InvalidStateError, NotOwnerError } from "@conc/atomics";
import { describe, expect, it } from "vitest";
import { waiting } from "./condition-actions.ts";
import { type ConditionWorld, expectNotified, lineUp } from "./condition-world.ts";
import type { Flow } from "./flow.ts";

/** What every condition promises of its lock. */
export function conditionLockSuite(name: string, { make, makeLock, makeRLock, flows }: ConditionWorld): void {
  describe(`${name}: its lock`, () => {
    it("CV-001 the lock it makes itself is reentrant: free after as many releases as acquires", async () => {
      const condition = make();
      const [holder, other] = (await flows(2)) as [Flow, Flow];
      expect(await holder.call(condition, "acquire")).toBe(true);
      expect(await holder.call(condition, "acquire")).toBe(true);
      await holder.call(condition, "release");
      expect(condition.locked).toBe(true);
      expect(await other.call(condition, "acquire", { timeout: 0 })).toBe(false);
      await holder.call(condition, "release");
      expect(condition.locked).toBe(false);
      expect(await other.call(condition, "acquire", { timeout: 0 })).toBe(true);
      await other.call(condition, "release");
    });

    it("CV-002 acquire takes the given lock, and either object releases it", async () => {
      const lock = makeLock();
      const condition = make(lock);
      const [flow] = (await flows(1)) as [Flow];
      await flow.call(condition, "acquire");
      expect(lock.locked).toBe(true);
      await flow.call(lock, "release");
      expect(condition.locked).toBe(false);
      await flow.call(lock, "acquire");
      expect(condition.locked).toBe(true);
      await flow.call(condition, "release");
      expect(lock.locked).toBe(false);
    });

    it("CV-003 CV-004 a try finds the given lock taken, through either object, and free after the release", async () => {
      for (const lock of [makeLock(), makeRLock()]) {
        const condition = make(lock);
        const [holder, other] = (await flows(2)) as [Flow, Flow];
        await holder.call(condition, "acquire");
        expect(await other.call(condition, "acquire", { timeout: 0 })).toBe(false);
        expect(await other.call(lock, "acquire", { timeout: 0 })).toBe(false);
        await holder.call(condition, "release");
        expect(await other.call(lock, "acquire", { timeout: 0 })).toBe(true);
        await other.call(condition, "release");
      }
    });

    it("CV-005 two conditions of one lock exclude each other but have lines of their own", async () => {
      const lock = makeRLock();
      const [full, empty] = [make(lock), make(lock)];
      const [first, second, third] = (await flows(3)) as [Flow, Flow, Flow];
      const one = await lineUp(full, [first]);
      const two = await lineUp(empty, [second]);
      await third.call(full, "acquire");
      expect(empty.locked).toBe(true);
      await third.call(empty, "notify", 5);
      expect([waiting(full), waiting(empty)]).toEqual([1, 0]);
      await third.call(empty, "release");
      await expectNotified(two.waits);
      expect(one.ended).toEqual([]);
      await third.run("notify", full);
      await expectNotified(one.waits);
    });

    it("CV-006 it is a reentrant lock itself: only the owner releases, others wait, time runs out", async () => {
      const condition = make();
      const [owner, other] = (await flows(2)) as [Flow, Flow];
      await owner.call(condition, "acquire");
      await expect(other.call(condition, "release")).rejects.toThrow(NotOwnerError);
      expect(condition.locked).toBe(true);
      expect(await other.call(condition, "acquire", { timeout: 5 })).toBe(false);
      const acquired = other.call(condition, "acquire");
      await owner.call(condition, "acquire");
      await owner.call(condition, "release");
      await owner.call(condition, "release");
      expect(await acquired).toBe(true);
      await expect(owner.call(condition, "release")).rejects.toThrow(NotOwnerError);
      await other.call(condition, "release");
    });

    it("CV-008 release of a free lock is an error", async () => {
      const [flow] = (await flows(1)) as [Flow];
      for (const condition of [make(), make(makeLock())]) {
        await expect(flow.call(condition, "release")).rejects.toThrow(InvalidStateError);
        expect(condition.locked).toBe(false);
      }
    });
  });
}
