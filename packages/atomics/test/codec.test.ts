import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { serialize } from "node:v8";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { Arena } from "../src/arenas.ts";
import { pack, packThrown, unpack } from "../src/codec.ts";
import { OwnerDiedError } from "../src/errors.ts";
import { HANDLE, type Handle, type HandleMaker, registerType } from "../src/handle.ts";
import { registerReference } from "../src/references.ts";

// A primitive for tests: a thread has one object per number, as with real ones.
const lamps = new Map<number, Lamp>();

class Lamp implements HandleMaker {
  readonly serial: number;
  constructor(serial: number = lamps.size + 1) {
    this.serial = serial;
    lamps.set(serial, this);
  }
  [HANDLE](): Handle {
    return { type: "Lamp", arena: 0, offset: 0, serial: this.serial };
  }
}

registerType("Lamp", {
  module: "file:///lamp.ts",
  revive: ({ serial }) => lamps.get(serial) ?? new Lamp(serial),
});

function send<T>(value: T): T {
  return unpack(structuredClone(pack(value))) as T;
}

/** The same, with a primitive in it, so that the value has to be copied. */
function sendMarked<T>(value: T): T {
  const packed = pack({ lamp: new Lamp(), value });
  expect(packed.marked).toBe(true);
  return (unpack(structuredClone(packed)) as { value: T }).value;
}

it("sends a primitive and what surrounds it", () => {
  const lamp = new Lamp();
  expect(send({ lamp, at: [1, "x"] })).toEqual({ lamp, at: [1, "x"] });
  expect(send({ lamp }).lamp).toBe(lamp);
  expect(send(lamp)).toBe(lamp);
});

describe("without anything to replace", () => {
  const values = {
    number: 1,
    "negative zero": -0,
    NaN: Number.NaN,
    text: "x",
    undefined: undefined,
    null: null,
    bigint: 10n,
    "typed array": new Float64Array(3),
    buffer: new ArrayBuffer(8),
    "shared buffer": new SharedArrayBuffer(8),
    date: new Date(),
    array: [1, [2], { three: 3 }],
    object: { a: { b: new Map([[{}, new Set([1])]]) } },
    "class instance": new (class Point {
      x = 1;
    })(),
  };
  for (const [name, value] of Object.entries(values)) {
    it(`a value is posted as it is: ${name}`, () => {
      const packed = pack(value);
      expect(packed).toEqual({ value, arenas: [], modules: [], marked: false });
      expect(packed.value).toBe(value);
      expect(unpack(packed)).toBe(value);
    });
  }
});

describe("a copied value is what a structured clone would be", () => {
  it("for scalars", () => {
    const value = [-0, Number.NaN, Number.POSITIVE_INFINITY, 2n ** 70n, "\ud800", "", true, null, undefined];
    expect(sendMarked(value)).toStrictEqual(value);
    expect(Object.is(sendMarked(value)[0], -0)).toBe(true);
    expect(sendMarked(new Map([[Number.NaN, -0]]))).toEqual(new Map([[Number.NaN, -0]]));
  });

  it("for leaf objects", () => {
    const value = [
      new Date(5),
      /a/giu,
      Object(1),
      Object("text"),
      Object(1n),
      new Uint8Array([1, 2]),
      new DataView(new ArrayBuffer(2)),
    ];
    expect(sendMarked(value)).toStrictEqual(structuredClone(value));
  });

  it("for leaf objects with properties of their own, which vanish", () => {
    const [date, buffer] = sendMarked([
      Object.assign(new Date(5), { x: 1 }),
      Object.assign(new ArrayBuffer(3), { x: 1 }),
    ]);
    expect(date).toEqual(new Date(5));
    expect(buffer?.byteLength).toBe(3);
  });

  it("for holes in arrays, at the end too", () => {
    // biome-ignore lint/suspicious/noSparseArray: that is what it is about
    const array = [1, , undefined, ,];
    const got = sendMarked(array);
    expect(got).toStrictEqual(array);
    expect(Object.keys(got)).toEqual(["0", "2"]);
    expect(got.length).toBe(4);
  });

  it("for a huge sparse array", () => {
    const array: unknown[] = [];
    array[4_000_000_000] = new Lamp();
    const got = send(array);
    expect(got.length).toBe(4_000_000_001);
    expect(got[4_000_000_000]).toBe(array[4_000_000_000]);
  });

  it("for named properties of arrays", () => {
    const match = /(?<first>a)b/.exec("xab");
    expect({ ...sendMarked(match) }).toEqual({ ...structuredClone(match) });
    const lamp = new Lamp();
    expect(send(Object.assign([1], { lamp })).lamp).toBe(lamp);
  });

  it("for an own key __proto__", () => {
    const value = Object.defineProperty({}, "__proto__", { value: { polluted: 1 }, enumerable: true }) as any;
    const got = sendMarked(value);
    expect(Object.getPrototypeOf(got)).toBe(Object.prototype);
    expect(Object.keys(got)).toEqual(["__proto__"]);
    expect(got.polluted).toBe(undefined);
    expect(Object.getOwnPropertyDescriptor(got, "__proto__")?.value).toEqual({ polluted: 1 });
  });

  it("for keys of Object.prototype", () => {
    const value = { constructor: 1, toString: [], hasOwnProperty: new Lamp() } as any;
    expect(Object.entries(send(value))).toEqual(Object.entries(value));
  });

  it("for the order of keys", () => {
    const value = { z: 1, a: new Lamp(), m: {}, 5: [], b: 2 };
    expect(Object.keys(send(value))).toEqual(["5", "z", "a", "m", "b"]);
  });

  it("for objects without a prototype and for those of classes, which become plain", () => {
    class Point {
      x = 1;
      #y = 2;
      get y() {
        return this.#y;
      }
    }
    const got = sendMarked([
      Object.assign(Object.create(null), { a: 1 }),
      new Point(),
      new (class extends Array<number> {})(),
    ]);
    expect(got).toStrictEqual([{ a: 1 }, { x: 1 }, []]);
  });

  it("for getters, which are read, and what is not enumerable or under a symbol, which is left out", () => {
    const value = Object.defineProperty(
      {
        get a() {
          return 1;
        },
        [Symbol("s")]: () => 1,
      },
      "hidden",
      { value: () => 1 },
    );
    expect(Object.getOwnPropertyDescriptors(sendMarked(value))).toEqual(Object.getOwnPropertyDescriptors({ a: 1 }));
  });

  it("for subclasses of Map and Set", () => {
    class Cache extends Map<string, Lamp> {
      override get [Symbol.toStringTag]() {
        return "Cache";
      }
    }
    const lamp = new Lamp();
    const got = send(new Cache([["lamp", lamp]]));
    expect(got).toStrictEqual(new Map([["lamp", lamp]]));
  });

  it("for the order in Map and Set", () => {
    const [a, b] = [new Lamp(), new Lamp()];
    const map = new Map<unknown, unknown>([
      [1, a],
      [a, 2],
      ["x", { b }],
      [b, b],
    ]);
    expect([...send(map)]).toEqual([...map]);
    expect([...send(new Set([1, a, "x", b, { a }]))]).toEqual([1, a, "x", b, { a }]);
  });
});

it("a copied graph is byte for byte what a structured clone would be: 500 random ones", () => {
  let seed = 1;
  const random = (n: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % n;
  };
  const scalars = [
    0,
    -0,
    Number.NaN,
    1.5,
    "",
    "text",
    "ü",
    7n,
    true,
    null,
    undefined,
    new Date(3),
    /x/g,
    new Uint16Array(2),
  ];
  for (let round = 0; round < 500; round++) {
    const made: any[] = [];
    const value = (): unknown =>
      random(3) > 0 && made.length > 0 ? made[random(made.length)] : scalars[random(scalars.length)];
    for (let i = random(30) + 1; i > 0; i--) made.push([[], {}, new Map(), new Set()][random(4)]);
    for (let i = random(150); i > 0; i--) {
      const holder = made[random(made.length)];
      if (Array.isArray(holder)) holder[holder.length + (random(8) === 0 ? 1 : 0)] = value();
      else if (holder instanceof Map) holder.set(value(), value());
      else if (holder instanceof Set) holder.add(value());
      else
        Object.defineProperty(holder, ["a", "b", "__proto__", "7", "x y"][random(5)]!, {
          value: value(),
          enumerable: true,
          configurable: true,
        });
    }
    const [got, expected] = [sendMarked(made), structuredClone(made)].map((all) => serialize(all));
    if (Buffer.compare(got!, expected!) !== 0) expect.fail(`round ${round}: ${inspect(made, { depth: 20 })}`);
  }
});

it("leaves shared memory shared", () => {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const got = sendMarked({ shared }).shared;
  got[0] = 7;
  expect(shared[0]).toBe(7);
});

it("sends the same primitive twice as one, wherever it is", () => {
  const lamp = new Lamp();
  const got = send([
    lamp,
    new Map<unknown, unknown>([
      ["deep", [{ lamp }]],
      [lamp, new Set([lamp])],
    ]),
  ]) as any;
  expect(got[0]).toBe(lamp);
  expect(got[1].get("deep")[0].lamp).toBe(lamp);
  expect(got[1].get(lamp).has(lamp)).toBe(true);
  expect((pack([lamp, lamp]).value as any).kinds).toEqual(["array", "array", "shareable"]);
});

it("sends what is referred to twice as one", () => {
  const shared = { lamp: new Lamp() };
  const list = [shared];
  const got = send({ a: shared, list, again: list, map: new Map([[list, shared]]) });
  expect(got.list[0]).toBe(got.a);
  expect(got.again).toBe(got.list);
  expect(got.map.get(got.list)).toBe(got.a);
});

it("sends cycles, through Map and Set too", () => {
  const lamp = new Lamp();
  const object: any = { lamp, map: new Map(), set: new Set(), list: [] };
  object.self = object;
  object.map.set(object, object.map).set("set", object.set);
  object.set.add(object.set).add(object);
  object.list.push(object.list, object.map);
  const got = send(object);
  expect(got).not.toBe(object);
  expect(got.self).toBe(got);
  expect(got.map.get(got)).toBe(got.map);
  expect(got.map.get("set")).toBe(got.set);
  expect([...got.set]).toEqual([got.set, got]);
  expect(got.list[0]).toBe(got.list);
  expect(got.list[1]).toBe(got.map);
  expect(got.lamp).toBe(lamp);
});

it("takes no data for a placeholder", () => {
  const lamp = new Lamp();
  const likeIt = { kind: "shareable", body: lamp[HANDLE](), soft: false };
  const wire = structuredClone(pack([lamp, likeIt]).value);
  const got = send({ lamp, likeIt, wire, handle: lamp[HANDLE]() });
  expect(got.likeIt).toEqual(likeIt);
  expect(got.wire).toEqual(wire);
  expect(got.handle).toEqual(lamp[HANDLE]());
  expect(got.lamp).toBe(lamp);
});

it("sends a packed value within another", () => {
  const lamp = new Lamp();
  const inner = pack({ lamp });
  const outer = send({ lamp, inner });
  expect(unpack(outer.inner)).toEqual({ lamp });
});

it("never changes the input, even a frozen one", () => {
  const lamp = new Lamp();
  const inner = Object.freeze({ lamp, list: Object.freeze([lamp, 1]) });
  const input = Object.freeze({ inner, map: new Map([[lamp, inner]]), set: new Set([lamp]) });
  const got = send(input);
  expect(got).toEqual(input);
  expect(Object.isFrozen(got)).toBe(false);
  expect(input.map.get(lamp)).toBe(inner);
  expect(inner.list).toEqual([lamp, 1]);
  expect(input.set.has(lamp)).toBe(true);
});

it("names each module and each arena once", () => {
  const arena = Arena.default;
  registerType("Far", { module: "file:///far.ts", revive: () => ({}) });
  const far = (): HandleMaker => ({ [HANDLE]: () => ({ type: "Far", arena: arena.id, offset: 8, serial: 1 }) });
  const packed = pack([far(), [far()], new Lamp()]);
  expect(packed.arenas).toEqual([arena.buffer]);
  expect(packed.arenas[0]).toBe(arena.buffer);
  expect(packed.modules).toEqual(["file:///far.ts", "file:///lamp.ts"]);
});

describe("what can not be sent is refused, with the way to it", () => {
  const Named = class Named {};
  function* numbers() {
    yield 1;
  }
  const cases: [unknown, string][] = [
    [() => 1, "cannot send a function: pass data, or a function registered with tasks()"],
    [{ args: [0, { callback() {} }] }, "cannot send a function (at args[1].callback): pass data, or"],
    [[Named], "cannot send a function (at [0])"],
    [{ a: Symbol("x") }, "cannot send a symbol (at a)"],
    [{ "odd key": { ä: Promise.resolve() } }, 'cannot send a Promise (at ["odd key"].ä): await it'],
    [new Map([["a", { f: () => 1 }]]), 'cannot send a function (at get("a").f)'],
    [
      {
        m: new Map([
          [{}, 1],
          [() => 1, 2],
        ] as any),
      },
      "cannot send a function (at m.entries()[1])",
    ],
    [{ s: new Set([1, new WeakMap()]) }, "cannot send a WeakMap (at s.values()[1])"],
    [[new WeakSet()], "cannot send a WeakSet (at [0])"],
    [[new WeakRef({})], "cannot send a WeakRef (at [0])"],
    [[numbers()], "cannot send a Generator (at [0])"],
    [[[1].values()], "cannot send an Array Iterator (at [0])"],
    [{ lamp: new Lamp(), a: { b: [() => 1] } }, "cannot send a function (at a.b[0])"],
  ];
  for (const [value, message] of cases) {
    it(message, () => {
      expect(() => pack(value)).toThrow(TypeError);
      expect(() => pack(value)).toThrow(message);
    });
  }

  it("of a very long way only the end", () => {
    let value: unknown = { f: () => 1 };
    for (let i = 0; i < 100_000; i++) value = { next: value };
    expect(() => pack(value)).toThrow(/^cannot send a function \(at ….{50,200}\.next\.f\): /);
  });

  it("a getter or a Proxy that throws throws its error", () => {
    const broken = {
      get a() {
        throw new RangeError("no");
      },
    };
    expect(() => pack([broken])).toThrow(RangeError);
    const proxy = new Proxy(
      {},
      {
        ownKeys() {
          throw new RangeError("no keys");
        },
      },
    );
    expect(() => pack({ proxy })).toThrow("no keys");
  });

  it("and no handle is made when it fails, so that nothing counts as on its way", () => {
    let made = 0;
    const lamp: HandleMaker = { [HANDLE]: () => ({ type: "Lamp", arena: 0, offset: 0, serial: ++made }) };
    expect(() => pack([lamp, { deep: [() => 1] }])).toThrow(TypeError);
    expect(made).toBe(0);
    pack([lamp, [lamp]]);
    expect(made).toBe(1);
  });
});

describe("functions of a registered kind", () => {
  const functions: Record<string, Function> = { double: (n: number) => 2 * n, Counter: class Counter {} };
  registerReference("test", {
    module: (value) => `file:///${value.name}.ts`,
    encode: (value) => Object.keys(functions).find((name) => functions[name] === value),
    decode: (name) => functions[name as string],
  });

  it("travel by name, classes too", () => {
    const { double, Counter } = functions;
    const packed = pack({ double, list: [Counter, double], map: new Map([[double, 1]]) });
    expect(packed.modules).toEqual(["file:///double.ts", "file:///Counter.ts"]);
    expect(unpack(structuredClone(packed))).toEqual({ double, list: [Counter, double], map: new Map([[double, 1]]) });
    expect(unpack(structuredClone(pack(double)))).toBe(double);
  });

  it("others are refused as before", () => {
    expect(() => pack([() => 1])).toThrow("cannot send a function (at [0])");
  });

  it("a kind that the receiver does not know is a clear error", () => {
    const wire = structuredClone(pack(functions.double));
    for (const body of (wire.value as any).bodies) if (body.kind) body.kind = "other";
    expect(() => unpack(wire)).toThrow("a function of kind other");
  });
});

it("a handle of a type that the receiver does not know is a clear error", () => {
  const strange: HandleMaker = { [HANDLE]: () => ({ type: "Strange", arena: 0, offset: 0, serial: 0 }) };
  expect(() => unpack(structuredClone(pack([strange])))).toThrow("a handle of type Strange needs the module");
});

describe("size", () => {
  it("no depth is too deep, for packing and for posting", () => {
    let list: any = { lamp: new Lamp() };
    for (let i = 0; i < 100_000; i++) list = i % 2 ? [list] : { list };
    let got: any = send([list]);
    for (let i = 0; i < 100_001; i++) got = got[0] ?? got.list;
    expect(got.lamp).toBeInstanceOf(Lamp);
  });

  it("a deep value with nothing to replace is left to the structured clone", () => {
    let list: any = null;
    for (let i = 0; i < 100_000; i++) list = { list };
    expect(pack(list).value).toBe(list);
  });

  it("a big graph arrives whole", () => {
    const nodes = Array.from({ length: 50_000 }, (_, id): any => ({ id, next: undefined, lamp: undefined }));
    for (const [i, node] of nodes.entries()) node.next = nodes[(i * 7 + 1) % nodes.length];
    nodes[49_999].lamp = new Lamp();
    const got = send(nodes);
    for (const [i, node] of got.entries()) if (node.next !== got[(i * 7 + 1) % got.length]) expect.fail(`node ${i}`);
    expect(got[49_999].lamp).toBe(nodes[49_999].lamp);
  });
});

describe("what was thrown", () => {
  const thrown = ["x", undefined, 0, null, false, "", 5n, { code: 1 }, [1]];
  for (const value of thrown) {
    it(`travels as it is when it is no error: ${JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}n` : v))}`, () => {
      expect(unpack(structuredClone(packThrown(value)))).toStrictEqual(value);
    });
  }

  const impossible: [string, unknown][] = [
    ["a function", function broken() {}],
    ["a symbol", Symbol("broken")],
    ["a promise", Promise.resolve()],
    ["a Proxy", new Proxy({}, {})],
    [
      "a Proxy that throws",
      new Proxy(new Error("x"), {
        get() {
          throw 1;
        },
        getPrototypeOf() {
          throw 2;
        },
      }),
    ],
    [
      "a revoked Proxy",
      (() => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      })(),
    ],
    ["an object that has no text", Object.assign(Object.create(null), { f() {} })],
    ["a formatter", new Intl.NumberFormat("en")],
    [
      "something too deep",
      (() => {
        let d: any = 1;
        for (let i = 0; i < 100_000; i++) d = { d };
        return d;
      })(),
    ],
  ];
  for (const [name, value] of impossible) {
    it(`arrives as an error when it can not be sent: ${name}`, () => {
      const got = unpack(structuredClone(packThrown(value))) as Error;
      expect(got).toBeInstanceOf(Error);
      expect(got.message).toMatch(/^what was thrown cannot be sent: /);
    });
  }

  it("the error says what it was", () => {
    expect(unpack(packThrown(function broken() {}))).toMatchObject({
      message: expect.stringContaining("[function broken]"),
    });
    expect(unpack(packThrown(Symbol("broken")))).toMatchObject({ message: expect.stringContaining("Symbol(broken)") });
  });
});

it("passes a MessageChannel", () => {
  const { port1, port2 } = new MessageChannel();
  const lamp = new Lamp();
  port1.postMessage(pack({ lamp, list: [new TypeError("no")] }));
  const got = unpack(receiveMessageOnPort(port2)?.message) as { lamp: Lamp; list: Error[] };
  expect(got.lamp).toBe(lamp);
  expect(got.list[0]).toBeInstanceOf(TypeError);
  port1.close();
});

it("passes a thread and comes back", async () => {
  const source = (file: string) => new URL(`../src/${file}`, import.meta.url).href;
  const tsx = createRequire(import.meta.url)
    .resolve("tsx/package.json")
    .replace("package.json", "dist/esm/api/index.mjs");
  // On Node 20 a worker can not import TypeScript before tsx is registered in it.
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
    (async () => {
      (await import(workerData.tsx)).register();
      const { Arena } = await import(workerData.arena);
      const { HANDLE, registerType } = await import(workerData.handle);
      const { OwnerDiedError } = await import(workerData.errors);
      const { pack, packThrown, unpack } = await import(workerData.codec);
      registerType("Lamp", { module: "file:///lamp.ts", revive: (handle) => ({ [HANDLE]: () => handle }) });
      parentPort.on("message", (packed) => {
        for (const buffer of packed.arenas) Arena.adopt(buffer);
        const { error, lamp, list } = unpack(packed);
        const ok = error instanceof OwnerDiedError && error.cause === lamp && list[0] === list && HANDLE in lamp;
        parentPort.postMessage([pack({ ok, error, lamp, list }), packThrown(new RangeError("from there", { cause: error }))]);
      });
    })();`,
    {
      eval: true,
      workerData: {
        tsx: pathToFileURL(tsx).href,
        arena: source("arena.ts"),
        handle: source("handle.ts"),
        errors: source("errors.ts"),
        codec: source("codec.ts"),
      },
    },
  );
  const lamp = new Lamp();
  const list: unknown[] = [];
  list.push(list, 2n, new Set([lamp]));
  worker.postMessage(pack({ error: new OwnerDiedError("no", { cause: lamp }), lamp, list }));
  const [back, thrown] = await new Promise<[any, any]>((resolve, reject) => {
    worker.once("message", resolve).once("error", reject);
  }).finally(() => worker.terminate());
  const got = unpack(back) as any;
  expect(got.ok).toBe(true);
  expect(got.lamp).toBe(lamp);
  expect(got.error.cause).toBe(lamp);
  expect([...got.list[0][2]]).toEqual([lamp]);
  const error = unpack(thrown) as any;
  expect(error).toBeInstanceOf(RangeError);
  expect(error.cause).toBeInstanceOf(OwnerDiedError);
});
