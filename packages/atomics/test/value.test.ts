import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Arena } from "../src/arenas.ts";
import { fromHandle, toHandle } from "../src/handle.ts";
import { Value } from "../src/value.ts";
import type { ValueOf, ValueType, ValueTypeName } from "../src/value-type.ts";
import { Word } from "../src/word.ts";
import { inThread, inThreads } from "./workers/start.ts";

interface Row {
  type: ValueTypeName;
  letters: ValueType[];
  zero: unknown;
  values: unknown[];
  tooFar: unknown[];
  wrong: unknown[];
}

const integers = (type: ValueTypeName, letters: ValueType[], least: number, most: number): Row => {
  const values = [least, 1, most];
  return {
    type,
    letters,
    zero: 0,
    values,
    tooFar: [least - 1, most + 1, 0.5, Number.NaN],
    wrong: ["1", 1n, true, null, {}],
  };
};
const bigints = (type: ValueTypeName, letters: ValueType[], least: bigint, most: bigint): Row => {
  const values = [least, 1n, most];
  return { type, letters, zero: 0n, values, tooFar: [least - 1n, most + 1n], wrong: ["1", 1, true, null, {}] };
};
const floats = (type: ValueTypeName, letters: ValueType[], ...more: number[]): Row => {
  const values = [-1.5, 0.25, Number.NaN, Number.POSITIVE_INFINITY, -0, ...more];
  return { type, letters, zero: 0, values, tooFar: [], wrong: ["1", 1n, true, null, {}] };
};

const ROWS: Row[] = [
  integers("i8", ["b"], -128, 127),
  integers("u8", ["B"], 0, 255),
  integers("i16", ["h"], -32768, 32767),
  integers("u16", ["H"], 0, 65535),
  integers("i32", ["i", "l"], -(2 ** 31), 2 ** 31 - 1),
  integers("u32", ["I", "L"], 0, 2 ** 32 - 1),
  bigints("i64", ["q"], -(2n ** 63n), 2n ** 63n - 1n),
  bigints("u64", ["Q"], 0n, 2n ** 64n - 1n),
  floats("f32", ["f"]),
  floats("f64", ["d"], 0.1, 5e-324, Number.MAX_VALUE),
  { type: "bool", letters: ["?"], zero: false, values: [true, false], tooFar: [], wrong: [0, 1, "true", null, {}] },
  {
    type: "char",
    letters: ["c"],
    zero: "\0",
    values: ["a", "\xff", "\0"],
    tooFar: ["\u0100", "€"],
    wrong: ["", "ab", 97, null, {}],
  },
];

const value = (type: ValueType, init?: unknown): Value => new Value(type, init as ValueOf<ValueType>);

test("a value of each kind is typed as such", () => {
  const big: bigint = new Value("i64", 2n ** 33n).value;
  const yes: boolean = new Value("?", true).value;
  const letter: string = new Value("c", "x").value;
  const half: number = new Value("d", 0.5).value;
  const before: bigint = new Value("Q").add(1n);
  expect([big, yes, letter, half, before]).toEqual([2n ** 33n, true, "x", 0.5, 0n]);
  // @ts-expect-error a number is no bigint
  expect(() => new Value("i64", 1)).toThrow(TypeError);
  // @ts-expect-error nothing can be added to a boolean
  expect(() => new Value("bool").add(true)).toThrow(TypeError);
  // @ts-expect-error no such type
  expect(() => new Value("i128")).toThrow(TypeError);
});

describe.each(ROWS)("$type", ({ type, letters, zero, values, tooFar, wrong }) => {
  test("AT-001 is zero without a start value", () => {
    expect(value(type).value).toBe(zero);
  });

  test("AT-002 reads back exactly what was written", () => {
    for (const one of values) {
      const v = value(type, one);
      expect(v.value).toBe(one);
      for (const next of values) {
        v.value = next as never;
        expect(v.value).toBe(next);
      }
    }
  });

  test("goes by Python's letters too", () => {
    for (const letter of letters) {
      const v = value(letter, values[0]);
      expect(v.type).toBe(type);
      expect(v.value).toBe(values[0]);
    }
  });

  test("exchange and compareExchange return the value before", () => {
    const [first, second] = values;
    const v = value(type, first);
    expect(v.exchange(second as never)).toBe(first);
    expect(v.compareExchange(first as never, first as never)).toBe(second);
    expect(v.value).toBe(second);
    expect(v.compareExchange(second as never, first as never)).toBe(second);
    expect(v.value).toBe(first);
  });

  test("AT-007 a wrong kind of value is a TypeError, and changes nothing", () => {
    const v = value(type, values[1]);
    const used = Arena.default.used;
    for (const bad of wrong as never[]) {
      expect(() => value(type, bad)).toThrow(TypeError);
      expect(() => v.exchange(bad)).toThrow(TypeError);
      expect(() => v.compareExchange(bad, values[1] as never)).toThrow(TypeError);
      expect(() => v.compareExchange(values[1] as never, bad)).toThrow(TypeError);
      expect(() => v.add(bad)).toThrow(TypeError);
      expect(() => {
        v.value = bad;
      }).toThrow(TypeError);
    }
    expect(v.value).toBe(values[1]);
    expect(Arena.default.used).toBe(used);
  });

  test("AT-008 a value that does not fit is a RangeError, and changes nothing", () => {
    const v = value(type, values[1]);
    for (const bad of tooFar as never[]) {
      expect(() => value(type, bad)).toThrow(RangeError);
      expect(() => v.exchange(bad)).toThrow(RangeError);
      expect(() => v.compareExchange(values[1] as never, bad)).toThrow(RangeError);
      expect(() => {
        v.value = bad;
      }).toThrow(RangeError);
    }
    expect(v.value).toBe(values[1]);
  });

  test("its handle is plain JSON, and leads back to the same object", () => {
    const v = value(type, values[1]);
    expect(fromHandle(JSON.parse(JSON.stringify(toHandle(v))))).toBe(v);
  });
});

test("AT-006 an unknown type is a TypeError that names the known ones", () => {
  for (const type of ["x", "int", "", "toString", "__proto__", 5, null, undefined, {}, ["i32"]]) {
    expect(() => value(type as never)).toThrow(TypeError);
  }
  expect(() => value("int" as never)).toThrow(/^type must be one of i8, u8.* or Python's b B .*; got "int"$/);
});

test.each([
  ["i8", 127, 1, -128],
  ["i8", 0, 513, 1],
  ["u8", 255, 1, 0],
  ["u8", 0, -1, 255],
  ["i16", 32767, 1, -32768],
  ["u16", 65535, 2, 1],
  ["i32", 2 ** 31 - 1, 1, -(2 ** 31)],
  ["u32", 2 ** 32 - 1, 1, 0],
  ["u32", 0, -1, 2 ** 32 - 1],
  ["i64", 2n ** 63n - 1n, 1n, -(2n ** 63n)],
  ["u64", 0n, -1n, 2n ** 64n - 1n],
] as [ValueType, unknown, unknown, unknown][])(
  "AT-008 adding to %s wraps around: %s + %s",
  (type, init, delta, after) => {
    const v = value(type, init);
    expect(v.add(delta as never)).toBe(init);
    expect(v.value).toBe(after);
  },
);

test("floats add as numbers do", () => {
  const v = new Value("f64", 0.1);
  expect(v.add(0.2)).toBe(0.1);
  expect(v.value).toBe(0.1 + 0.2);
  v.add(Number.NaN);
  expect(v.add(1)).toBeNaN();
  expect(v.value).toBeNaN();
});

test("a fraction can not be added to an integer, nor anything to a boolean or a character", () => {
  expect(() => new Value("i32", 1).add(0.5)).toThrow(RangeError);
  expect(() => value("bool").add(1 as never)).toThrow("nothing can be added to a value of type bool");
  expect(() => value("char").add(1 as never)).toThrow("nothing can be added to a value of type char");
});

test("an f32 rounds, and compares what it rounded", () => {
  const v = new Value("f32", 0.1);
  expect(v.value).toBe(Math.fround(0.1));
  expect(v.compareExchange(0.1, 0.2)).toBe(Math.fround(0.1));
  expect(v.value).toBe(Math.fround(0.2));
});

test("compareExchange takes NaN for NaN and 0 for -0, so that a loop around it ends", () => {
  const v = new Value("f64", Number.NaN);
  v.compareExchange(Number.NaN, -0);
  expect(v.value).toBe(-0);
  v.compareExchange(0, 3);
  expect(v.value).toBe(3);
});

test("a value leaves its neighbours alone", () => {
  const values = Array.from({ length: 40 }, (_, index) => new Value(index % 2 ? "u8" : "f64", index));
  for (const v of values) v.add(1);
  expect(values.map((v) => v.value)).toEqual(values.map((_, index) => index + 1));
});

test("AT-011 it has no lock", () => {
  const v = value("i32");
  expect("lock" in v).toBe(false);
  expect("guard" in v).toBe(false);
});

test("AT-014 what was read is a copy", () => {
  const v = new Value("f64", 1);
  const copy = new Value("f64", v.value);
  v.value = 2;
  expect(copy.value).toBe(1);
});

test("it says what it is and how it stands", () => {
  expect(String(new Value("i", 5))).toMatch(/^Value@[0-9a-f]+\(i32 5\)$/);
  expect(inspect(new Value("char", "\n"))).toMatch(/\(char "\\n"\)$/);
  expect(String(new Value("bool"))).toMatch(/\(bool false\)$/);
});

test("AT-002 AT-003 a thread writes all types, the parent reads them", async () => {
  const types = ["i", "d", "h", "q", "c", "?", "f", "Q"] as const;
  const init = [1, 3.5, -6, 2n ** 33n, "x", false, 0.5, 0n];
  const next = [-(2 ** 31), -7.125, 32767, -(2n ** 34n), "\xe9", true, -0.25, 2n ** 64n - 1n];
  const values = types.map((type, index) => value(type, init[index]));
  const before = await inThread("values.ts", "exchangeAll", values.map(toHandle), next);
  expect(before).toEqual(init);
  expect(values.map((v) => v.value)).toEqual(next);
});

test("no thread reads a value that was never written", async () => {
  const words: [ValueType, unknown[]][] = [
    ["f64", [1.1, -2.2e300]],
    ["u64", [0n, 2n ** 64n - 1n]],
  ];
  for (const [type, values] of words) {
    const v = value(type, values[0]);
    const others = await inThreads(2, "values.ts", "tear", toHandle(new Word()), 2, toHandle(v), values, 300_000);
    expect(others).toEqual([[], []]);
  }
});

test.each(["i32", "f64"] as const)("AT-009 add to %s is exact from four threads", async (type) => {
  const v = new Value(type);
  await inThreads(4, "values.ts", "add", toHandle(new Word()), 4, toHandle(v), 250_000);
  expect(v.value).toBe(1_000_000);
});

test("AT-009 += is a read and a write: what comes in between is lost", async () => {
  const v = new Value("i32", 0);
  // The two halves of `v.value += 1`, with one of another thread's in between.
  const read = v.value;
  await inThread("values.ts", "increment", 0, toHandle(new Word()), 1, toHandle(v), 1);
  expect(v.value).toBe(1);
  v.value = read + 1;
  expect(v.value).toBe(1);
});

test("AT-009 += from several threads never counts too much", async () => {
  const v = new Value("i32");
  await inThreads(2, "values.ts", "increment", toHandle(new Word()), 2, toHandle(v), 200_000);
  // How many are lost is a matter of luck, and none of them may be.
  expect(v.value).toBeGreaterThan(0);
  expect(v.value).toBeLessThanOrEqual(400_000);
});
