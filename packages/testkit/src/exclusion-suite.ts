import { describe, expect, it } from "vitest";
import { exclusionTimeoutSuite } from "./exclusion-timeout-suite.ts";
import { type LockWorld, lineUp, sharedCells } from "./exclusion-world.ts";
import type { Flow } from "./flow.ts";
import { waitersOf } from "./lock-actions.ts";
import { quiet } from "./quiet.ts";
import { until } from "./until.ts";

/** What everything promises that lets in one holder at a time, whoever the flows are. */
export function exclusionSuite(name: string, world: LockWorld): void {
  const { make, flows } = world;

  describe(`${name}: one holder at a time`, () => {
    it("LK-001 LK-045 is free at first", async () => {
      const lock = make();
      for (const flow of await flows(2)) expect(await flow.call(lock, "locked")).toBe(false);
      expect(lock.locked).toBe(false);
    });

    it("LK-002 LK-003 LK-060 acquire is true and all see it locked; release returns nothing and all see it free", async () => {
      const lock = make();
      const [holder, other] = (await flows(2)) as [Flow, Flow];
      expect(await holder.call(lock, "acquire")).toBe(true);
      for (const flow of [holder, other]) expect(await flow.call(lock, "locked")).toBe(true);
      expect(lock.locked).toBe(true);
      expect(await holder.call(lock, "release")).toBe(undefined);
      for (const flow of [holder, other]) expect(await flow.call(lock, "locked")).toBe(false);
      expect(lock.locked).toBe(false);
    });

    it("LK-006 LK-007 LK-052 LK-075 to try is true if it is free, else false at once, and the holder keeps it", async () => {
      const lock = make();
      const [holder, other] = (await flows(2)) as [Flow, Flow];
      const tries: [string, ...unknown[]][] = [
        ["acquire", { blocking: false }],
        ["acquire", { timeout: 0 }],
      ];
      // A task that has acquired nothing yet would try in the name of its thread.
      if (holder.kind === "thread") tries.push(["tryAcquire"]);
      for (const first of tries) {
        expect(await holder.call(lock, ...first)).toBe(true);
        expect(await other.call(lock, "tryAcquire")).toBe(false);
        expect(await other.call(lock, "acquire", { blocking: false })).toBe(false);
        expect(lock.locked).toBe(true);
        expect(waitersOf(lock)).toBe(0);
        await holder.call(lock, "release");
        expect(lock.locked).toBe(false);
      }
    });

    it("LK-010 one release lets one of five waiters in", async () => {
      const lock = make();
      const [holder, ...others] = (await flows(6)) as [Flow, ...Flow[]];
      await holder.call(lock, "acquire");
      const { entered, results } = await lineUp(lock, others);
      await quiet();
      expect(entered).toEqual([]);
      await holder.call(lock, "release");
      for (let inside = 1; inside <= 5; inside++) {
        await until(`${inside} have entered`, () => entered.length === inside);
        await quiet();
        expect(entered).toHaveLength(inside);
        expect(waitersOf(lock)).toBe(5 - inside);
        expect(lock.locked).toBe(true);
        await (entered[inside - 1] as Flow).call(lock, "release");
      }
      expect(await Promise.all(results)).toEqual([true, true, true, true, true]);
      expect(lock.locked).toBe(false);
    });

    it("LK-011 LK-066 none of five passes before the holder releases, and then all of them do", async () => {
      const lock = make();
      const cells = sharedCells();
      const [holder, ...others] = (await flows(6)) as [Flow, ...Flow[]];
      await holder.call(lock, "acquire");
      const passed = others.map((flow) => flow.run("pass", lock, cells));
      await until("five wait", () => waitersOf(lock) === 5);
      expect(cells[0]).toBe(0);
      await holder.call(lock, "release");
      await Promise.all(passed);
      expect(cells[0]).toBe(5);
      expect(lock.locked).toBe(false);
    });

    it("LK-113 two who wait each get in exactly once, with two releases", async () => {
      const lock = make();
      const [holder, ...others] = (await flows(3)) as [Flow, Flow, Flow];
      for (let round = 1; round <= 50; round++) {
        await holder.call(lock, "acquire");
        const { entered, results } = await lineUp(lock, others);
        await holder.call(lock, "release");
        await until("one is in", () => entered.length === 1);
        expect(waitersOf(lock)).toBe(1);
        await (entered[0] as Flow).call(lock, "release");
        expect(await Promise.all(results)).toEqual([true, true]);
        await (entered[1] as Flow).call(lock, "release");
        expect(lock.locked).toBe(false);
      }
    });

    it("never two are inside", async () => {
      const lock = make();
      const cells = sharedCells();
      const visitors = await flows(5);
      const most = await Promise.all(visitors.map((flow) => flow.run<number>("visit", lock, cells, 20)));
      expect(most).toEqual([1, 1, 1, 1, 1]);
      expect(lock.locked).toBe(false);
      expect(waitersOf(lock)).toBe(0);
    });
  });

  exclusionTimeoutSuite(name, world);
}
