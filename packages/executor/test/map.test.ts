import { AtomicInt32, TimeoutError } from "@conc/atomics";
import { Event } from "@conc/condition";
import { until } from "@conc/testkit";
import { afterAll, describe, expect, it } from "vitest";
import { ThreadPoolExecutor } from "../src/index.ts";
import * as jobs from "./workers/jobs.ts";

const executor = new ThreadPoolExecutor({ maxWorkers: 2 });
afterAll(() => executor.terminate());

/** All that an iterable gives, blocking or not, and what it throws at last. */
async function all<T>(results: AsyncIterable<T> & Iterable<T>, form: string): Promise<{ got: T[]; error?: unknown }> {
  const got: T[] = [];
  try {
    if (form === "blocking") for (const result of results) got.push(result);
    else for await (const result of results) got.push(result);
  } catch (error) {
    return { got, error };
  }
  return { got };
}

/** Counts what is taken from it. */
function counted(most = Number.POSITIVE_INFINITY): { inputs: Iterable<number>; pulled: () => number } {
  let pulled = 0;
  return {
    pulled: () => pulled,
    inputs: {
      *[Symbol.iterator]() {
        while (pulled < most) yield pulled++;
      },
    },
  };
}

describe.each(["blocking", "async"])("map, %s", (form) => {
  it("EX-063 EX-082 gives the results in the order of the inputs", async () => {
    expect(await all(executor.map(jobs.power, [1, 2, 3, 4], [3, 3, 2, 2]), form)).toEqual({ got: [1, 8, 9, 16] });
    expect(await all(executor.map(jobs.nap, [20, 1, 5]), form)).toEqual({ got: [20, 1, 5] });
    expect(
      await all(
        executor.map((n: number) => -n, "12" as never),
        form,
      ),
    ).toEqual({ got: [-1, -2] });
  });

  it("EX-064 EX-078 stops at the shortest, and is empty for none", async () => {
    expect(await all(executor.map(jobs.power, [2, 3, 4], [1, 2]), form)).toEqual({ got: [2, 9] });
    expect(await all(executor.map(jobs.power, [], [1, 2]), form)).toEqual({ got: [] });
    expect(
      await all(
        executor.map(() => 1),
        form,
      ),
    ).toEqual({ got: [] });
    expect(await all(executor.map(jobs.echo, [], { bufferSize: 4 }), form)).toEqual({ got: [] });
  });

  it.each([1, 2, 3, 100])(
    "EX-066 EX-073 an error comes in its place, and is the last: chunks of %i",
    async (chunksize) => {
      const bads = [3, 3, 3, 3, 3];
      const results = executor.map(jobs.failAt, bads, [1, 2, 3, 4, 5], { chunksize });
      const { got, error } = await all(results, form);
      expect(got).toEqual([1, 2]);
      expect(error).toBeInstanceOf(jobs.ShelfError);
      expect(await all(results, form)).toEqual({ got: [] });
    },
  );

  it("EX-067 EX-068 when the time is over, what there is was given and the rest is cancelled", async () => {
    const [set, go] = [new Event(), new Event()];
    set.set();
    const own = new ThreadPoolExecutor({ maxWorkers: 1 });
    const begun = new AtomicInt32(0);
    const wait = own.map(jobs.waitFor, [set, go, set], [begun, begun, begun], { timeout: 100 });
    await until("the second one has begun", () => begun.load() === 2);
    const { got, error } = await all(wait, form);
    expect([got.length, error]).toEqual([1, expect.any(TimeoutError)]);
    go.set();
    own.shutdown();
    expect(begun.load()).toBe(2);
  });

  it("EX-080 a TimeoutError of the function is its own", async () => {
    const error = new TimeoutError("mine");
    const results = executor.map(jobs.throwIt, [error], { timeout: 10_000 });
    expect((await all(results, form)).error).toMatchObject({ message: "mine" });
  });

  it("a hole among the inputs is undefined, in chunks too", async () => {
    const inputs = [1, undefined, 3, ...new Array(20).fill(4)];
    delete inputs[5];
    for (const chunksize of [1, 12]) {
      const { got } = await all(executor.map(jobs.has, inputs, { chunksize }), form);
      expect(got).toEqual(Array.from(inputs, (input) => [input, true]));
    }
  });

  it.each([0, 1, 3, 6, 40, 50])("EX-070 EX-072 chunks of %i make no difference", async (chunksize) => {
    const inputs = Array.from({ length: 40 }, (_, index) => index);
    const squares = inputs.map((n) => n ** 2);
    expect(
      await all(
        executor.map(
          jobs.power,
          inputs,
          inputs.map(() => 2),
          { chunksize },
        ),
        form,
      ),
    ).toEqual({ got: squares });
    expect(
      await all(
        executor.map((n: number) => n * n, inputs, { chunksize }),
        form,
      ),
    ).toEqual({ got: squares });
    expect(
      await all(
        executor.map(async (n: number) => n * n, inputs, { chunksize }),
        form,
      ),
    ).toEqual({ got: squares });
  });

  it.each([1, 2, 10, 20])("EX-075 a buffer of %i makes no difference", async (bufferSize) => {
    const { inputs, pulled } = counted(10);
    const results = executor.map(jobs.echo, inputs, { bufferSize });
    expect(pulled()).toBe(Math.min(10, bufferSize));
    expect(await all(results, form)).toEqual({ got: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] });
  });

  it("EX-076 takes no more ahead than the buffer has room for, of inputs without end", async () => {
    const { inputs, pulled } = counted();
    const results = executor.map(jobs.echo, inputs, { bufferSize: 2 });
    const got: number[] = [];
    if (form === "blocking") for (const result of results) if (got.push(result) === 3) break;
    if (form === "async") for await (const result of results) if (got.push(result) === 3) break;
    expect([got, pulled()]).toEqual([[0, 1, 2], 5]);
  });

  it("EX-069 who stops early cancels the rest", async () => {
    const own = new ThreadPoolExecutor({ maxWorkers: 1 });
    const cell = new AtomicInt32(0);
    const go = new Event();
    const results = own.map(
      (event: Event | undefined, counter: AtomicInt32) => event?.wait() || counter.add(1),
      [undefined, go, undefined, undefined],
      [cell, cell, cell, cell],
    );
    if (form === "blocking") for (const _ of results) break;
    if (form === "async") for await (const _ of results) break;
    go.set();
    own.shutdown();
    expect(cell.load()).toBe(1);
  });
});

describe("map", () => {
  it("EX-065 takes all inputs at once, and begins without being asked for results", async () => {
    const { inputs, pulled } = counted(5);
    const cell = new AtomicInt32(0);
    const own = new ThreadPoolExecutor({ maxWorkers: 1 });
    own.map(jobs.count, [cell, cell, cell, cell, cell], inputs);
    expect(pulled()).toBe(5);
    own.shutdown();
    expect(cell.load()).toBe(10);
  });

  it("EX-077 takes no more than the buffer has room for if nobody asks", () => {
    const { inputs, pulled } = counted(4);
    const own = new ThreadPoolExecutor({ maxWorkers: 1 });
    own.map(jobs.echo, inputs, { bufferSize: 2 });
    own.shutdown();
    expect(pulled()).toBe(2);
  });

  it.each([
    ["EX-074 a buffer that is a text", { bufferSize: "foo" }, TypeError],
    ["EX-074 half a place", { bufferSize: 2.5 }, RangeError],
    ["EX-074 no place", { bufferSize: 0 }, RangeError],
    ["EX-074 less than none", { bufferSize: -1 }, RangeError],
    ["chunks of less than nothing", { chunksize: -1 }, RangeError],
    ["chunks of a text", { chunksize: "1" }, TypeError],
    ["a time of less than nothing", { timeout: -1 }, RangeError],
    ["an unknown option", { junk: 1 }, TypeError],
    ["null", null, TypeError],
  ])("refuses %s", (_what, options, error) => {
    expect(() => executor.map(jobs.echo, [1], options as never)).toThrow(error);
  });

  it("refuses what is no function, and what can not be iterated", () => {
    expect(() => executor.map(5 as never, [1])).toThrow(TypeError);
    expect(() => Reflect.apply(executor.map, executor, [jobs.power, 5, [1]])).toThrow(/an iterable for each argument/);
    const captured = 1;
    expect(() => executor.map((n: number) => n + captured, [1], { chunksize: 2 })).toThrow(/uses captured/);
  });

  it("cancels what it has submitted if the inputs throw", async () => {
    const own = new ThreadPoolExecutor({ maxWorkers: 1 });
    const cell = new AtomicInt32(0);
    function* inputs(): Generator<AtomicInt32> {
      for (let time = 0; time < 50; time++) yield cell;
      throw new Error("no more inputs");
    }
    expect(() => own.map(jobs.count, inputs())).toThrow("no more inputs");
    own.shutdown();
    expect(cell.load()).toBeLessThan(50);
  });
});
