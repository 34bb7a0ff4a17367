import { Arena, DeadlockError, endAgent, fromHandle, InvalidStateError, TimeoutError, toHandle } from "@conc/atomics";
import { quiet, sharedCells, startThread, until } from "@conc/testkit";
import { collectGarbage } from "@conc/testkit/collect-garbage.ts";
import { Thread } from "@conc/thread";
import { describe, expect, it, vi } from "vitest";
import { CancelledError, Future, WorkerDiedError } from "../src/index.ts";
import { WrongAnswer, workThrough } from "./workers/futures.ts";

const THREADS = new URL("./workers/futures.ts", import.meta.url);

/** A future in each of its states. */
const STATES = {
  pending: () => new Future<number>(),
  running: () => made((future) => future.setRunningOrNotifyCancel()),
  cancelled: () => made((future) => future.cancel()),
  notified: () =>
    made((future) => {
      future.cancel();
      future.setRunningOrNotifyCancel();
    }),
  returned: () => made((future) => future.setResult(42)),
  raised: () => made((future) => future.setException(new WrongAnswer("no", "?"))),
} as const;

function made(change: (future: Future<number>) => void): Future<number> {
  const future = new Future<number>();
  change(future);
  return future;
}

describe("a future's states", () => {
  it.each([
    ["pending", false, false, false],
    ["running", false, true, false],
    ["cancelled", true, false, true],
    ["notified", true, false, true],
    ["returned", false, false, true],
    ["raised", false, false, true],
  ] as const)("EX-001 %s: cancelled %s, running %s, done %s", (state, cancelled, running, done) => {
    const future = STATES[state]();
    expect([future.cancelled, future.running, future.done]).toEqual([cancelled, running, done]);
  });

  it("EX-013 its text names the state, and the type of what it came to", () => {
    const texts = Object.values(STATES).map((make) => String(make()).replace(/@[0-9a-f]+/, ""));
    expect(texts).toEqual([
      "Future(pending)",
      "Future(running)",
      "Future(cancelled)",
      "Future(cancelled)",
      "Future(returned number)",
      "Future(raised WrongAnswer)",
    ]);
  });

  it("takes no arguments", () => {
    expect(() => new (Future as new (junk: unknown) => unknown)(1)).toThrow(TypeError);
  });
});

describe("result and exception", () => {
  it("EX-002 of one that has returned", async () => {
    const future = STATES.returned();
    expect([future.result({ timeout: 0 }), future.exception({ timeout: 0 })]).toEqual([42, undefined]);
    expect([await future.resultAsync(), await future.exceptionAsync()]).toEqual([42, undefined]);
  });

  it("EX-003 EX-010 of one that has failed: the same error each time", async () => {
    const future = STATES.raised();
    const error = future.exception({ timeout: 0 });
    expect(error).toBeInstanceOf(WrongAnswer);
    expect(() => future.result({ timeout: 0 })).toThrow(error as Error);
    await expect(future.resultAsync()).rejects.toBe(error);
    expect(await future.exceptionAsync()).toBe(error);
  });

  it.each(["pending", "running"] as const)("EX-004 EX-011 of one that is %s: a TimeoutError", async (state) => {
    const future = STATES[state]();
    for (const timeout of [0, 5]) {
      expect(() => future.result({ timeout })).toThrow(TimeoutError);
      expect(() => future.exception({ timeout })).toThrow(TimeoutError);
      await expect(future.resultAsync({ timeout })).rejects.toThrow(TimeoutError);
      await expect(future.exceptionAsync({ timeout })).rejects.toThrow(TimeoutError);
    }
    expect(() => future.result({ timeout: -1 })).toThrow(RangeError);
    expect(() => future.exception({ timeout: "1" as never })).toThrow(TypeError);
  });

  it.each(["cancelled", "notified"] as const)("EX-005 EX-012 of one that is %s: a CancelledError", async (state) => {
    const future = STATES[state]();
    expect(() => future.result()).toThrow(CancelledError);
    expect(() => future.exception()).toThrow(CancelledError);
    await expect(future.resultAsync()).rejects.toThrow(CancelledError);
    await expect(future.exceptionAsync()).rejects.toThrow(CancelledError);
    expect(new CancelledError("").code).toBe("ERR_CONC_CANCELLED");
  });

  it.each([undefined, 0, "", null, Number.NaN])(
    "EX-014 EX-015 EX-016 %s is a result, and an error, as any other",
    async (value) => {
      const returned = made((future) => future.setResult(value as never));
      expect([returned.result(), returned.exception()]).toEqual([value, undefined]);
      const raised = made((future) => future.setException(value));
      expect(raised.exception()).toEqual(value);
      await expect(raised.resultAsync()).rejects.toEqual(value);
      let thrown: unknown = "nothing";
      try {
        raised.result();
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toEqual(value);
    },
  );

  it("EX-006 waits, blocked, for what another thread sets", () => {
    const future = new Future<unknown>();
    startThread(THREADS, "setLater", future, { answer: 42 });
    expect(future.result({ timeout: 5000 })).toEqual({ answer: 42 });
  });

  it("EX-007 another thread cancels it meanwhile", () => {
    const future = new Future();
    startThread(THREADS, "cancelLater", future);
    expect(() => future.result({ timeout: 5000 })).toThrow(CancelledError);
  });

  it("EX-008 another thread fails it: class, cause and properties arrive", () => {
    const future = new Future();
    startThread(THREADS, "failLater", future);
    const error = future.exception({ timeout: 5000 }) as WrongAnswer;
    expect(error).toBeInstanceOf(WrongAnswer);
    expect([error.message, error.asked]).toEqual(["not 42", "six by nine"]);
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  it("EX-009 many threads that wait all go on", async () => {
    const future = new Future<string>();
    const threads = [1, 2, 3, 4].map(() => startThread(THREADS, "outcomeOf", future));
    await quiet();
    future.setResult("for all");
    expect(await Promise.all(threads.map(({ result }) => result))).toEqual(new Array(4).fill("for all"));
  });

  it("EX-018 blocking for ever for what no other thread has is an error, not a hang", async () => {
    const future = new Future();
    expect(() => future.result()).toThrow(DeadlockError);
    expect(() => future.exception()).toThrow("nobody could set it");
    const pending = future.resultAsync();
    future.setResult(1);
    expect(await pending).toBe(1);
  });

  it("an aborted wait holds nothing back, and the future goes on", async () => {
    const future = new Future<number>();
    const controller = new AbortController();
    const pending = future.resultAsync({ signal: controller.signal });
    controller.abort(new Error("given up"));
    await expect(pending).rejects.toThrow("given up");
    await expect(future.resultAsync({ signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
    future.setResult(1);
    expect(await future).toBe(1);
  });
});

describe("a future that is awaited", () => {
  it("EX-017 resolves and rejects as a promise does", async () => {
    expect(await STATES.returned()).toBe(42);
    await expect(STATES.raised()).rejects.toThrow(WrongAnswer);
    await expect(STATES.cancelled()).rejects.toThrow(CancelledError);
    const later = new Future<number>();
    const pending = later.then((value) => value + 1);
    later.setResult(1);
    expect(await pending).toBe(2);
  });

  it("EX-017 a failure that nobody looks at is no unhandled rejection", async () => {
    const rejections: unknown[] = [];
    const listen = (reason: unknown): void => void rejections.push(reason);
    process.on("unhandledRejection", listen);
    const future = new Future();
    future.addDoneCallback(() => {});
    future.setException(new Error("nobody cares"));
    await quiet();
    process.off("unhandledRejection", listen);
    expect(rejections).toEqual([]);
  });
});

describe("cancel", () => {
  it.each([
    ["EX-019 pending", "pending", true],
    ["EX-020 running", "running", false],
    ["EX-020 returned", "returned", false],
    ["EX-020 raised", "raised", false],
    ["EX-021 cancelled", "cancelled", true],
    ["EX-021 notified", "notified", true],
  ] as const)("%s: %s gives %s", (_name, state, cancelled) => {
    const future = STATES[state]();
    expect(future.cancel()).toBe(cancelled);
    expect(future.cancelled).toBe(cancelled);
  });

  it("EX-022 EX-023 calls the callbacks once, at once, when it is cancelled already", () => {
    const future = new Future();
    const seen: boolean[] = [];
    future.addDoneCallback(({ cancelled }) => seen.push(cancelled));
    future.cancel();
    expect(seen).toEqual([true]);
    future.cancel();
    expect(seen).toEqual([true]);
  });

  it("EX-026 EX-027 who is to work on it learns whether it was cancelled, once", () => {
    const pending = STATES.pending();
    expect([pending.setRunningOrNotifyCancel(), pending.running]).toEqual([true, true]);
    expect(() => pending.setRunningOrNotifyCancel()).toThrow(InvalidStateError);
    const cancelled = STATES.cancelled();
    expect(cancelled.setRunningOrNotifyCancel()).toBe(false);
    expect(() => cancelled.setRunningOrNotifyCancel()).toThrow(InvalidStateError);
    expect(() => STATES.returned().setRunningOrNotifyCancel()).toThrow(InvalidStateError);
  });

  it.each(["cancelled", "notified", "returned", "raised"] as const)("EX-028 one that is %s can not be set", (state) => {
    const future = STATES[state]();
    const before = String(future);
    expect(() => future.setResult(1)).toThrow(InvalidStateError);
    expect(() => future.setException(new Error("late"))).toThrow(InvalidStateError);
    expect(String(future)).toBe(before);
  });

  it("EX-119 what can not travel is refused, and the future goes on", () => {
    const future = new Future<unknown>();
    expect(() => future.setResult(Symbol("x"))).toThrow(TypeError);
    expect(future.done).toBe(false);
    future.setResult(1);
    expect(future.result()).toBe(1);
  });
});

describe("callbacks", () => {
  it.each([
    ["setResult", (future: Future<number>) => future.setResult(1)],
    ["setException", (future: Future<number>) => future.setException(new Error("x"))],
    ["cancel", (future: Future<number>) => future.cancel()],
  ] as const)("EX-029 are called once with the future, after %s", async (_name, end) => {
    const future = new Future<number>();
    const calls: unknown[] = [];
    future.addDoneCallback((...args) => calls.push(args));
    expect(calls).toEqual([]);
    end(future);
    await quiet();
    expect(calls).toEqual([[future]]);
  });

  it.each(["returned", "raised", "cancelled"] as const)("EX-030 are called at once of one that is %s", (state) => {
    const future = STATES[state]();
    const calls: unknown[] = [];
    future.addDoneCallback((...args) => calls.push(args));
    expect(calls).toEqual([[future]]);
  });

  it("EX-031 EX-032 EX-033 are called in their order; what one throws is printed, and goes no further", () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    const future = new Future<number>();
    const order: number[] = [];
    future.addDoneCallback(() => order.push(1));
    future.addDoneCallback(() => {
      order.push(2);
      throw new Error("of a callback");
    });
    future.addDoneCallback(() => order.push(3));
    future.setResult(0);
    future.addDoneCallback(() => {
      throw new Error("of a late one");
    });
    expect(order).toEqual([1, 2, 3]);
    expect(print.mock.calls.map(([, error]) => (error as Error).message)).toEqual(["of a callback", "of a late one"]);
    print.mockRestore();
  });

  it("EX-035 EX-036 one that adds another one has that called at once", () => {
    const future = new Future<number>();
    const order: string[] = [];
    future.addDoneCallback(() => {
      future.addDoneCallback(() => order.push("inner"));
      order.push("outer");
    });
    future.setResult(0);
    expect(order).toEqual(["inner", "outer"]);
  });

  it("EX-034 are called in the thread that added them, when another one sets the future", async () => {
    const future = new Future<number>();
    const value = new Promise((resolve) => future.addDoneCallback((each) => resolve(each.result())));
    startThread(THREADS, "setLater", future, 7);
    expect(await value).toBe(7);
  });

  it("are functions", () => {
    expect(() => new Future().addDoneCallback(1 as never)).toThrow(TypeError);
  });
});

describe("a future whose thread dies", () => {
  it.each(["blocked", "async"] as const)("EX-094 has failed, who waits %s learns of it", async (way) => {
    const future = new Future();
    const cells = sharedCells(1);
    const thread = startThread(THREADS, "workForEver", future, cells);
    const id = await until("the thread works on it", () => Atomics.load(cells, 0));
    expect(future.running).toBe(true);
    const waiter = way === "async" ? future.exceptionAsync() : startThread(THREADS, "outcomeOf", future).result;
    await quiet();
    await thread.kill();
    endAgent(Arena.default.agent, id);
    expect(await waiter).toBeInstanceOf(WorkerDiedError);
    expect(String(future)).toContain("its thread died");
    expect(() => future.setResult(1)).toThrow(InvalidStateError);
  });
});

/** Set CONC_ROUNDS for more. */
const ROUNDS = Number(process.env.CONC_ROUNDS ?? 8);

describe("a thread that works through futures and dies at a random moment", () => {
  it("leaves each of them whole: done, failed, or untouched", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const futures = Array.from({ length: 300 }, () => new Future<[number, string]>());
      const cells = sharedCells(1);
      // One whose death is noticed while this thread waits for what it may have locked.
      const thread = new Thread({ target: workThrough, args: [futures, cells] }).start();
      await until("the thread works", () => Atomics.load(cells, 0));
      const outcomes = futures.map((future) => future.resultAsync({ timeout: 20_000 }).catch((error) => error));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
      await thread.terminate();
      const first = futures.findIndex((future) => !future.done);
      for (const future of futures) future.cancel();
      for (const [index, outcome] of (await Promise.all(outcomes)).entries()) {
        if (outcome instanceof WorkerDiedError || outcome instanceof CancelledError) continue;
        expect(outcome).toEqual([index, "x".repeat(index * 100)]);
      }
      // It took them in turn.
      if (first >= 0) expect(futures.slice(first).every(({ cancelled }) => cancelled)).toBe(true);
      const died = (await Promise.all(outcomes)).filter((outcome) => outcome instanceof WorkerDiedError);
      expect(died.length).toBeLessThanOrEqual(1);
    }
  });
});

describe("a future that travels", () => {
  it("is the same in a message, and its outcome may hold primitives", () => {
    const future = new Future<{ inner: Future<number> }>();
    expect(fromHandle(toHandle(future))).toBe(future);
    const inner = new Future<number>();
    future.setResult({ inner });
    expect(future.result().inner).toBe(inner);
  });

  it("EX-199 leaves nothing behind", async () => {
    const one = (): void => new Future<string>().setResult("x".repeat(100_000));
    one();
    const before = Arena.default.used;
    for (let round = 0; round < 300; round++) one();
    await until("the arena has no more in use than before", async () => {
      await collectGarbage();
      return Arena.default.used <= before + 200_000;
    });
  });
});
