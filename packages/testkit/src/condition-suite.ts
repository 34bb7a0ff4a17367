import { InvalidStateError, NotOwnerError } from "@conc/atomics";
import type { Condition } from "@conc/condition";
import type { Lock, RLock } from "@conc/lock";
import { describe, expect, it } from "vitest";
import { LEVEL, makeCells, makeRing, type Waited, type WaitedFor, waiting } from "./condition-actions.ts";
import type { Flow } from "./flow.ts";
import { until } from "./until.ts";

/** What the cases of a condition need. */
export interface ConditionWorld {
  make(lock?: Lock | RLock): Condition;
  makeLock(): Lock;
  makeRLock(): RLock;
  /** So many flows, whose module is `condition-actions.ts`. */
  flows(count: number): Promise<Flow[]>;
}

/** Long enough for a mistake to show, where something must not happen. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

/** What every condition promises, whoever waits for it. */
export function conditionSuite(name: string, { make, makeLock, makeRLock, flows }: ConditionWorld): void {
  /** Until so many wait, and the last of them has freed the lock. */
  function asleep(condition: Condition, count: number): Promise<unknown> {
    return until(`${count} wait and the lock is free`, () => waiting(condition) === count && !condition.locked);
  }

  /** Has the flows wait, each once, in this order; `ended` lists those who are through. */
  async function lineUp(
    condition: Condition,
    sleepers: Flow[],
    options?: object,
  ): Promise<{ waits: Promise<Waited>[]; ended: number[] }> {
    const cells = makeCells();
    const before = waiting(condition);
    const waits: Promise<Waited>[] = [];
    const ended: number[] = [];
    for (const [index, flow] of sleepers.entries()) {
      const wait = flow.run<Waited>("waitOnce", condition, cells, options);
      wait.then(() => ended.push(index));
      waits.push(wait);
      await asleep(condition, before + index + 1);
    }
    return { waits, ended };
  }

  async function expectNotified(waits: Promise<Waited>[]): Promise<void> {
    for (const wait of waits) expect(await wait).toMatchObject({ result: true, held: true });
  }

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
