import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { Arena } from "../src/arenas.ts";
import { pack, packThrown, unpack } from "../src/codec.ts";
import { OwnerDiedError } from "../src/errors.ts";
import { HANDLE, type HandleMaker, registerType } from "../src/handle.ts";
import { registerReference } from "../src/references.ts";
import { codecSuite } from "./codec-suite.ts";
import { Lamp } from "./lamp.ts";

function send<T>(value: T): T {
  return unpack(structuredClone(pack(value))) as T;
}

/** The same, with a primitive in it, so that the value has to be copied. */
function sendMarked<T>(value: T): T {
  const packed = pack({ lamp: new Lamp(), value });
  expect(packed.marked).toBe(true);
  return (unpack(structuredClone(packed)) as { value: T }).value;
}

codecSuite("pack", sendMarked, pack);

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

it("leaves shared memory shared", () => {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const got = sendMarked({ shared }).shared;
  got[0] = 7;
  expect(shared[0]).toBe(7);
});

it("packs a primitive that is met twice once", () => {
  const lamp = new Lamp();
  expect((pack([lamp, lamp]).value as any).kinds).toEqual(["array", "array", "shareable"]);
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

it("names each module and each arena once", () => {
  const arena = Arena.default;
  registerType("Far", { module: "file:///far.ts", revive: () => ({}) });
  const far = (): HandleMaker => ({ [HANDLE]: () => ({ type: "Far", arena: arena.id, offset: 8, serial: 1 }) });
  const packed = pack([far(), [far()], new Lamp()]);
  expect(packed.arenas).toEqual([arena.buffer]);
  expect(packed.arenas[0]).toBe(arena.buffer);
  expect(packed.modules).toEqual(["file:///far.ts", "file:///lamp.ts"]);
});

describe("what can not be sent is refused", () => {
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
  it("a deep value with nothing to replace is left to the structured clone", () => {
    let list: any = null;
    for (let i = 0; i < 100_000; i++) list = { list };
    expect(pack(list).value).toBe(list);
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
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
    (async () => {
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
