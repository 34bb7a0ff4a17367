import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Arena } from "../src/arenas.ts";
import { AtomicInt32 } from "../src/atomic-int32.ts";
import { fromHandle, toHandle } from "../src/handle.ts";
import { Word } from "../src/word.ts";
import { inThread, inThreads } from "./workers/start.ts";

const LEAST = -(2 ** 31);
const MOST = 2 ** 31 - 1;

test("it is zero, or what it was made with", () => {
  expect(new AtomicInt32().load()).toBe(0);
  expect(new AtomicInt32(5).load()).toBe(5);
  expect(new AtomicInt32(LEAST).load()).toBe(LEAST);
  expect(new AtomicInt32(MOST).load()).toBe(MOST);
});

test("every change returns the value before", () => {
  const n = new AtomicInt32(12);
  expect(n.add(3)).toBe(12);
  expect(n.sub(5)).toBe(15);
  expect(n.and(0b0110)).toBe(10);
  expect(n.or(0b1001)).toBe(2);
  expect(n.xor(0b0011)).toBe(11);
  expect(n.exchange(-1)).toBe(8);
  expect(n.load()).toBe(-1);
  n.store(7);
  expect(n.load()).toBe(7);
});

test("compareExchange stores only if the value is the expected one", () => {
  const n = new AtomicInt32(1);
  expect(n.compareExchange(2, 9)).toBe(1);
  expect(n.load()).toBe(1);
  expect(n.compareExchange(1, 9)).toBe(1);
  expect(n.load()).toBe(9);
});

test("AT-008 arithmetic wraps around at 32 bits", () => {
  const n = new AtomicInt32(MOST);
  expect(n.add(1)).toBe(MOST);
  expect(n.load()).toBe(LEAST);
  expect(n.sub(1)).toBe(LEAST);
  expect(n.load()).toBe(MOST);
  n.add(2 ** 32 + 1);
  expect(n.load()).toBe(LEAST);
  n.or(0x8000_0001);
  expect(n.load()).toBe(LEAST + 1);
});

describe("bad arguments throw, and change nothing", () => {
  const n = new AtomicInt32(3);
  const stored: [string, (value: never) => unknown][] = [
    ["constructor", (value) => new AtomicInt32(value)],
    ["store", (value) => n.store(value)],
    ["exchange", (value) => n.exchange(value)],
    ["compareExchange, expected", (value) => n.compareExchange(value, 0)],
    ["compareExchange, replacement", (value) => n.compareExchange(3, value)],
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
    for (const value of ["1", 1n, true, null, {}]) expect(() => call(value as never)).toThrow(TypeError);
    for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => call(value as never)).toThrow(RangeError);
    expect(n.load()).toBe(3);
    expect(Arena.default.used).toBe(used);
  });
  test.each(stored)("AT-008 %s does not wrap what does not fit", (_, call) => {
    for (const value of [MOST + 1, LEAST - 1]) {
      expect(() => call(value as never)).toThrow(`must be an integer from ${LEAST} to ${MOST}, got ${value}`);
    }
    expect(n.load()).toBe(3);
  });
});

test("it says what it is and how it stands", () => {
  const n = new AtomicInt32(-4);
  expect(String(n)).toMatch(/^AtomicInt32@[0-9a-f]+\(-4\)$/);
  expect(inspect(n)).toBe(String(n));
});

test("its handle is plain JSON, and leads back to the same object", () => {
  const n = new AtomicInt32(4);
  const handle = JSON.parse(JSON.stringify(toHandle(n)));
  expect(fromHandle(handle)).toBe(n);
  expect(handle.type).toBe("AtomicInt32");
});

test("a raw worker that adopted the arena sees the same memory", async () => {
  const n = new AtomicInt32(41);
  const [before, name, same] = await inThread<unknown[]>("values.ts", "touch", toHandle(n));
  expect(before).toBe(41);
  expect(n.load()).toBe(42);
  expect(name).toBe(String(n).replace(/\(.*/, ""));
  expect(same).toBe(true);
});

test("AT-009 add is exact from four threads", async () => {
  const n = new AtomicInt32();
  await inThreads(4, "values.ts", "add", toHandle(new Word()), 4, toHandle(n), 250_000);
  expect(n.load()).toBe(1_000_000);
});

test("a loop around compareExchange is exact from four threads", async () => {
  const n = new AtomicInt32();
  await inThreads(4, "values.ts", "addByTrying", toHandle(new Word()), 4, toHandle(n), 50_000);
  expect(n.load()).toBe(200_000);
});
