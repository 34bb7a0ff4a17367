import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Arena } from "../src/arenas.ts";
import { AtomicBigInt64 } from "../src/atomic-bigint64.ts";
import { AtomicInt32 } from "../src/atomic-int32.ts";
import { fromHandle, toHandle } from "../src/handle.ts";
import { Word } from "../src/word.ts";
import { inThread, inThreads } from "./workers/start.ts";

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

test("it is zero, or what it was made with, among neighbours of other sizes", () => {
  for (const init of [0n, 5n, 2n ** 33n, LEAST, MOST]) {
    const before = new AtomicInt32(-1);
    const n = new AtomicBigInt64(init);
    const after = new AtomicInt32(-1);
    expect(n.load()).toBe(init);
    n.store(-2n);
    expect([before.load(), after.load()]).toEqual([-1, -1]);
  }
  expect(new AtomicBigInt64().load()).toBe(0n);
});

test("every change returns the value before", () => {
  const n = new AtomicBigInt64(12n);
  expect(n.add(3n)).toBe(12n);
  expect(n.sub(5n)).toBe(15n);
  expect(n.and(0b0110n)).toBe(10n);
  expect(n.or(0b1001n)).toBe(2n);
  expect(n.xor(0b0011n)).toBe(11n);
  expect(n.exchange(-1n)).toBe(8n);
  expect(n.load()).toBe(-1n);
  n.store(7n);
  expect(n.load()).toBe(7n);
});

test("compareExchange stores only if the value is the expected one", () => {
  const n = new AtomicBigInt64(2n ** 40n);
  // Equal in the lower half alone is not equal.
  expect(n.compareExchange(0n, 9n)).toBe(2n ** 40n);
  expect(n.compareExchange(2n ** 40n, 9n)).toBe(2n ** 40n);
  expect(n.load()).toBe(9n);
});

test("AT-008 arithmetic wraps around at 64 bits", () => {
  const n = new AtomicBigInt64(MOST);
  n.add(1n);
  expect(n.load()).toBe(LEAST);
  n.sub(1n);
  expect(n.load()).toBe(MOST);
  n.add(2n ** 64n + 1n);
  expect(n.load()).toBe(LEAST);
});

describe("bad arguments throw, and change nothing", () => {
  const n = new AtomicBigInt64(3n);
  const stored: [string, (value: never) => unknown][] = [
    ["constructor", (value) => new AtomicBigInt64(value)],
    ["store", (value) => n.store(value)],
    ["exchange", (value) => n.exchange(value)],
    ["compareExchange, expected", (value) => n.compareExchange(value, 0n)],
    ["compareExchange, replacement", (value) => n.compareExchange(3n, value)],
  ];
  const operands: [string, (value: never) => unknown][] = [
    ["add", (value) => n.add(value)],
    ["sub", (value) => n.sub(value)],
    ["and", (value) => n.and(value)],
    ["or", (value) => n.or(value)],
    ["xor", (value) => n.xor(value)],
  ];
  test.each([...stored, ...operands])("AT-007 %s", (_, call) => {
    const used = Arena.default.used;
    for (const value of [1, "1", true, null, {}]) expect(() => call(value as never)).toThrow(TypeError);
    expect(n.load()).toBe(3n);
    expect(Arena.default.used).toBe(used);
  });
  test.each(stored)("AT-008 %s does not wrap what does not fit", (_, call) => {
    for (const value of [MOST + 1n, LEAST - 1n]) {
      expect(() => call(value as never)).toThrow(`must be an integer from ${LEAST} to ${MOST}, got ${value}`);
    }
    expect(n.load()).toBe(3n);
  });
});

test("it says what it is and how it stands", () => {
  const n = new AtomicBigInt64(-4n);
  expect(String(n)).toMatch(/^AtomicBigInt64@[0-9a-f]+\(-4\)$/);
  expect(inspect(n)).toBe(String(n));
});

test("its handle is plain JSON, and leads back to the same object", () => {
  const n = new AtomicBigInt64(4n);
  expect(fromHandle(JSON.parse(JSON.stringify(toHandle(n))))).toBe(n);
});

test("a raw worker that adopted the arena sees the same memory", async () => {
  const n = new AtomicBigInt64(2n ** 40n);
  const [before, name] = await inThread<unknown[]>("values.ts", "touch", toHandle(n));
  expect(before).toBe(2n ** 40n);
  expect(n.load()).toBe(2n ** 40n + 1n);
  expect(name).toBe(String(n).replace(/\(.*/, ""));
});

test("AT-009 add is exact from four threads, across the border between the halves", async () => {
  const n = new AtomicBigInt64(2n ** 32n - 500_000n);
  await inThreads(4, "values.ts", "add", toHandle(new Word()), 4, toHandle(n), 250_000);
  expect(n.load()).toBe(2n ** 32n + 500_000n);
});
