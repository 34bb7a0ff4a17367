import { inspect } from "node:util";
import { Event } from "@conc/condition";
import { until } from "@conc/testkit";
import { newSlate, read } from "@conc/testkit/slate.ts";
import { mainThread, Thread } from "@conc/thread";
import { describe, expect, it } from "vitest";
import { noFailures, startWaiting } from "./start-waiting.ts";
import * as actions from "./workers/actions.ts";

noFailures();

it("a thread runs its target with its arguments, and join waits for that", () => {
  const slate = newSlate();
  const thread = new Thread({ target: actions.answer, args: [slate, 1, "two"] }).start();
  expect(thread.join()).toBe(true);
  expect(read(slate)).toEqual([1, "two"]);
});

describe("construction and naming", () => {
  it("TH-001 a name is taken as a string, and the target's is ignored", () => {
    expect(new Thread({ name: "Ada", target: actions.nothing }).name).toBe("Ada");
    expect(new Thread({ name: 123 as never }).name).toBe("123");
  });

  it("TH-002 without a name, or with an empty one, threads are numbered", () => {
    const numbers = [{}, { name: "" }, { target: (() => () => {})() }].map((options) =>
      Number(/^Thread-(\d+)$/.exec(new Thread(options).name)?.[1]),
    );
    expect(numbers[0]).toBeGreaterThan(0);
    expect(numbers).toEqual([numbers[0], numbers[0]! + 1, numbers[0]! + 2]);
  });

  it("TH-002 threads of all threads are numbered in one row", () => {
    const before = Number(new Thread().name.split("-")[1]);
    const slate = newSlate();
    new Thread({ target: actions.takesNumber, args: [slate], name: "other" }).start().join();
    expect(read(slate)).toBe(`Thread-${before + 1}`);
    expect(new Thread().name).toBe(`Thread-${before + 2}`);
  });

  it("TH-003 the target's name stands behind the number", () => {
    expect(new Thread({ target: actions.nothing }).name).toMatch(/^Thread-\d+ \(nothing\)$/);
  });

  it("TH-004 nested arrays arrive as they are, and later changes of the list do not", () => {
    const slate = newSlate();
    const args: unknown[] = [slate, [1, [2, 3]], []];
    const thread = new Thread({ target: actions.answer, args }).start();
    args.push("late");
    thread.join();
    expect(read(slate)).toEqual([[1, [2, 3]], []]);
    expect(() => new Thread({ target: actions.answer, args: "ab" as never })).toThrow(TypeError);
  });

  it("TH-005 keyword arguments are an object in args", () => {
    const slate = newSlate();
    new Thread({ target: actions.answer, args: [slate, { to: "Ada", times: 2 }] }).start().join();
    expect(read(slate)).toEqual([{ to: "Ada", times: 2 }]);
  });

  it("TH-007 a thread without a target does nothing and ends", () => {
    const thread = new Thread().start();
    expect(thread.join()).toBe(true);
    expect(thread.state).toBe("dead");
  });

  it("TH-008 a target that is falsy, or no function, is a mistake and not left out", () => {
    for (const target of [null, 0, "", false, {}, "nothing"]) {
      expect(() => new Thread({ target: target as never })).toThrow(/target must be a function/);
    }
  });

  it("options of a wrong type, and unknown ones, are refused", () => {
    expect(() => new Thread(null as never)).toThrow(TypeError);
    expect(() => new Thread((() => {}) as never)).toThrow(TypeError);
    expect(() => new Thread({ daemon: 1 as never })).toThrow(TypeError);
    expect(() => new Thread({ stackSize: "big" as never })).toThrow(TypeError);
    expect(() => new Thread({ deamon: true } as object)).toThrow(
      new TypeError("unknown option deamon: there is target, args, name, daemon, stackSize, resourceLimits, worker"),
    );
    expect(() => new Thread({ stackSize: 1000 })).toThrow(RangeError);
    expect(() => new Thread({ worker: {} as never })).toThrow(TypeError);
    expect(() => new Thread({ worker: () => ({}) as never, stackSize: 100_000 })).toThrow(/it is for that to set/);
  });

  it("TH-011 run of a registered subclass runs in the thread, on an object with the same fields", () => {
    const slate = newSlate();
    const counter = new actions.Counter(slate, 5);
    counter.from = 3;
    counter.start().join();
    expect(read(slate)).toEqual({ isSelf: true, from: 3, by: 5, isCounter: true, name: "Counter" });
  });

  it("TH-011 run of a subclass may call the one above, which calls the target", () => {
    const slate = newSlate();
    const [before, after] = [new Event(), new Event()];
    const thread = new actions.Framed({ target: actions.answer, args: [slate, "framed"] });
    thread.frame.push(before, after);
    thread.start().join();
    expect([before.isSet, read(slate), after.isSet]).toEqual([true, ["framed"], true]);
  });

  it("TH-011 a subclass that is not registered is refused, and the message says what to do", () => {
    const thread = new actions.Unregistered();
    expect(() => thread.start()).toThrow(
      "the class Unregistered overrides run: register it with tasks(import.meta, { Unregistered }) in its module",
    );
    expect([thread.state, thread.ident]).toEqual(["new", undefined]);
  });

  it("TH-012 run, called directly, calls the target in this thread", () => {
    expect(new Thread({ target: (a: number, b: number) => a + b, args: [2, 3] }).run()).toBe(5);
    expect(new Thread().run()).toBe(undefined);
  });

  it("TH-013 TH-014 ident is undefined before start, a positive integer of its own after it, and kept after the end", () => {
    const thread = new Thread();
    expect(thread.ident).toBe(undefined);
    const { ident } = thread.start();
    expect(Number.isInteger(ident) && ident! > 0).toBe(true);
    expect(ident).not.toBe(mainThread().ident);
    thread.join();
    expect(thread.ident).toBe(ident);
    const next = new Thread().start();
    expect(next.ident).not.toBe(ident);
    next.join();
  });

  it("TH-016 a thread shows its name and state, and becomes stopped without a join", async () => {
    const thread = new Thread({ name: "Ada" });
    expect(String(thread)).toBe("Thread(Ada, initial)");
    expect(String(new Thread({ name: "Ada", daemon: true }))).toBe("Thread(Ada, initial daemon)");
    thread.start();
    expect([`Thread(Ada, started ${thread.ident})`, `Thread(Ada, stopped ${thread.ident})`]).toContain(String(thread));
    await until("stopped", () => String(thread) === `Thread(Ada, stopped ${thread.ident})`);
    expect(inspect(thread)).toBe(String(thread));
    expect(Object.prototype.toString.call(thread)).toBe("[object Thread]");
    const { thread: daemon, end } = startWaiting({ name: "Bob", daemon: true });
    expect(String(daemon)).toBe(`Thread(Bob, started daemon ${daemon.ident})`);
    end.set();
    daemon.join();
  });

  it("TH-017 a new name is seen at once, here and there", () => {
    const thread = new Thread({ name: "a" });
    thread.name = 12 as never;
    expect(thread.name).toBe("12");
    const [renamed, goOn] = [new Event(), new Event()];
    const other = new Thread({
      target: actions.renamesItself,
      args: ["Thread", renamed, goOn],
      name: "Thread-1",
    }).start();
    renamed.wait();
    // A part of the old name is another name, too.
    expect(other.name).toBe("Thread");
    new Thread({ target: actions.renames, args: [other, ""] }).start().join();
    expect(other.name).toBe("");
    other.name = "here again";
    expect(other.name).toBe("here again");
    goOn.set();
    other.join();
    expect(other.name).toBe("here again");
  });

  it("TH-017 a name of any length is whole here, and elsewhere as much of it as 128 bytes hold", () => {
    const name = "名".repeat(100);
    const { thread, end } = startWaiting({ name });
    expect(thread.name).toBe(name);
    const slate = newSlate();
    new Thread({ target: actions.listsNames, args: [slate] }).start().join();
    expect(read(slate)).toContain("名".repeat(42));
    expect(thread.name).toBe(name);
    end.set();
    thread.join();
  });
});
