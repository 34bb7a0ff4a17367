import { inspect } from "node:util";
import { Flows, lineUp, quiet, semaphoreAsyncSuite, semaphoreSuite, until, waitersOf } from "@conc/testkit";
import { afterAll, describe, expect, it } from "vitest";
import { BoundedSemaphore, Semaphore } from "../src/index.ts";

const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/lock-actions.ts")));

afterAll(() => flows.end());

for (const Class of [Semaphore, BoundedSemaphore]) {
  const make = (value?: number): Semaphore => new Class(value);
  for (const kinds of ["threads", "tasks", "mixed"] as const) {
    semaphoreSuite(`${Class.name} of ${kinds}`, { make, flows: (count) => flows.take(count, kinds) });
  }
  semaphoreAsyncSuite(Class.name, make);
}

describe.each([Semaphore, BoundedSemaphore])("%o", (Class) => {
  it("LK-071 has one permit unless told otherwise", () => {
    expect(new Class().value).toBe(1);
    expect(new Class(undefined).value).toBe(1);
    expect(new Class(0).value).toBe(0);
    expect(new Class(0).locked).toBe(true);
    expect(new Class(2 ** 31 - 1).value).toBe(2 ** 31 - 1);
  });

  it("LK-072 LK-073 the number of permits must be an integer from 0", () => {
    for (const value of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      expect(() => new Class(value), String(value)).toThrow(RangeError);
    }
    for (const value of ["x", "1", null, true, 1n, {}]) {
      expect(() => new Class(value as unknown as number), String(value)).toThrow(TypeError);
    }
  });
});

describe("Semaphore", () => {
  it("LK-081 LK-111 a release without an acquire adds a permit", () => {
    const semaphore = new Semaphore(1);
    semaphore.release();
    expect(semaphore.value).toBe(2);
    semaphore.release(3);
    expect(semaphore.value).toBe(5);
  });

  it("there can not be more than 2^31 - 1 permits: the release is refused, and nothing changes", () => {
    const semaphore = new Semaphore(2 ** 31 - 2);
    semaphore.release();
    expect(() => semaphore.release()).toThrow(RangeError);
    expect(() => semaphore.release(2 ** 31 - 1)).toThrow(RangeError);
    expect(semaphore.value).toBe(2 ** 31 - 1);
  });

  it("LK-092 its text says how many permits are free", () => {
    const semaphore = new Semaphore(3);
    semaphore.acquire();
    expect(String(semaphore)).toMatch(/^Semaphore@[\da-f]+\(value=2\)$/);
    semaphore.release(2);
    expect(inspect(semaphore)).toMatch(/^Semaphore@[\da-f]+\(value=4\)$/);
  });
});

describe("BoundedSemaphore", () => {
  it("LK-095 a release of more than was acquired is refused, and nothing changes", () => {
    const semaphore = new BoundedSemaphore(2);
    expect(() => semaphore.release()).toThrow(RangeError);
    expect(() => semaphore.release()).toThrow("release of 1 would make 3 permits, the most is 2");
    expect(semaphore.value).toBe(2);
  });

  it("LK-096 of two releases after one acquire the second is refused", () => {
    const semaphore = new BoundedSemaphore(1);
    semaphore.acquire();
    semaphore.release();
    expect(() => semaphore.release()).toThrow(RangeError);
    expect(semaphore.value).toBe(1);
  });

  it("LK-097 LK-098 a release of several is done entirely or not at all", () => {
    const semaphore = new BoundedSemaphore(3);
    semaphore.acquire();
    semaphore.acquire();
    expect(() => semaphore.release(3)).toThrow(RangeError);
    expect(semaphore.value).toBe(1);
    semaphore.release(2);
    expect(semaphore.value).toBe(3);
    expect(() => new BoundedSemaphore(1).release(2)).toThrow(RangeError);
  });

  it("LK-099 whatever its limit, as many threads may release as acquired, and no more", async () => {
    const threads = await flows.take(9, "threads");
    for (let limit = 1; limit <= 9; limit++) {
      const semaphore = new BoundedSemaphore(limit);
      const some = threads.slice(0, limit);
      expect(await Promise.all(some.map((flow) => flow.call(semaphore, "acquire")))).toEqual(some.map(() => true));
      expect(semaphore.value).toBe(0);
      await Promise.all(some.map((flow) => flow.call(semaphore, "release")));
      expect(semaphore.value).toBe(limit);
      expect(() => semaphore.release()).toThrow(RangeError);
      await expect(threads[0]?.call(semaphore, "release")).rejects.toThrow(RangeError);
      expect(semaphore.value).toBe(limit);
    }
  });

  it("LK-100 its text says how many permits are free, and of how many", async () => {
    const semaphore = new BoundedSemaphore(3);
    semaphore.acquire();
    const [thread] = await flows.take(1, "threads");
    for (const text of [String(semaphore), inspect(semaphore), await thread?.call(semaphore, "toString")]) {
      expect(text).toMatch(/^BoundedSemaphore@[\da-f]+\(value=2\/3\)$/);
    }
  });

  it("LK-102 a release that is refused wakes nobody", async () => {
    const semaphore = new BoundedSemaphore(1);
    const waiters = await flows.take(2, "mixed");
    semaphore.acquire();
    const { entered } = await lineUp(semaphore, waiters);
    expect(() => semaphore.release(2)).toThrow(RangeError);
    await quiet();
    expect(entered).toEqual([]);
    expect(waitersOf(semaphore)).toBe(2);
    semaphore.release();
    await until("the first is in", () => entered.length === 1);
    await entered[0]?.call(semaphore, "release");
    await until("the second is in", () => entered.length === 2);
    await entered[1]?.call(semaphore, "release");
    expect(semaphore.value).toBe(1);
  });
});
