import { InvalidStateError, NotOwnerError } from "@conc/atomics";
import type { RLock } from "@conc/lock";
import { describe, expect, it } from "vitest";
import { exclusionSuite } from "./exclusion-suite.ts";
import { type LockWorld, lineUp, sharedCells } from "./exclusion-world.ts";
import type { Flow } from "./flow.ts";
import { type Acquirable, waitersOf } from "./lock-actions.ts";
import { quiet } from "./quiet.ts";
import { until } from "./until.ts";

/** What every lock promises, reentrant or not. */
export function lockSuite(name: string, world: LockWorld): void {
  const { make, flows } = world;
  exclusionSuite(name, world);

  describe(`${name}: release`, () => {
    it("LK-004 LK-050 LK-111 release of a lock that was never taken is an error, and nothing changes", async () => {
      const lock = make();
      const [flow] = (await flows(1)) as [Flow];
      await expect(flow.call(lock, "release")).rejects.toThrow(InvalidStateError);
      await expect(flow.call(lock, "release")).rejects.toMatchObject({
        code: "ERR_CONC_INVALID_STATE",
        message: expect.stringContaining("release of an unlocked"),
      });
      expect(lock.locked).toBe(false);
      expect(await flow.call(lock, "tryAcquire")).toBe(true);
      await flow.call(lock, "release");
    });

    it("LK-005 LK-111 a second release is an error", async () => {
      const lock = make();
      const [flow] = (await flows(1)) as [Flow];
      await flow.call(lock, "acquire");
      await flow.call(lock, "release");
      await expect(flow.call(lock, "release")).rejects.toThrow(InvalidStateError);
      expect(lock.locked).toBe(false);
    });
  });
}

/** What a lock promises that anyone may release. */
export function plainLockSuite(name: string, world: LockWorld): void {
  const { make, flows } = world;
  lockSuite(name, world);

  describe(`${name}: nobody's own`, () => {
    it("LK-008 it is not reentrant: its holder waits until somebody else releases", async () => {
      const lock = make();
      const [holder, helper] = (await flows(2)) as [Flow, Flow];
      await holder.call(lock, "acquire");
      const { entered, results } = await lineUp(lock, [holder]);
      await quiet();
      expect(entered).toEqual([]);
      await helper.call(lock, "release");
      expect(await results[0]).toBe(true);
      expect(lock.locked).toBe(true);
      await holder.call(lock, "release");
      expect(lock.locked).toBe(false);
    });

    it("LK-009 anyone may release it", async () => {
      const lock = make();
      const [holder, other] = (await flows(2)) as [Flow, Flow];
      await holder.call(lock, "acquire");
      await other.call(lock, "release");
      expect(lock.locked).toBe(false);
      await expect(holder.call(lock, "release")).rejects.toThrow(InvalidStateError);
      expect(await other.call(lock, "tryAcquire")).toBe(true);
      lock.release();
      expect(lock.locked).toBe(false);
    });

    it("LK-009 released by others it is a signal: each of 200 arrives", async () => {
      const [ping, pong] = [make(), make()];
      const [sender, receiver] = (await flows(2)) as [Flow, Flow];
      for (const lock of [ping, pong]) await sender.call(lock, "acquire");
      for (let round = 0; round < 200; round++) {
        const received = receiver.call(ping, "acquire");
        await sender.call(ping, "release");
        expect(await received).toBe(true);
        const answered = sender.call(pong, "acquire");
        await receiver.call(pong, "release");
        expect(await answered).toBe(true);
      }
      expect([waitersOf(ping), waitersOf(pong)]).toEqual([0, 0]);
    });

    it("LK-013 a newcomer may be faster than one who was just woken, who then waits on", async () => {
      const lock = make();
      const [waiter] = (await flows(1)) as [Flow];
      for (let round = 0; round < 100; round++) {
        lock.acquire();
        const { entered, results } = await lineUp(lock, [waiter]);
        lock.release();
        const faster = lock.tryAcquire();
        if (faster) {
          await until("the waiter has looked", () => waitersOf(lock) === 1);
          expect(entered).toEqual([]);
          lock.release();
        }
        expect(await results[0]).toBe(true);
        await waiter.call(lock, "release");
      }
      expect(lock.locked).toBe(false);
    });
  });
}

/** What a reentrant lock promises; the flows are its owners. */
export function rlockSuite(name: string, world: LockWorld<RLock>): void {
  const { make, flows } = world;
  lockSuite(name, world);

  describe(`${name}: its owner`, () => {
    it("LK-046 LK-053 LK-059 gets it again at once, each time deeper, in whatever way", async () => {
      const lock = make();
      const [owner, other] = (await flows(2)) as [Flow, Flow];
      const ways: [string, ...unknown[]][] = [
        ["acquire"],
        ["acquire", { blocking: false }],
        ["acquire", { timeout: 0 }],
        ["tryAcquire"],
      ];
      expect(await owner.call(lock, "depth")).toBe(0);
      for (const [index, way] of ways.entries()) {
        expect(await owner.call(lock, ...way)).toBe(true);
        expect(await owner.call(lock, "depth")).toBe(index + 1);
        expect(await other.call(lock, "depth")).toBe(0);
      }
      for (let depth = ways.length; depth > 0; depth--) {
        expect(await owner.call(lock, "depth")).toBe(depth);
        await owner.call(lock, "release");
      }
      expect(await owner.call(lock, "depth")).toBe(0);
      expect(lock.locked).toBe(false);
    });

    it("LK-047 LK-048 LK-060 others wait until it was released as often as acquired", async () => {
      const lock = make();
      const [owner, other] = (await flows(2)) as [Flow, Flow];
      for (let depth = 0; depth < 3; depth++) await owner.call(lock, "acquire");
      const { entered, results } = await lineUp(lock, [other]);
      for (let depth = 2; depth > 0; depth--) {
        await owner.call(lock, "release");
        await quiet();
        expect(entered).toEqual([]);
        expect(lock.locked).toBe(true);
        expect(await owner.call(lock, "owned")).toBe(true);
      }
      await owner.call(lock, "release");
      expect(await results[0]).toBe(true);
      expect(await owner.call(lock, "owned")).toBe(false);
      await other.call(lock, "release");
      expect(lock.locked).toBe(false);
    });

    it("LK-049 a release too many is an error, after ups and downs too", async () => {
      const lock = make();
      const [owner] = (await flows(1)) as [Flow];
      for (const call of ["acquire", "acquire", "release", "acquire", "release", "release"])
        await owner.call(lock, call);
      expect(lock.locked).toBe(false);
      await expect(owner.call(lock, "release")).rejects.toThrow(InvalidStateError);
      expect(lock.locked).toBe(false);
    });

    it("LK-051 nobody else may release it, and the owner keeps its depth", async () => {
      const lock = make();
      const [owner, ...others] = (await flows(3)) as [Flow, Flow, Flow];
      for (let depth = 1; depth <= 2; depth++) {
        await owner.call(lock, "acquire");
        for (const other of others) {
          await expect(other.call(lock, "release")).rejects.toThrow(NotOwnerError);
          await expect(other.call(lock, "release")).rejects.toMatchObject({ code: "ERR_CONC_NOT_OWNER" });
        }
        expect(await owner.call(lock, "depth")).toBe(depth);
      }
      for (let depth = 1; depth >= 0; depth--) {
        await owner.call(lock, "release");
        expect(await owner.call(lock, "depth")).toBe(depth);
      }
    });

    it("LK-058 knows that it owns it; nobody else does", async () => {
      const lock = make();
      const [owner, other] = (await flows(2)) as [Flow, Flow];
      const owned = async (): Promise<unknown[]> => [await owner.call(lock, "owned"), await other.call(lock, "owned")];
      expect(await owned()).toEqual([false, false]);
      await owner.call(lock, "acquire");
      expect(await owned()).toEqual([true, false]);
      await owner.call(lock, "release");
      await other.call(lock, "acquire");
      expect(await owned()).toEqual([false, true]);
      await other.call(lock, "release");
      expect(await owned()).toEqual([false, false]);
    });

    it("LK-054 LK-055 gets bad arguments refused although it would not have to wait, and keeps its depth", async () => {
      const lock = make();
      const [owner] = (await flows(1)) as [Flow];
      await owner.call(lock, "acquire");
      await expect(owner.call(lock, "acquire", { blocking: false, timeout: 1 })).rejects.toThrow(RangeError);
      await expect(owner.call(lock, "acquire", { timeout: 1e100 })).rejects.toThrow(RangeError);
      await expect(owner.call(lock, "acquire", { timeout: "5" })).rejects.toThrow(TypeError);
      expect(await owner.call(lock, "depth")).toBe(1);
      await owner.call(lock, "release");
      expect(lock.locked).toBe(false);
    });

    it("LK-057 keeps it while the time of another one runs out", async () => {
      const lock = make();
      const [owner, other] = (await flows(2)) as [Flow, Flow];
      await owner.call(lock, "acquire");
      await owner.call(lock, "acquire");
      expect(await other.call(lock, "acquire", { timeout: 5 })).toBe(false);
      expect(await owner.call(lock, "depth")).toBe(2);
      await owner.call(lock, "release");
      await owner.call(lock, "release");
      expect(lock.locked).toBe(false);
    });

    it("LK-061 is shown in the text of the lock, with its depth, to everyone", async () => {
      const lock = make();
      const [owner, other] = (await flows(2)) as [Flow, Flow];
      expect(await other.call(lock, "toString")).toMatch(/^RLock@[\da-f]+\(unlocked\)$/);
      await owner.call(lock, "acquire");
      await owner.call(lock, "acquire");
      for (const flow of [owner, other]) expect(await flow.call(lock, "toString")).toContain("(locked, count=2)");
      await owner.call(lock, "release");
      await owner.call(lock, "release");
      expect(await other.call(lock, "toString")).toContain("(unlocked)");
    });

    it("five owners count a plain cell, nested, and lose nothing", async () => {
      const lock = make();
      const cells = sharedCells();
      const owners = await flows(5);
      await Promise.all(owners.map((flow) => flow.run("countNested", lock, cells, 200)));
      expect(cells[0]).toBe(5 * 200 * 3);
      expect(lock.locked).toBe(false);
      expect(waitersOf(lock as Acquirable)).toBe(0);
    });
  });
}
