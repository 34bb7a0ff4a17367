import { getEventListeners } from "node:events";
import { Arena } from "@conc/atomics";
import { describe, expect, it } from "vitest";
import { type Acquirable, waitersOf } from "./lock-actions.ts";
import { quiet } from "./quiet.ts";
import { until } from "./until.ts";

/** What async waits on one thread promise, for whatever lets in one holder at a time. */
export function asyncExclusionSuite(name: string, make: () => Acquirable): void {
  /** A task that acquires, says so, and releases when it is told to. */
  function visitor(lock: Acquirable, entered: number[], number: number, options?: object) {
    let leave = (): void => {};
    const told = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const visit = async (): Promise<void> => {
      await lock.acquireAsync(options);
      entered.push(number);
      await told;
      lock.release();
    };
    return { left: visit(), leave };
  }

  function settled(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  function expectNothingLeft(lock: Acquirable): void {
    expect(lock.locked).toBe(false);
    expect(waitersOf(lock)).toBe(0);
    expect(Arena.default.agent.pending).toBe(0);
  }

  describe(`${name}: async waits`, () => {
    it("LK-103 a free one is taken at once, before the promise is even awaited", async () => {
      const lock = make();
      const acquired = lock.acquireAsync();
      expect(lock.locked).toBe(true);
      expect(await acquired).toBe(true);
      lock.release();
      expectNothingLeft(lock);
    });

    it("LK-104 tasks get in, in the order in which they asked", async () => {
      const lock = make();
      const entered: number[] = [];
      const visitors = [0, 1, 2, 3].map((number) => visitor(lock, entered, number));
      for (const [number, { left, leave }] of visitors.entries()) {
        await settled();
        expect(entered).toHaveLength(number + 1);
        leave();
        await left;
      }
      expect(entered).toEqual([0, 1, 2, 3]);
      expectNothingLeft(lock);
    });

    it("LK-105 a newcomer does not pass the one who waits, not even in the turn of the release", async () => {
      const lock = make();
      const entered: number[] = [];
      let newcomer: ReturnType<typeof visitor> | undefined;
      const holder = async (): Promise<void> => {
        await lock.acquireAsync();
        await quiet();
        lock.release();
        newcomer = visitor(lock, entered, 2);
      };
      const left = holder();
      const waiter = visitor(lock, entered, 1);
      await left;
      await settled();
      expect(entered).toEqual([1]);
      waiter.leave();
      await waiter.left;
      newcomer?.leave();
      await newcomer?.left;
      expect(entered).toEqual([1, 2]);
      expectNothingLeft(lock);
    });

    it("LK-033 LK-106 an aborted wait rejects with the reason and holds nothing", async () => {
      const lock = make();
      const entered: number[] = [];
      const holder = visitor(lock, entered, 0);
      const reasons = [new Error("enough"), "a text", undefined];
      for (const reason of reasons) {
        const controller = new AbortController();
        const { signal } = controller;
        const wait = lock.acquireAsync({ signal });
        expect(waitersOf(lock)).toBe(1);
        expect(getEventListeners(signal, "abort")).toHaveLength(1);
        controller.abort(reason);
        const outcome = await wait.then(
          () => "acquired",
          (error: unknown) => error,
        );
        expect(outcome).toBe(signal.reason);
        expect(waitersOf(lock)).toBe(0);
        expect(getEventListeners(signal, "abort")).toHaveLength(0);
        expect(lock.locked).toBe(true);
      }
      holder.leave();
      await holder.left;
      expectNothingLeft(lock);
    });

    it("LK-106 a signal that is aborted already refuses even a free one", async () => {
      const lock = make();
      await expect(lock.acquireAsync({ signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
      await expect(lock.guardAsync({ signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
      expectNothingLeft(lock);
    });

    it("LK-106 a wait that got in, or whose time ran out, leaves no listener at its signal", async () => {
      const lock = make();
      const { signal } = new AbortController();
      const entered: number[] = [];
      const holder = visitor(lock, entered, 0, { signal });
      await until("it is in", () => entered.length === 1);
      expect(await lock.acquireAsync({ signal, timeout: 5 })).toBe(false);
      const second = visitor(lock, entered, 1, { signal });
      expect(getEventListeners(signal, "abort")).toHaveLength(1);
      holder.leave();
      second.leave();
      await second.left;
      expect(getEventListeners(signal, "abort")).toHaveLength(0);
      expectNothingLeft(lock);
    });

    it.each(["before", "after"])(
      "LK-107 a wake-up goes on to the next if the one it was for is aborted in the same turn, %s it",
      async (order) => {
        const lock = make();
        const entered: number[] = [];
        const controller = new AbortController();
        const holder = async (): Promise<void> => {
          await lock.acquireAsync();
          await quiet();
          if (order === "before") controller.abort(new Error("enough"));
          lock.release();
          if (order === "after") controller.abort(new Error("enough"));
        };
        const left = holder();
        const aborted = lock.acquireAsync({ signal: controller.signal });
        const next = visitor(lock, entered, 1);
        await expect(aborted).rejects.toThrow("enough");
        await left;
        next.leave();
        await next.left;
        expect(entered).toEqual([1]);
        expectNothingLeft(lock);
      },
    );

    it("LK-108 after all waits were aborted it is to be had at once", async () => {
      const lock = make();
      const entered: number[] = [];
      const holder = visitor(lock, entered, 0);
      const controller = new AbortController();
      const warnings: Error[] = [];
      const warned = (warning: Error): void => void warnings.push(warning);
      process.on("warning", warned);
      const waits = Array.from({ length: 20 }, () => lock.acquireAsync({ signal: controller.signal }));
      expect(waitersOf(lock)).toBe(20);
      await settled();
      process.off("warning", warned);
      // They share one listener: Node warns of more than ten.
      expect(warnings).toEqual([]);
      expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
      controller.abort();
      expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
      expect((await Promise.allSettled(waits)).every(({ status }) => status === "rejected")).toBe(true);
      holder.leave();
      await holder.left;
      const next = visitor(lock, entered, 1);
      next.leave();
      await next.left;
      expect(entered).toEqual([0, 1]);
      expectNothingLeft(lock);
    });

    it("LK-093 a waiter that others were faster than waits on with the time that is left", async () => {
      const lock = make();
      lock.acquire();
      const ended: string[] = [];
      const wait = lock.acquireAsync({ timeout: 60 }).then((acquired) => ended.push(`acquired: ${acquired}`));
      // Were the time counted anew from the release, it would run out after this timer, which began no earlier.
      const restarted = new Promise<void>((resolve) =>
        setTimeout(() => {
          ended.push("too late");
          resolve();
        }, 75),
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
      lock.release();
      const faster = lock.tryAcquire();
      await Promise.all([wait, restarted]);
      // Permits are given to those who wait, so there nobody can be faster.
      expect(ended).toEqual([`acquired: ${!faster}`, "too late"]);
      if (faster) lock.release();
      else expect(lock.locked).toBe(true);
    });

    it("10,000 tasks get it in turn, in the order in which they asked", async () => {
      const lock = make();
      const entered: number[] = [];
      let inside = 0;
      const visit = async (number: number): Promise<void> => {
        await lock.acquireAsync();
        entered.push(++inside === 1 ? number : Number.NaN);
        if (number % 100 === 0) await settled();
        inside--;
        lock.release();
      };
      const visits = Array.from({ length: 10_000 }, (_, number) => visit(number));
      expect(waitersOf(lock)).toBe(9_999);
      await Promise.all(visits);
      expect(entered).toEqual(Array.from({ length: 10_000 }, (_, number) => number));
      expectNothingLeft(lock);
    });
  });
}
