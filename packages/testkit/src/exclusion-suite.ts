import { AsyncLocalStorage } from "node:async_hooks";
import { getEventListeners } from "node:events";
import { format } from "node:util";
import { Arena, TIMEOUT_MAX, TimeoutError } from "@conc/atomics";
import { Guard } from "@conc/lock";
import { describe, expect, it } from "vitest";
import { quiet } from "./condition-suite.ts";
import type { Flow } from "./flow.ts";
import { type Acquirable, disturbFirst, waitersOf } from "./lock-actions.ts";
import { until } from "./until.ts";

/** What the cases of a lock need. */
export interface LockWorld<L extends Acquirable = Acquirable> {
  /** A lock, or what lets in one at a time as well. */
  make(): L;
  /** So many flows, whose module is `lock-actions.ts`. */
  flows(count: number): Promise<Flow[]>;
}

/** Cells that threads share, all zero. */
export function sharedCells(length = 1): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4));
}

/**
 * Has the flows acquire, one after the other, and returns once all of them wait; `entered` lists those who are in.
 *
 * @param options If they have a timeout, some may have given up by then.
 */
export async function lineUp(
  lock: Acquirable,
  flows: Flow[],
  options?: object,
): Promise<{ entered: Flow[]; results: Promise<unknown>[] }> {
  const entered: Flow[] = [];
  const results: Promise<unknown>[] = [];
  const before = waitersOf(lock);
  let settled = 0;
  for (const [index, flow] of flows.entries()) {
    const result = flow.call(lock, "acquire", options);
    result.then((acquired) => {
      settled++;
      if (acquired) entered.push(flow);
    });
    results.push(result);
    await until(`${index + 1} wait`, () => waitersOf(lock) + settled === before + index + 1);
  }
  return { entered, results };
}

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

/** What everything promises that lets in one holder at a time, whoever the flows are. */
export function exclusionSuite(name: string, { make, flows }: LockWorld): void {
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

/** Calls a function outside of any task that holds a lock. */
const outside = AsyncLocalStorage.snapshot();
