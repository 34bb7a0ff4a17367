import { Event } from "@conc/condition";
import { Lock } from "@conc/lock";
import { until } from "@conc/testkit";
import { newSlate, read } from "@conc/testkit/slate.ts";
import { currentThread, setExcepthook, Thread } from "@conc/thread";
import { afterEach, expect, it } from "vitest";
import { Broken, ShelfError, throws, throwsInGrandchild, throwsOwnHook } from "./workers/throwing.ts";

interface Call {
  readonly error: unknown;
  readonly thread: Thread;
  /** In which thread the hook ran. */
  readonly at: Thread;
}

const calls: Call[] = [];
const hook = (error: unknown, thread: Thread): void => void calls.push({ error, thread, at: currentThread() });

afterEach(() => {
  setExcepthook();
  calls.length = 0;
});

/** What the hook is called with for a thread that throws `what`. */
async function caught(what: string, ...args: unknown[]): Promise<Call> {
  const thread = new Thread({ target: throws, args: [what, ...args], name: what }).start();
  await until("the hook was called", () => calls.length > 0);
  expect(thread.join()).toBe(true);
  expect(calls.map((call) => call.thread)).toEqual([thread]);
  return calls.pop() as Call;
}

it("TH-050 a hook is called here, once, with the error and the very thread, and join returns", async () => {
  setExcepthook(hook);
  const { error, at } = await caught("error");
  expect(error).toEqual(new Error("an error"));
  expect((error as Error).stack).toMatch(/throwing\.[jt]s/);
  expect(at).toBe(currentThread());
});

it("TH-050 the thread is the very object even if nobody else holds it", async () => {
  setExcepthook(hook);
  const thread = new WeakRef(new Thread({ target: throws, args: ["error"] }).start());
  await until("the hook was called", () => calls.length > 0);
  expect(calls[0]?.thread).toBe(thread.deref());
});

it("TH-055 what is thrown need not be an error", async () => {
  setExcepthook(hook);
  for (const [what, value] of [
    ["text", "a text"],
    ["undefined", undefined],
    ["object", { an: "object", of: [1, new Map([["a", 1n]])] }],
  ] as const) {
    expect((await caught(what)).error).toEqual(value);
  }
});

it("TH-056 a rejection is as good as a throw, awaited or not", async () => {
  setExcepthook(hook);
  for (const what of ["rejection", "loose rejection", "callback"]) {
    expect((await caught(what)).error).toEqual(new Error(what));
  }
});

it("TH-057 an error keeps a class that is built in or registered, its own properties and its cause", async () => {
  setExcepthook(hook);
  const { error } = (await caught("custom")) as { error: ShelfError };
  expect(error).toBeInstanceOf(ShelfError);
  expect(error).toBeInstanceOf(RangeError);
  expect([error.name, error.message, error.shelf]).toEqual([new ShelfError().name, "the shelf broke", 7]);
  expect(error.contents).toEqual(new Map([["books", [12, null]]]));
  expect(error.cause).toBeInstanceOf(TypeError);
  expect(error.cause).toMatchObject({ message: "too many books" });
  expect(error.stack).toMatch(/^RangeError: the shelf broke\n.*throwing\.[jt]s/);
});

it("TH-057 an error of another class comes as the nearest class above, with its name", async () => {
  setExcepthook(hook);
  const { error } = (await caught("unregistered")) as { error: Error };
  expect(error).toBeInstanceOf(RangeError);
  expect(error).not.toBeInstanceOf(ShelfError);
  expect(error.name).toBe("Unregistered");
  expect(error).toMatchObject({ extra: "kept" });
});

it("a primitive in an error is the same primitive here", async () => {
  setExcepthook(hook);
  const lock = new Lock();
  const { error } = (await caught("with lock", lock)) as { error: Error & { lock: Lock } };
  expect(error.lock).toBe(lock);
});

it("what can not be sent is described", async () => {
  setExcepthook(hook);
  const { error } = (await caught("unsendable")) as { error: Error & { call: unknown } };
  expect(error.message).toBe("unsendable");
  expect(error.call).toBe("[function call]");
  const symbol = (await caught("symbol")) as { error: Error };
  expect(symbol.error.message).toMatch(/^what was thrown cannot be sent: Symbol\(s\)/);
});

it("TH-050 a hook is called for threads that threads start, alive as their starters are or not", async () => {
  setExcepthook(hook);
  for (const waits of [true, false]) {
    const slate = newSlate();
    new Thread({ target: throwsInGrandchild, args: [slate, waits], name: "parent" }).start().join();
    await until("the hook was called", () => calls.length > 0);
    const { error, thread, at } = calls.pop() as Call;
    expect(error).toEqual(new Error("an error"));
    expect([thread.name, thread.ident, thread.join()]).toEqual(["grandchild", read(slate), true]);
    expect(at).toBe(currentThread());
  }
  expect(calls).toEqual([]);
});

it("TH-050 a thread with a hook of its own keeps its errors and those of the threads it starts", async () => {
  setExcepthook(hook);
  const slate = newSlate();
  new Thread({ target: throwsOwnHook, args: [slate] }).start().join();
  await until("written", () => read(slate));
  expect(read(slate)).toEqual(["child: an error", "self: own error"]);
  expect(calls).toEqual([]);
});

it("TH-052 setExcepthook gives back the hook before, and takes nothing but functions", () => {
  const another = (): void => {};
  expect(setExcepthook(hook)).toBe(undefined);
  expect(setExcepthook(another)).toBe(hook);
  expect(() => setExcepthook("print" as never)).toThrow(TypeError);
  expect(() => setExcepthook(null as never)).toThrow(TypeError);
  expect(setExcepthook()).toBe(another);
  expect(setExcepthook()).toBe(undefined);
});

it("an error in run of a subclass comes with the object that was started", async () => {
  setExcepthook(hook);
  const thread = new Broken().start();
  expect(thread.join()).toBe(true);
  await until("the hook was called", () => calls.length > 0);
  expect(calls[0]).toMatchObject({ error: new TypeError("broken glass"), thread });
});

it("errors of several threads all arrive, each with its thread", async () => {
  setExcepthook(hook);
  const go = new Event();
  const names = ["first", "second", "third"];
  const threads = names.map((name) => new Thread({ target: throws, args: ["message", name, go], name }).start());
  go.set();
  for (const thread of threads) thread.join();
  await until("all reported", () => calls.length === 3);
  const found = new Map(calls.map(({ error, thread }) => [thread, (error as Error).message]));
  expect(threads.map((thread) => found.get(thread))).toEqual(names);
});
