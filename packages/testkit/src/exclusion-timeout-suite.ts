import { format } from "node:util";
import { TIMEOUT_MAX } from "@conc/atomics";
import { describe, expect, it } from "vitest";
import { type LockWorld, lineUp } from "./exclusion-world.ts";
import type { Flow } from "./flow.ts";
import { disturbFirst, waitersOf } from "./lock-actions.ts";
import { quiet } from "./quiet.ts";
import { until } from "./until.ts";

const NEGATIVE = [-1, -0.5, -2, -100, Number.NEGATIVE_INFINITY].map((timeout) => ({ timeout }));
const TOO_LONG = [TIMEOUT_MAX + 1, 1e100, Number.NaN].map((timeout) => ({ timeout }));
const BOTH = [1, 0, -1, Number.POSITIVE_INFINITY].map((timeout) => ({ timeout, blocking: false }));

const OF_WRONG_TYPE: readonly unknown[] = [
  { timeout: null },
  { timeout: "5" },
  { timeout: true },
  { timeout: 5n },
  { blocking: 0 },
  { blocking: "no" },
  { blocking: null },
  { signal: {} },
  0,
  1,
  false,
  "5",
  null,
];

/** What everything promises of times, and of arguments that are wrong, that lets in one holder at a time. */
export function exclusionTimeoutSuite(name: string, { make, flows }: LockWorld): void {
  describe(`${name}: timeouts and bad arguments`, () => {
    it("LK-018 LK-057 LK-086 a timed acquire is false once its time has run out", async () => {
      const lock = make();
      const [holder, other] = (await flows(2)) as [Flow, Flow];
      await holder.call(lock, "acquire");
      const { result, elapsed } = await other.run<{ result: boolean; elapsed: number }>("timed", lock, { timeout: 30 });
      expect(result).toBe(false);
      expect(elapsed).toBeGreaterThanOrEqual(30);
      expect(elapsed).toBeLessThan(5000);
      expect(lock.locked).toBe(true);
      await holder.call(lock, "release");
      expect(lock.locked).toBe(false);
    });

    it("LK-019 LK-027 LK-028 a free one is acquired whatever the timeout", async () => {
      const lock = make();
      const [flow] = (await flows(1)) as [Flow];
      for (const timeout of [0, 0.5, 5000, TIMEOUT_MAX, Number.POSITIVE_INFINITY, undefined]) {
        expect(await flow.call(lock, "acquire", { timeout })).toBe(true);
        await flow.call(lock, "release");
      }
    });

    it("LK-020 timeout 0 on a held one is false at once", async () => {
      const lock = make();
      const [holder, other] = (await flows(2)) as [Flow, Flow];
      await holder.call(lock, "acquire");
      expect(await other.call(lock, "acquire", { timeout: 0 })).toBe(false);
      await holder.call(lock, "release");
    });

    it("LK-021 who gave up leaves no trace", async () => {
      const lock = make();
      const [holder, ...others] = (await flows(4)) as [Flow, ...Flow[]];
      await holder.call(lock, "acquire");
      const { results } = await lineUp(lock, others, { timeout: 30 });
      expect(await Promise.all(results)).toEqual([false, false, false]);
      expect(waitersOf(lock)).toBe(0);
      await holder.call(lock, "release");
      expect(lock.locked).toBe(false);
      expect(await (others[0] as Flow).call(lock, "acquire", { blocking: false })).toBe(true);
      await (others[0] as Flow).call(lock, "release");
    });

    it("LK-021 who gives up in the middle of the line does not keep the others from getting in", async () => {
      const lock = make();
      const [holder, first, second, third] = (await flows(4)) as [Flow, Flow, Flow, Flow];
      await holder.call(lock, "acquire");
      const one = await lineUp(lock, [first]);
      const two = await lineUp(lock, [second], { timeout: 100 });
      const three = await lineUp(lock, [third]);
      expect(await two.results[0]).toBe(false);
      expect(waitersOf(lock)).toBe(2);
      await holder.call(lock, "release");
      expect(await Promise.race([one.results[0], three.results[0]])).toBe(true);
      await ([...one.entered, ...three.entered][0] as Flow).call(lock, "release");
      expect(await Promise.all([one.results[0], three.results[0]])).toEqual([true, true]);
    });

    it("LK-027 LK-028 Infinity waits for ever, and the longest timeout is accepted", async () => {
      const lock = make();
      const [holder, ...others] = (await flows(3)) as [Flow, Flow, Flow];
      for (const [index, timeout] of [Number.POSITIVE_INFINITY, TIMEOUT_MAX].entries()) {
        await holder.call(lock, "acquire");
        const other = others[index] as Flow;
        const { entered, results } = await lineUp(lock, [other], { timeout });
        await quiet();
        expect(entered).toEqual([]);
        await holder.call(lock, "release");
        expect(await results[0]).toBe(true);
        await other.call(lock, "release");
      }
    });

    async function expectRefused(all: readonly unknown[], error: typeof RangeError | typeof TypeError): Promise<void> {
      const lock = make();
      const [holder, other] = (await flows(2)) as [Flow, Flow];
      for (const held of [false, true]) {
        if (held) await holder.call(lock, "acquire");
        for (const flow of [holder, other]) {
          for (const options of all) {
            await expect(flow.call(lock, "acquire", options), format("%o", options)).rejects.toThrow(error);
            expect(lock.locked).toBe(held);
          }
        }
      }
      expect(waitersOf(lock)).toBe(0);
      await holder.call(lock, "release");
      expect(lock.locked).toBe(false);
      expect(await other.call(lock, "acquire", { blocking: true })).toBe(true);
      await other.call(lock, "release");
    }

    it("LK-024 LK-025 LK-056 LK-087 LK-088 a negative timeout is refused, free or held, and nothing changes", () =>
      expectRefused(NEGATIVE, RangeError));

    it("LK-026 LK-029 LK-055 LK-089 so is one that is too long, or no number of milliseconds", () =>
      expectRefused(TOO_LONG, RangeError));

    it("LK-022 LK-023 LK-054 LK-085 so is any timeout together with blocking: false", () =>
      expectRefused(BOTH, RangeError));

    it("LK-030 LK-031 so are options of the wrong type", () => expectRefused(OF_WRONG_TYPE, TypeError));

    it("LK-032 wake-ups without a reason do not stretch a wait", async () => {
      const lock = make();
      const [other, holder] = (await flows(2)) as [Flow, Flow];
      // An async wait is not woken without a reason: its time is a timer of its own.
      if (other.kind === "task") return;
      await holder.call(lock, "acquire");
      let ended = false;
      const wait = other.run<{ result: boolean; elapsed: number }>("timed", lock, { timeout: 100 });
      wait.then(() => {
        ended = true;
      });
      await until("the time has run out in spite of that", () => {
        disturbFirst(lock);
        return ended;
      });
      const { result, elapsed } = await wait;
      expect(result).toBe(false);
      expect(elapsed).toBeGreaterThanOrEqual(100);
      await holder.call(lock, "release");
    });
  });
}
