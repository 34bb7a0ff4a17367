import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { Arena } from "../src/arenas.ts";
import { fromHandle, type Handle, toHandle } from "../src/handle.ts";
import { SharedArray } from "../src/shared-array.ts";
import type { ValueType } from "../src/value-type.ts";
import { Word } from "../src/word.ts";
import { inThread, inThreads } from "./workers/start.ts";

setFlagsFromString("--expose_gc");
const gc = runInNewContext("gc") as () => void;

/** Collects garbage and lets finalizers run, both of which take turns of the event loop. */
async function collect(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  gc();
  await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Bytes in use, without garbage that earlier tests left. */
async function usedNow(): Promise<number> {
  for (let time = 0; time < 3; time++) await collect();
  return Arena.default.used;
}

async function collectedUntil(what: string, state: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!state()) {
    if (performance.now() > deadline) throw new Error(`not reached within 10 s: ${what}`);
    await collect();
  }
}

test("AT-017 made from a sequence it is as long as that, and has its items", () => {
  const array = new SharedArray("i", [10, -20, 30]);
  expect(array.length).toBe(3);
  expect([array.at(0), array.at(1), array.at(2), array.at(-1), array.at(-3)]).toEqual([10, -20, 30, 30, 10]);
  expect([...array]).toEqual([10, -20, 30]);
  expect(array.slice()).toEqual([10, -20, 30]);
  expect(array.slice(1)).toEqual([-20, 30]);
  expect(array.slice(-2, -1)).toEqual([-20]);
  expect(array.type).toBe("i32");
});

test("AT-017 any iterable will do", () => {
  expect([...new SharedArray("f64", new Set([1, 2]))]).toEqual([1, 2]);
  expect([...new SharedArray("f64", new Float64Array([1.5, 2]))]).toEqual([1.5, 2]);
  expect([...new SharedArray("u8", new Float32Array([1, 2]))]).toEqual([1, 2]);
  expect([...new SharedArray("i16", new SharedArray("i32", [7, 8]))]).toEqual([7, 8]);
  expect([...new SharedArray("c", "abc")]).toEqual(["a", "b", "c"]);
  expect([...new SharedArray("?", [true, false])]).toEqual([true, false]);
  expect([...new SharedArray("u64", [2n ** 64n - 1n])]).toEqual([2n ** 64n - 1n]);
  expect([...new SharedArray("i32", [])]).toEqual([]);
});

test("elements are typed, and so is the view", () => {
  const big: bigint | undefined = new SharedArray("i64", [1n]).view[0];
  const yes: boolean = new SharedArray("bool", 1).at(0);
  const letter: string = new SharedArray("c", "x").text;
  const floats: Float32Array = new SharedArray("f", 2).view;
  expect([big, yes, letter, floats.length]).toEqual([1n, false, "x", 2]);
  // @ts-expect-error a number is no bigint
  expect(() => new SharedArray("i64", [1])).toThrow(TypeError);
  expect(() => {
    // @ts-expect-error only characters make a text
    new SharedArray("f64", 1).text = "x";
  }).toThrow(TypeError);
});

test.each([
  ["i8", 0],
  ["u8", 0],
  ["i16", 0],
  ["u16", 0],
  ["i32", 0],
  ["u32", 0],
  ["i64", 0n],
  ["u64", 0n],
  ["f32", 0],
  ["f64", 0],
  ["bool", false],
  ["char", "\0"],
] as [ValueType, unknown][])("AT-018 made from a size it is all zero: %s", (type, zero) => {
  for (let time = 0; time < 3; time++) expect(new SharedArray(type, 5).slice()).toEqual(Array(5).fill(zero));
});

test("AT-018 memory that is used again was cleared", async () => {
  const used = await usedNow();
  const places = new Set<number>();
  for (let time = 0; time < 3; time++) {
    (() => {
      const array = new SharedArray("f64", 5000);
      expect(array.slice().every((item) => item === 0)).toBe(true);
      array.fill(-1.25);
      places.add(array.view.byteOffset);
    })();
    await collectedUntil("the array is gone", () => Arena.default.used <= used);
  }
  // That it was the same memory at all.
  expect(places.size).toBeLessThan(3);
});

test("AT-019 a part is assigned in place, also from another array", () => {
  const array = new SharedArray("i32", 5);
  const { view } = array;
  array.setAll([1, 2], 1);
  expect(array.slice()).toEqual([0, 1, 2, 0, 0]);
  array.setAll(new SharedArray("i32", [7, 8]), 3);
  expect(array.slice()).toEqual([0, 1, 2, 7, 8]);
  array.setAll(array.slice(0, 3), 2);
  expect(array.slice()).toEqual([0, 1, 0, 1, 2]);
  array.setAll([9, 9, 9, 9, 9]);
  array.setAll([], 5);
  expect([...view]).toEqual([9, 9, 9, 9, 9]);
  expect(array.view).toBe(view);
});

test("fill writes all, or a part", () => {
  const array = new SharedArray("char", 4);
  expect(array.fill("x")).toBe(array);
  array.fill("y", 1, -1);
  expect(array.slice().join("")).toBe("xyyx");
  expect(() => array.fill("xy")).toThrow("value must be a single character, got 2 of them");
});

describe("AT-020 beyond the end is a RangeError, where typed arrays are silent", () => {
  const array = new SharedArray("i32", [1, 2, 3]);
  test.each([3, -4, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("%s", (index) => {
    expect(() => array.at(index)).toThrow(RangeError);
    expect(() => array.set(index, 0)).toThrow(RangeError);
    expect(() => array.add(index, 1)).toThrow(RangeError);
    if (index !== 3) expect(() => array.setAll([], index)).toThrow(RangeError);
    expect(array.slice()).toEqual([1, 2, 3]);
  });
  test("items that do not fit", () => {
    expect(() => array.setAll([7, 8], 2)).toThrow("there is room for 1 items, got 2");
    expect(() => array.setAll([7, 8, 9, 10])).toThrow(RangeError);
    expect(() => new SharedArray("i32", 0).at(0)).toThrow("index 0 is beyond the 0 elements");
    expect(array.slice()).toEqual([1, 2, 3]);
  });
  test("an index of another kind is a TypeError", () => {
    for (const index of ["1", 1n, null, undefined]) expect(() => array.at(index as never)).toThrow(TypeError);
  });
});

test("AT-021 a size is an integer from 0 on", () => {
  const { used } = Arena.default;
  for (const size of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -(2 ** 31)]) {
    expect(() => new SharedArray("i32", size)).toThrow(RangeError);
  }
  for (const size of [1n, true, null, undefined, {}, { length: 3 }]) {
    expect(() => new SharedArray("i32", size as never)).toThrow(TypeError);
  }
  expect(() => new SharedArray("i32", 2 ** 40)).toThrow(/^no room in the arena for 4398046\d* bytes/);
  expect(Arena.default.used).toBe(used);
  expect(new SharedArray("i32", 0).length).toBe(0);
});

test("AT-006 AT-007 AT-008 what is no type or no element throws, and changes nothing", () => {
  const { used } = Arena.default;
  expect(() => new SharedArray("x" as never, 3)).toThrow(TypeError);
  expect(() => new SharedArray("i32", [1, "2"] as never)).toThrow("item 1 must be a number, got string");
  expect(() => new SharedArray("i32", Array(2) as never)).toThrow("item 0 must be a number, got undefined");
  expect(() => new SharedArray("u8", [0, 256])).toThrow("item 1 must be an integer from 0 to 255, got 256");
  expect(() => new SharedArray("c", "a€")).toThrow(RangeError);
  expect(() => new SharedArray("i32", "12" as never)).toThrow(TypeError);
  expect(() => new SharedArray("bool", new Uint8Array(1) as never)).toThrow(TypeError);
  expect(Arena.default.used).toBe(used);
  const array = new SharedArray("i8", [1, 2]);
  expect(() => array.set(0, 128)).toThrow(RangeError);
  expect(() => array.set(0, "1" as never)).toThrow(TypeError);
  expect(() => array.setAll([5, 128])).toThrow(RangeError);
  expect(() => array.setAll(5 as never)).toThrow("items must be iterable, got number");
  expect(array.slice()).toEqual([1, 2]);
});

test("a single element is changed in one step, numbers wrap around", () => {
  const array = new SharedArray("i8", [127, 0]);
  expect(array.add(0, 1)).toBe(127);
  expect(array.add(-1, -1)).toBe(0);
  expect(array.slice()).toEqual([-128, -1]);
  array.set(-1, 5);
  expect(array.at(1)).toBe(5);
});

describe("AT-023 characters", () => {
  test("the text goes up to the first U+0000, raw has all bytes", () => {
    const array = new SharedArray("c", "h\xe9llo\0you");
    expect(array.text).toBe("h\xe9llo");
    expect(array.length).toBe(9);
    expect(Buffer.from(array.raw).toString("latin1")).toBe("h\xe9llo\0you");
    array.raw[5] = 45;
    expect(array.text).toBe("h\xe9llo-you");
    expect(array.view[1]).toBe(0xe9);
  });
  test("a text that is written ends there, what lies behind stays", () => {
    const array = new SharedArray("char", 6).fill("x");
    array.text = "ab";
    expect(array.text).toBe("ab");
    expect(array.slice().join("")).toBe("ab\0xxx");
    array.text = "abcdef";
    expect(array.text).toBe("abcdef");
    array.text = "";
    expect(array.text).toBe("");
    expect(array.slice().join("")).toBe("\0bcdef");
  });
  test("what can not be written throws, and changes nothing", () => {
    const array = new SharedArray("char", "abc");
    const write = (text: unknown) => () => {
      array.text = text as string;
    };
    expect(write("abcd")).toThrow("there is room for 3 characters, got 4");
    expect(write("€")).toThrow(RangeError);
    expect(write(5)).toThrow(TypeError);
    expect(array.text).toBe("abc");
  });
  test("only they make a text", () => {
    const array = new SharedArray("u8", 3);
    expect(() => array.text).toThrow("only an array of char has a text, this one is of u8");
    expect(() => {
      array.text = "a" as never;
    }).toThrow(TypeError);
  });
});

test("raw has the bytes of any type", () => {
  const array = new SharedArray("u16", [0x0102, 0xffff]);
  expect([...array.raw]).toEqual([2, 1, 255, 255]);
});

test("AT-025 it has no lock", () => {
  expect("lock" in new SharedArray("i32", 1)).toBe(false);
});

test("it says what it is and how it stands", () => {
  const array = new SharedArray("d", [1, 2.5]);
  expect(String(array)).toMatch(/^SharedArray@[0-9a-f]+\(f64\[2\] 1, 2\.5\)$/);
  expect(inspect(array)).toBe(String(array));
  expect(String(new SharedArray("i32", 100))).toMatch(/\(i32\[100\] 0, 0, 0, 0, 0, 0, 0, 0, …\)$/);
  expect(String(new SharedArray("char", "a\n"))).toMatch(/\(char\[2\] "a", "\\n"\)$/);
  expect(String(new SharedArray("i32", 0))).toMatch(/\(i32\[0\]\)$/);
  expect(Object.prototype.toString.call(array)).toBe("[object SharedArray]");
});

test("its handle is plain JSON, and leads back to the same object", () => {
  const array = new SharedArray("f64", [1, 2]);
  expect(fromHandle(JSON.parse(JSON.stringify(toHandle(array))))).toBe(array);
});

test("AT-022 a thread mutates, the parent sees it", async () => {
  const array = new SharedArray("i", [1, 2, 3, 4, 5]);
  await inThread("values.ts", "accumulate", toHandle(array));
  expect([...array]).toEqual([1, 3, 6, 10, 15]);
});

test("AT-024 a thread doubles floats, in an array that made the arena grow", async () => {
  const items = Float64Array.from({ length: 1_000_000 }, (_, index) => index / 2);
  const array = new SharedArray("d", items);
  const name = await inThread("values.ts", "double", toHandle(array));
  expect(name).toBe(String(array));
  expect(array.view.every((item, index) => item === index)).toBe(true);
});

test("an array that a thread made is there when the thread is gone", async () => {
  const handle = await inThread<Handle>("values.ts", "make", 1_000_000);
  const array = fromHandle<SharedArray<"f64">>(handle);
  expect([array.length, array.at(0), array.at(-1)]).toEqual([1_000_000, 0, 7]);
});

test.each(["i16", "f32"] as const)("add to elements of %s is exact from four threads", async (type) => {
  const array = new SharedArray(type, 3);
  await inThreads(4, "values.ts", "addEach", toHandle(new Word()), 4, toHandle(array), 8000);
  expect([...array]).toEqual([32_000, 32_000, 32_000]);
});

describe("the memory of an array", () => {
  test("returns when it was let go", async () => {
    const used = await usedNow();
    (() => {
      for (let time = 0; time < 10; time++) new SharedArray("f64", 1_000_000).set(0, time);
    })();
    expect(Arena.default.used).toBeGreaterThanOrEqual(used + 80_000_000);
    await collectedUntil("all are gone", () => Arena.default.used <= used);
  });

  test("stays as long as there is a view of it", async () => {
    const used = await usedNow();
    let views: ArrayLike<number>[] | undefined = (() => {
      const array = new SharedArray("u8", 1_000_000).fill(5);
      return [array.view, new SharedArray("u8", 1_000_000).fill(5).raw];
    })();
    (() => {
      new SharedArray("u8", 1_000_000);
    })();
    await collectedUntil("the array without a view is gone", () => Arena.default.used < used + 3_000_000);
    expect(await usedNow()).toBeGreaterThanOrEqual(used + 2_000_000);
    expect(views.map((view) => view[999_999])).toEqual([5, 5]);
    views = undefined;
    await collectedUntil("all are gone", () => Arena.default.used <= used);
  });

  test("stays as long as a handle is on its way", async () => {
    const gone: WeakRef<object>[] = [];
    const handle = (() => {
      const array = new SharedArray("i32", [1, 2, 3]);
      gone.push(new WeakRef(array));
      return toHandle(array);
    })();
    await collectedUntil("the array is gone", () => gone[0]?.deref() === undefined);
    const array = fromHandle<SharedArray<"i32">>(handle);
    expect(array.slice()).toEqual([1, 2, 3]);
    expect(fromHandle(handle)).toBe(array);
  });
});
