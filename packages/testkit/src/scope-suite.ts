import { AsyncLocalStorage } from "node:async_hooks";
import { TimeoutError } from "@conc/atomics";
import { Guard } from "@conc/lock";
import { describe, expect, it } from "vitest";
import type { Acquirable } from "./lock-actions.ts";
import { quiet } from "./quiet.ts";

/** Calls a function outside of any task that holds a lock. */
const outside = AsyncLocalStorage.snapshot();

const scopes = [
  {
    form: "blocking",
    guard: async (lock: Acquirable, options?: object): Promise<Guard> => lock.guard(options),
    run: async <T>(lock: Acquirable, fn: () => T): Promise<T> => lock.runExclusive(fn),
  },
  {
    form: "async",
    guard: (lock: Acquirable, options?: object): Promise<Guard> => lock.guardAsync(options),
    run: <T>(lock: Acquirable, fn: () => T): Promise<T> => lock.runExclusiveAsync(fn),
  },
];

/** What the helpers for scopes promise. */
export function scopeSuite(name: string, make: () => Acquirable): void {
  describe.each(scopes)(`${name}: scopes, $form`, ({ form, guard, run }) => {
    it("LK-036 LK-038 a guard holds until it is released, once", async () => {
      const lock = make();
      const held = await guard(lock);
      expect(held).toBeInstanceOf(Guard);
      expect(lock.locked).toBe(true);
      held.release();
      expect(lock.locked).toBe(false);
      const other = await guard(lock);
      held.release();
      expect(lock.locked).toBe(true);
      other.release();
    });

    it("LK-036 LK-037 a scope releases at its end, and what its body throws passes through", async () => {
      const lock = make();
      {
        using _held = await guard(lock);
        expect(lock.locked).toBe(true);
      }
      expect(lock.locked).toBe(false);
      const thrown = new Error("from the body");
      const body = async (): Promise<void> => {
        await using _held = await guard(lock);
        expect(lock.locked).toBe(true);
        throw thrown;
      };
      await expect(body()).rejects.toBe(thrown);
      expect(lock.locked).toBe(false);
    });

    it("a guard that is not to be had in time is a TimeoutError, and bad options are refused", async () => {
      const lock = make();
      const holder = await guard(lock);
      await new Promise((resolve) => setImmediate(resolve));
      // In another task, for the one that holds a reentrant lock would get it again.
      const results = await outside(() =>
        Promise.allSettled([
          lock.guardAsync({ timeout: 0 }),
          lock.guardAsync({ timeout: 5 }),
          lock.guardAsync({ timeout: -1 }),
          lock.guardAsync({ timeout: "5" } as object),
        ]),
      );
      const reasons = results.map((result) => (result as PromiseRejectedResult).reason);
      expect(reasons[0]).toBeInstanceOf(TimeoutError);
      expect(reasons[0]).toMatchObject({ code: "ERR_CONC_TIMEOUT", message: expect.stringContaining("in time") });
      expect(reasons[1]).toBeInstanceOf(TimeoutError);
      expect(reasons[2]).toBeInstanceOf(RangeError);
      expect(reasons[3]).toBeInstanceOf(TypeError);
      expect(lock.locked).toBe(true);
      holder.release();
      expect(lock.locked).toBe(false);
      await expect(guard(lock, { timeout: -1 })).rejects.toThrow(RangeError);
      expect(lock.locked).toBe(false);
    });

    it("LK-036 LK-037 runExclusive gives what the function returns or throws, and releases", async () => {
      const lock = make();
      expect(await run(lock, () => [lock.locked])).toEqual([true]);
      expect(lock.locked).toBe(false);
      const thrown = new Error("from the body");
      const fail = (): never => {
        throw thrown;
      };
      await expect(run(lock, fail)).rejects.toBe(thrown);
      expect(lock.locked).toBe(false);
    });

    it("runExclusive refuses what is no function before it acquires", async () => {
      const lock = make();
      for (const fn of [undefined, null, 1, {}]) {
        await expect(run(lock, fn as unknown as () => void)).rejects.toThrow(TypeError);
      }
      expect(lock.locked).toBe(false);
    });

    it("LK-039 an async body is protected until its promise has settled, or refused", async () => {
      const lock = make();
      const body = async (outcome: () => string): Promise<string> => {
        await quiet();
        expect(lock.locked).toBe(form === "async");
        return outcome();
      };
      const fail = (): never => {
        throw new Error("from the body");
      };
      if (form === "async") {
        expect(await run(lock, () => body(() => "done"))).toBe("done");
        expect(lock.locked).toBe(false);
        await expect(run(lock, () => body(fail))).rejects.toThrow("from the body");
      } else {
        await expect(run(lock, () => body(() => "done"))).rejects.toThrow(TypeError);
      }
      expect(lock.locked).toBe(false);
    });
  });
}
