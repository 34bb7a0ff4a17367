import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { Arena } from "../src/arenas.ts";
import { AtomicInt32 } from "../src/atomic-int32.ts";
import { ByteCodec } from "../src/byte-codec.ts";
import { asDense } from "../src/dense.ts";
import { HANDLE, type HandleMaker, registerType } from "../src/handle.ts";
import { OBJECT_COUNT } from "../src/layout.ts";
import { registerReference } from "../src/references.ts";
import { codecSuite } from "./codec-suite.ts";
import { EXACT } from "./exact-values.ts";
import { Lamp } from "./lamp.ts";
import { alike, randomValues } from "./random-values.ts";

const VALUES = Number(process.env.CONC_VALUES ?? 20_000);

const ROOM = 1 << 25;
const arena = Arena.default;
const codec = ByteCodec.of(arena);
const at = arena.heap.allocate(ROOM, arena.agent.id) * 4;
const limit = at + ROOM;
const bytes = new Uint8Array(arena.buffer, 0, arena.buffer.byteLength);

function write(value: unknown): number {
  const end = codec.write(value, at, limit);
  expect(end).toBeGreaterThan(at);
  return end;
}

function send<T>(value: T): T {
  return codec.read(at, write(value)) as T;
}

/** The same, with a primitive in it, so that the value is taken apart. */
function sendMarked<T>(value: T): T {
  return send({ lamp: new Lamp(), value }).value;
}

codecSuite("ByteCodec", send, write);
codecSuite("ByteCodec, beside a primitive", sendMarked, write);

it("writes what is small small", () => {
  expect(write(-5) - at).toBe(4);
  expect(write("four") - at).toBe(8);
  expect(write([1, 2, 3]) - at).toBe(16);
});

describe("exactly", () => {
  for (const [name, value] of EXACT) it(name, () => expect(send(value)).toStrictEqual(value));

  it("a regular expression begins anew, as in a structured clone", () => {
    const regexp = /a/g;
    regexp.lastIndex = 3;
    expect(send(regexp).lastIndex).toBe(0);
  });

  it("views of one buffer stay views of one buffer", () => {
    const buffer = new ArrayBuffer(32);
    const got = send([
      new Uint8Array(buffer, 1, 3),
      buffer,
      new Float64Array(buffer, 8),
      new DataView(buffer, 2),
    ] as const);
    expect(got[0].buffer).toBe(got[1]);
    expect(got[2].buffer).toBe(got[1]);
    expect([got[0].byteOffset, got[0].length, got[2].length, got[3].byteOffset, got[3].byteLength]).toEqual([
      1, 3, 3, 2, 30,
    ]);
  });

  it("arrays that are known to be dense", () => {
    const items = [0, -0, 2 ** 23, -(2 ** 23), 2 ** 23 - 1, 2 ** 31, 1.5, undefined, null, "x", ["y"], { z: 1 }, true];
    expect(send(asDense([...items]))).toStrictEqual(items);
    expect(send(asDense([...items, asDense([...items])]))).toStrictEqual([...items, items]);
  });

  it("short texts all over a long message", () => {
    const texts = Array.from({ length: 3000 }, (_, i) => "abcdefghijklmnopqrstuvwxyz\xff".slice(0, i % 28));
    expect(send(texts)).toStrictEqual(texts);
    const mixed = texts.map((text, i) => ({ text, wide: i % 7 ? "ÿ" : "日", bytes: new Uint8Array(i % 50).fill(i) }));
    expect(alike(send(mixed), mixed)).toBe(true);
  });

  it("bytes of all lengths", () => {
    for (let length = 0; length < 40; length++) {
      const sample = Uint8Array.from({ length }, (_, i) => i + 1);
      expect(send([1, sample, sample.slice(1), "x"])).toStrictEqual([1, sample, sample.slice(1), "x"]);
    }
    for (const length of [2047, 2048, 2049, 100_003]) {
      const sample = Uint8Array.from({ length }, (_, i) => i * 7);
      expect(send(["x", sample, "y"])).toStrictEqual(["x", sample, "y"]);
    }
  });

  it("buffers that can grow, and views that grow with them", () => {
    const buffer = new ArrayBuffer(8, { maxByteLength: 64 });
    const [whole, fixed, tracking] = send([buffer, new Uint8Array(buffer, 2, 4), new Uint16Array(buffer, 2)] as const);
    expect([whole.byteLength, whole.maxByteLength, fixed.length, tracking.length]).toEqual([8, 64, 4, 3]);
    whole.resize(16);
    expect([fixed.length, tracking.length]).toEqual([4, 7]);
  });

  it("objects of other realms", () => {
    const value = runInNewContext("({ date: new Date(5), list: [1, { a: 1 }], map: new Map([[1, new Set([2])]]) })");
    expect(send(value)).toStrictEqual({ date: new Date(5), list: [1, { a: 1 }], map: new Map([[1, new Set([2])]]) });
  });
});

it(`${VALUES} random values arrive as from a structured clone`, () => {
  const random = randomValues(7);
  for (let round = 0; round < VALUES; round++) {
    const value = random.value();
    const got = send(value);
    if (!alike(got, structuredClone(value))) expect(got, `round ${round}`).toStrictEqual(value);
  }
});

it("touches no byte before the start, nor at or behind the limit, and says how much it needs", () => {
  const random = randomValues(3);
  const lamp = new Lamp();
  const start = at + 64;
  for (let round = 0; round < 300; round++) {
    const value = round % 5 === 0 ? { lamp, value: random.value() } : random.value();
    const size = codec.write(value, start, limit) - start;
    for (let room = 0; room <= size; room += 4) {
      bytes.fill(0xa5, at, start + size + 64);
      const end = codec.write(value, start, start + room);
      expect(end).toBe(room === size ? start + size : -size);
      const outside = [bytes.subarray(at, start), bytes.subarray(start + room, start + size + 64)];
      if (!outside.every((part) => part.every((byte) => byte === 0xa5))) {
        expect.fail(`round ${round}: outside of ${room} of ${size} bytes`);
      }
    }
  }
});

it("reaches memory that the arena got after the codec was made", () => {
  const before = arena.buffer.byteLength;
  const places: number[] = [];
  while (arena.buffer.byteLength === before) places.push(arena.heap.allocate(1 << 22, arena.agent.id));
  const far = (places.at(-1) as number) * 4;
  const end = codec.write(["far", new Uint8Array([1, 2])], far, far + 1024);
  expect(codec.read(far, end)).toStrictEqual(["far", new Uint8Array([1, 2])]);
  for (const place of places) arena.heap.free(place, arena.agent.id);
});

it("lets a getter write, too", () => {
  const elsewhere = limit - 4096;
  const inner = { x: [1], y: 2 };
  const value = {
    a: { x: [0], y: 1 },
    get b() {
      expect(codec.read(elsewhere, codec.write(inner, elsewhere, limit))).toEqual(inner);
      return { x: [2], y: 3 };
    },
    c: { x: [4], y: 5 },
  };
  const end = codec.write(value, at, elsewhere);
  expect(codec.read(at, end)).toEqual({ a: { x: [0], y: 1 }, b: { x: [2], y: 3 }, c: { x: [4], y: 5 } });
});

it("reads as undefined what a getter takes away while the object is written", () => {
  const value: any = { first: 1, second: 2, third: 3 };
  Object.defineProperty(value, "first", {
    enumerable: true,
    get() {
      delete value.second;
      value.fourth = 4;
      return 1;
    },
  });
  expect(Object.keys(send([value, "next"])[0])).toEqual(["first", "second", "third"]);
});

it("refuses shared memory, which bytes can not carry", () => {
  const shared = new SharedArrayBuffer(8);
  expect(() => send({ a: [shared] })).toThrow("cannot send a SharedArrayBuffer (at a[0]): it can only be posted");
  expect(() => send({ a: new Int32Array(shared) })).toThrow("cannot send an Int32Array (at a): it can only be posted");
});

describe("primitives", () => {
  /** How often the object's handle is on its way. */
  const underway = ({ place }: AtomicInt32) => {
    const start = place?.start as number;
    return (arena.heap.reach(start)[start + OBJECT_COUNT] as number) >> 20;
  };

  it("are on their way until they are read", () => {
    const number = new AtomicInt32(5);
    const end = write({ number, again: [number] });
    expect(underway(number)).toBe(1);
    expect((codec.read(at, end) as any).again[0]).toBe(number);
    expect(underway(number)).toBe(0);
  });

  it("are on their way no more once they are dropped", () => {
    const number = new AtomicInt32(5);
    codec.drop(at, write([number]));
    expect(underway(number)).toBe(0);
    codec.drop(at, write(["nothing", { to: "drop" }]));
  });

  it("do not count if there was too little room, or something else could not travel", () => {
    const number = new AtomicInt32(5);
    const size = write([number]) - at;
    codec.drop(at, at + size);
    for (let room = 0; room < size; room += 4) expect(codec.write([number], at, at + room)).toBe(-size);
    expect(underway(number)).toBe(0);
    expect(() => codec.write([number, () => 1], at, limit)).toThrow("cannot send a function (at [1])");
    expect(underway(number)).toBe(0);
  });

  it("read ahead do not arrive yet, and can be read again", () => {
    const number = new AtomicInt32(5);
    const end = write({ number, again: [number] });
    for (let time = 0; time < 3; time++) {
      expect(codec.readAhead(at, end)).toEqual({ number, again: [number] });
      expect(underway(number)).toBe(1);
    }
    codec.arrive();
    expect(underway(number)).toBe(0);
    codec.arrive();
    expect(underway(number)).toBe(0);
  });

  it("do not arrive if another one can not", () => {
    const number = new AtomicInt32(5);
    const strange: HandleMaker = { [HANDLE]: () => ({ type: "Strange", arena: 0, offset: 0, serial: 0 }) };
    const end = write([number, strange]);
    expect(() => codec.read(at, end)).toThrow("a handle of type Strange needs the module");
    expect(underway(number)).toBe(1);
    registerType("Strange", { module: "file:///strange.ts", revive: () => strange });
    expect(codec.read(at, end)).toEqual([number, strange]);
    expect(underway(number)).toBe(0);
  });

  it("keep their object for ever once too many handles are on their way to be counted", () => {
    const number = new AtomicInt32(5);
    const ends = Array.from({ length: 3000 }, () => write(number));
    for (const end of ends) codec.read(at, end);
    expect(underway(number)).toBeGreaterThan(0);
  });

  it("name the modules that a reader has to import", () => {
    const end = write([new Lamp()]);
    expect(codec.modules(at, end)).toEqual(["file:///lamp.ts"]);
    codec.drop(at, end);
    expect(codec.modules(at, write([1, { a: 2 }]))).toEqual([]);
  });
});

it("sends functions of a registered kind", () => {
  const double = (n: number): number => 2 * n;
  registerReference("byte test", {
    module: () => "file:///double.ts",
    encode: (value) => (value === double ? "double" : undefined),
    decode: (name) => (name === "double" ? double : undefined),
  });
  expect(send({ double, list: [double] })).toEqual({ double, list: [double] });
  expect(codec.modules(at, write(double))).toEqual(["file:///double.ts"]);
});

describe("without Node's Buffer", () => {
  const getBuiltinModule = process.getBuiltinModule;
  afterEach(() => {
    process.getBuiltinModule = getBuiltinModule;
  });

  it("text and bytes travel as well", () => {
    const memory = arena.memory;
    process.getBuiltinModule = (() => undefined) as never;
    const portable = ByteCodec.of({ memory } as never);
    for (const text of ["short", "x".repeat(10_000), "é".repeat(10_000), "日\ud800".repeat(5000)]) {
      const end = portable.write(text, at, limit);
      expect(portable.read(at, end)).toBe(text);
      expect(codec.read(at, end)).toBe(text);
      expect(codec.write(text, at, limit)).toBe(end);
      expect(portable.read(at, end)).toBe(text);
    }
    const mixed = Array.from({ length: 200 }, (_, i) => [`${i}`.repeat(i % 9), new Uint8Array(i * 20).fill(i)]);
    expect(alike(portable.read(at, portable.write(mixed, at, limit)), mixed)).toBe(true);
  });
});
