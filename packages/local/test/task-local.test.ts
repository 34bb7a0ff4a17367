import { taskLocal } from "@conc/local";
import { newSlate, read } from "@conc/testkit/slate.ts";
import { sleepAsync, Thread } from "@conc/thread";
import { describe, expect, it } from "vitest";
import * as workers from "./workers/locals.ts";

it("LC-020 each task has its own value, also after it awaited", async () => {
  const request = taskLocal<string>();
  const handle = async (): Promise<string[]> => {
    const before = request.value as string;
    await sleepAsync(before === "a" ? 10 : 1);
    return [before, request.value as string];
  };
  const handled = await Promise.all(["a", "b", "c"].map((id) => request.run(id, handle)));
  expect(handled).toEqual(["a", "b", "c"].map((id) => [id, id]));
  expect(request.value).toBe(undefined);
});

it("what a task starts has the task's value, and may have another for itself", async () => {
  const depth = taskLocal<number>(() => 0);
  const seen: number[] = [];
  await depth.run(1, async () => {
    setTimeout(() => seen.push(depth.value), 1);
    queueMicrotask(() => seen.push(depth.value));
    expect(depth.run(2, () => depth.value)).toBe(2);
    await depth.run(3, async () => {
      await null;
      seen.push(depth.value);
    });
    expect(depth.value).toBe(1);
    await sleepAsync(5);
  });
  expect(seen.sort()).toEqual([1, 1, 3]);
  expect(depth.value).toBe(0);
});

it("run gives what the function returns, and throws what it throws", async () => {
  const value = taskLocal<number>();
  expect(value.run(1, () => "result")).toBe("result");
  expect(() =>
    value.run(1, () => {
      throw new RangeError("no");
    }),
  ).toThrow(RangeError);
  await expect(value.run(1, async () => Promise.reject(new RangeError("no")))).rejects.toThrow(RangeError);
  expect(value.value).toBe(undefined);
});

describe("init", () => {
  it("makes the value of those who were given none, once", () => {
    let times = 0;
    const value = taskLocal(() => ({ number: ++times }));
    expect(times).toBe(0);
    const first = value.value;
    expect([first.number, value.value === first, times]).toEqual([1, true, 1]);
    value.run({ number: 5 }, () => expect(value.value.number).toBe(5));
    expect(value.value).toBe(first);
  });

  it("a value that is undefined or null is a value", () => {
    const value = taskLocal<unknown>(() => "initial");
    expect(value.run(undefined, () => value.value)).toBe(undefined);
    expect(value.run(null, () => value.value)).toBe(null);
    const nothing = taskLocal<undefined>(() => undefined);
    expect(nothing.value).toBe(undefined);
  });

  it("it and the function that is run must be functions", () => {
    for (const init of [1, null, {}]) expect(() => taskLocal(init as never)).toThrow(TypeError);
    expect(() => taskLocal().run(1 as never, "f" as never)).toThrow(TypeError);
  });
});

it("two of them are independent, and so are those of other threads", () => {
  const [a, b] = [taskLocal<number>(() => 1), taskLocal<number>(() => 2)];
  expect(a.run(5, () => [a.value, b.value])).toEqual([5, 2]);
  const slate = newSlate();
  new Thread({ target: workers.runsTasks, args: [slate] }).start().join();
  expect(read(slate)).toEqual([
    ["none", "none"],
    ["a", "a"],
    ["b", "b"],
  ]);
});

describe("where tasks can not be followed, as in browsers", () => {
  /** As if `node:async_hooks` were not there. */
  function without<R>(run: () => R): R {
    const { getBuiltinModule } = process;
    Object.assign(process, { getBuiltinModule: undefined });
    try {
      return run();
    } finally {
      Object.assign(process, { getBuiltinModule });
    }
  }

  it("a call has its value, and a promise is refused", () => {
    const value = without(() => taskLocal<number>(() => 0));
    expect(value.run(1, () => [value.value, value.run(2, () => value.value), value.value])).toEqual([1, 2, 1]);
    expect(() => value.run(1, async () => {})).toThrow(/can not follow async tasks/);
    expect(() =>
      value.run(1, () => {
        throw new RangeError("no");
      }),
    ).toThrow(RangeError);
    expect(value.value).toBe(0);
  });
});
