import { Event } from "@conc/condition";
import { Lock } from "@conc/lock";
import { until } from "@conc/testkit";
import { newSlate, read } from "@conc/testkit/slate.ts";
import { activeCount, describeTask, resolveTask, setExcepthook, Thread, tasks } from "@conc/thread";
import { describe, expect, it } from "vitest";
import { noFailures } from "./start-waiting.ts";
import * as actions from "./workers/actions.ts";
import * as functions from "./workers/functions.ts";

noFailures();

/** Runs a function in a thread, with a slate before the other arguments, and gives what it left there. */
function run(target: Function, ...args: unknown[]): unknown {
  const slate = new Int32Array(new SharedArrayBuffer(64));
  new Thread({ target, args: [slate, ...args] }).start().join();
  return slate[0];
}

describe("registered functions", () => {
  it("TH-009 a registered function may use all that its module has", () => {
    const slate = newSlate();
    new Thread({ target: functions.usesItsModule, args: [slate] }).start().join();
    expect(read(slate)).toEqual(["secret", 1]);
  });

  it("travel by name in arguments, at any depth, and arrive as that function", () => {
    const slate = newSlate();
    const [lock, again] = [new Lock(), new Map([["plan", [functions.double, actions.answer]]])];
    new Thread({ target: functions.callsThem, args: [slate, functions.double, again, lock] }).start().join();
    expect(read(slate)).toEqual({ doubled: 42, same: true, fromAnotherModule: true });
  });

  it("a class travels like a function", () => {
    const slate = newSlate();
    new Thread({ target: functions.makesOne, args: [slate, functions.Point] }).start().join();
    expect(read(slate)).toEqual({ x: 1, y: 2, isPoint: true });
  });

  it("tasks gives back its members and refuses what is no function", () => {
    const members = { one: () => 1, two: class {} };
    expect(tasks({ url: "file:///nowhere.ts" } as ImportMeta, members)).toBe(members);
    expect(() => tasks(import.meta, { one: 1 as never })).toThrow(
      "tasks: one must be a function or a class, got number",
    );
    expect(() => tasks({} as ImportMeta, members)).toThrow("the first argument must be import.meta");
    expect(() => tasks(undefined as never, members)).toThrow(TypeError);
  });

  it("nothing is registered if one of the members is refused", () => {
    const good = (): void => {};
    expect(() => tasks(import.meta, { good, bad: {} as never })).toThrow(TypeError);
    expect(describeTask(good)).toEqual({ source: "() => {\n    }", name: "good" });
  });

  it("a module's versions, which loaders tell apart by a query, share their tasks", () => {
    const [first, second] = [(): number => 1, (): number => 2];
    tasks({ url: "file:///versions.ts?t=1" } as ImportMeta, { first });
    tasks({ url: "file:///versions.ts?t=2#here" } as ImportMeta, { second });
    expect(describeTask(first)).toEqual({ module: "file:///versions.ts", name: "first" });
    expect(resolveTask({ module: "file:///versions.ts", name: "second" })).toBe(second);
  });

  it("a task that its module does not register there is a clear error", async () => {
    const errors: Error[] = [];
    const before = setExcepthook((error) => errors.push(error as Error));
    // Registered under the URL of a module that knows nothing of it.
    const url = new URL("./workers/functions.ts", import.meta.url).href;
    const late = (): void => {};
    tasks({ url } as ImportMeta, { late });
    expect(new Thread({ target: late }).start().join()).toBe(true);
    tasks({ url: "file:///no/such/module.js" } as ImportMeta, { late });
    expect(new Thread({ target: late }).start().join()).toBe(true);
    await until("reported", () => errors.length === 2);
    setExcepthook(before);
    expect(errors[0]).toBeInstanceOf(TypeError);
    expect(errors[0]?.message).toBe(
      `${url} did not register late when it was imported: call tasks(import.meta, { late }) at its top level`,
    );
    expect(errors[1]).toMatchObject({ code: "ERR_MODULE_NOT_FOUND" });
  });
});

describe("functions that capture nothing", () => {
  it("TH-009 travel as their source, whatever their form", async () => {
    const slot = {
      method(slate: Int32Array, n: number) {
        slate[0] = n + 1;
      },
    }.method;
    const named = function named(slate: Int32Array, n: number): void {
      slate[0] = n === 0 ? 10 : 0;
      if (n > 0) named(slate, n - 1);
    };
    expect(run((slate: Int32Array, n: number) => (slate[0] = n * 2), 21)).toBe(42);
    expect(
      run(async (slate: Int32Array, n: number) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        slate[0] = n;
      }, 7),
    ).toBe(7);
    expect(run(slot, 4)).toBe(5);
    expect(run(named, 3)).toBe(10);
    expect(
      run(function (this: unknown, slate: Int32Array) {
        slate[0] = this === undefined ? 1 : 2;
      }),
    ).toBe(1);
  });

  it("may have functions and classes inside, defaults, and use globals", () => {
    expect(
      run(
        (slate: Int32Array, { a, b = 2 }: { a: number; b?: number }, ...rest: number[]) => {
          class Adder {
            readonly #start = 1;
            add(...numbers: number[]): number {
              return numbers.reduce((sum, number) => sum + number, this.#start);
            }
          }
          const total = (): number => new Adder().add(a, b, ...rest);
          slate[0] = Math.max(total(), JSON.parse("0"));
        },
        { a: 1 },
        3,
        4,
      ),
    ).toBe(11);
  });

  it("may use blocks that release what they take, which compilers put in other words", () => {
    const lock = new Lock();
    const held = run((slate: Int32Array, lock: Lock) => {
      {
        using guard = lock.guard();
        slate[0] = guard && lock.locked ? 1 : 2;
      }
      if (lock.locked) slate[0] = 3;
    }, lock);
    expect(held).toBe(1);
    const heldAsync = run(async (slate: Int32Array, lock: Lock) => {
      {
        await using guard = await lock.guardAsync();
        slate[0] = guard && lock.locked ? 1 : 2;
      }
      if (lock.locked) slate[0] = 3;
    }, lock);
    expect(heldAsync).toBe(1);
    expect(lock.locked).toBe(false);
  });

  it("primitives in their arguments are the same primitives, without an import", () => {
    const [lock, event] = [new Lock(), new Event()];
    lock.acquire();
    const thread = new Thread({
      target: (lock: Lock, event: Event) => {
        lock.acquire();
        event.set();
        lock.release();
      },
      args: [lock, event],
    }).start();
    lock.release();
    expect(thread.join()).toBe(true);
    expect(event.isSet).toBe(true);
  });
});

describe("functions that can not travel", () => {
  it("TH-009 one that captures a variable is refused before anything starts, and the variable named", () => {
    const before = activeCount();
    const [base, lock] = [5, new Lock()];
    const adds = (n: number): number => n + base;
    const both = (): unknown => [base, lock];
    for (const start of [
      () => new Thread({ target: adds }).start(),
      () => new Thread({ target: adds, args: [1] }).start(),
    ]) {
      expect(start).toThrow(TypeError);
      expect(start).toThrow(
        "the function adds uses base of the code around it, which another thread does not have: " +
          "pass it in args, or register the function with tasks(import.meta, { … }) in its module",
      );
    }
    expect(() => new Thread({ target: both }).start()).toThrow(
      /the function both uses base, lock of .* pass them in args/,
    );
    expect(() =>
      new Thread({
        target: (
          () => () =>
            base
        )(),
      }).start(),
    ).toThrow(/^the function uses base of/);
    expect(activeCount()).toBe(before);
  });

  it("TH-009 native and bound functions are refused", () => {
    for (const target of [Math.sqrt, actions.nothing.bind(null), Array.prototype.push]) {
      expect(() => new Thread({ target }).start()).toThrow(/can not be sent to another thread: no source to send/);
    }
  });

  it("unregistered functions in arguments are refused, and the place is named", () => {
    expect(() => new Thread({ target: actions.nothing, args: [1, { callback() {} }] }).start()).toThrow(
      "cannot send a function (at args[1].callback): pass data, or a function registered with tasks()",
    );
  });
});
