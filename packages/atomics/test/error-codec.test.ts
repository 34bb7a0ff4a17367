import { describe, expect, it } from "vitest";
import { pack, packThrown, unpack } from "../src/codec.ts";
import { dress, makeError, registerErrors, takeApart } from "../src/error-codec.ts";
import * as ownErrors from "../src/errors.ts";
import { HANDLE, type Handle, type HandleMaker, registerType } from "../src/handle.ts";

const lamps = new Map<number, Lamp>();

class Lamp implements HandleMaker {
  readonly serial: number = lamps.size + 1;
  constructor() {
    lamps.set(this.serial, this);
  }
  [HANDLE](): Handle {
    return { type: "Lamp", arena: 0, offset: 0, serial: this.serial };
  }
}

registerType("Lamp", { module: "file:///lamp.ts", revive: ({ serial }) => lamps.get(serial) as Lamp });

function send<T>(value: T): T {
  return unpack(structuredClone(pack(value))) as T;
}

it("sends an error with class, message, stack, cause and its own properties", () => {
  const error = Object.assign(new TypeError("no", { cause: 5 }), { code: "E_NO", at: [1] });
  const got = send(error);
  expect(got).not.toBe(error);
  expect(got).toBeInstanceOf(TypeError);
  expect(Object.prototype.toString.call(got)).toBe("[object Error]");
  // Engines and source maps make of `stack` a value or an accessor.
  expect(got.stack).toBe(error.stack);
  const { stack: _got, ...rest } = Object.getOwnPropertyDescriptors(got);
  const { stack: _error, ...expected } = Object.getOwnPropertyDescriptors(error);
  expect(rest).toEqual(expected);
});

describe("built-in classes", () => {
  for (const type of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]) {
    it(`${type.name} arrives as it was`, () => {
      const error = new type("no");
      const got = send([error])[0] as Error;
      expect(got.constructor).toBe(type);
      expect(got.name).toBe(type.name);
      expect(got.message).toBe("no");
      expect(got.stack).toBe(error.stack);
      expect(Object.getOwnPropertyNames(got).sort()).toEqual(Object.getOwnPropertyNames(error).sort());
    });
  }

  it("AggregateError keeps its errors", () => {
    const lamp = new Lamp();
    const error = new AggregateError([new RangeError("a"), "b", { lamp }], "both");
    const got = send(error);
    expect(got).toBeInstanceOf(AggregateError);
    expect(got.errors[0]).toBeInstanceOf(RangeError);
    expect(got.errors.slice(1)).toEqual(["b", { lamp }]);
    expect(got.errors[2].lamp).toBe(lamp);
    expect(Object.keys(got)).toEqual([]);
  });

  it("a DOMException keeps its name and the code that follows from it", () => {
    const error = new DOMException("stop", "AbortError");
    const got = send(error);
    expect(got).toBeInstanceOf(DOMException);
    expect(got.name).toBe("AbortError");
    expect(got.message).toBe("stop");
    expect(got.code).toBe(20);
    expect(got.stack).toBe(error.stack);
  });

  it("the reason of an abort, too", () => {
    expect(send(AbortSignal.abort().reason)).toMatchObject({ name: "AbortError" });
    expect(send(AbortSignal.abort().reason)).toBeInstanceOf(DOMException);
  });

  it("an error of Node keeps its code", () => {
    let error: any;
    try {
      new URL("not a url");
    } catch (caught) {
      error = caught;
    }
    expect(send(error)).toMatchObject({ name: "TypeError", code: "ERR_INVALID_URL", input: "not a url" });
  });
});

describe("the errors of these packages", () => {
  for (const type of Object.values(ownErrors)) {
    it(`${type.name} arrives as one`, () => {
      const got = send(new type("no"));
      expect(got.constructor).toBe(type);
      expect(got).toBeInstanceOf(ownErrors.ConcurrencyError);
      expect(got.message).toBe("no");
      expect([got.name, got.code]).toEqual([new type().name, new type().code]);
      expect(Object.getOwnPropertyNames(got).sort()).toEqual(["message", "stack"]);
    });
  }
});

describe("classes of users", () => {
  class HttpError extends Error {
    readonly status: number;
    constructor(status: number) {
      if (typeof status !== "number") throw new Error("the constructor must not run");
      super(`status ${status}`);
      this.status = status;
    }
  }

  it("arrive as the nearest built-in class, with their name", () => {
    class BadInput extends RangeError {
      override name = "BadInput";
      readonly field = "age";
    }
    const got = send(new BadInput("no"));
    expect(got.constructor).toBe(RangeError);
    expect(got).toMatchObject({ name: "BadInput", field: "age", message: "no" });
  });

  it("have the name of the class where they gave themselves none", () => {
    const got = send(new HttpError(404));
    expect(got.constructor).toBe(Error);
    expect(got).toMatchObject({ name: "HttpError", status: 404 });
    expect(Object.keys(got)).toEqual(["status"]);
    expect(String(got)).toBe("HttpError: status 404");
  });

  it("arrive as the nearest class of these packages, if there is one", () => {
    class SlowError extends ownErrors.TimeoutError {}
    const got = send(new SlowError("no"));
    expect(got).toBeInstanceOf(ownErrors.TimeoutError);
    expect([got.name, got.code]).toEqual(["SlowError", "ERR_CONC_TIMEOUT"]);
  });

  it("keep their class once registered, and its constructor does not run", () => {
    class Registered extends HttpError {
      get kind() {
        return "registered";
      }
    }
    registerErrors({ Registered }, "file:///registered.ts");
    const packed = pack({ failed: new Registered(500) });
    expect(packed.modules).toEqual(["file:///registered.ts"]);
    const { failed } = unpack(structuredClone(packed)) as { failed: Registered };
    expect(failed).toBeInstanceOf(Registered);
    expect(failed).toMatchObject({ status: 500, kind: "registered", message: "status 500" });
  });

  it("of one name are told apart by their modules", () => {
    const classes = ["a", "b"].map((module) => {
      const Twin = class Twin extends Error {};
      registerErrors({ Twin }, `file:///${module}.ts`);
      return Twin;
    });
    for (const type of classes) expect(send(new type("no")).constructor).toBe(type);
  });

  it("are found by name where the module has another URL, as in bundles", () => {
    class Moved extends Error {}
    registerErrors({ Moved }, "file:///main.js");
    const record = structuredClone({
      ...takeApart(new Moved("no")),
      classes: [
        ["Moved", "file:///worker.js"],
        ["Error", ""],
      ] as const,
    });
    expect(makeError(record)).toBeInstanceOf(Moved);
  });

  it("of a module that was not imported keep name and code", () => {
    class QueueOddError extends ownErrors.ConcurrencyError {
      override get name() {
        return "QueueOddError";
      }
      override get code() {
        return "ERR_CONC_QUEUE_ODD";
      }
    }
    const got = send(new QueueOddError("no"));
    expect(got.constructor).toBe(ownErrors.ConcurrencyError);
    expect([got.name, got.code]).toEqual(["QueueOddError", "ERR_CONC_QUEUE_ODD"]);
    expect(Object.keys(got)).toEqual([]);
  });
});

describe("own properties", () => {
  it("replace getters of the class without tripping over them", () => {
    const error = new ownErrors.TimeoutError("no");
    Object.defineProperty(error, "code", { value: "MINE", enumerable: true });
    const got = send(error);
    expect(got).toBeInstanceOf(ownErrors.TimeoutError);
    expect(got.code).toBe("MINE");
  });

  it("may have any name", () => {
    const error = Object.defineProperty(new Error("no"), "__proto__", { value: 5, enumerable: true });
    const got = send(error);
    expect(Object.getPrototypeOf(got)).toBe(Error.prototype);
    expect(Object.getOwnPropertyDescriptor(got, "__proto__")?.value).toBe(5);
  });

  it("that can not be sent are described, at any depth, and the rest arrives", () => {
    const error = Object.assign(new Error("no"), {
      retry() {},
      tag: Symbol("tag"),
      later: Promise.resolve(),
      format: new Intl.NumberFormat("en"),
      proxy: new Proxy({ a: 1 }, {}),
      config: { url: "http://x", hooks: [() => 1], map: new Map<unknown, unknown>([["f", () => 1]]) },
    });
    Object.defineProperty(error, "broken", {
      get() {
        throw new RangeError("not now");
      },
      enumerable: true,
    });
    const got = send([error])[0] as any;
    expect(got).toMatchObject({
      retry: "[function retry]",
      tag: "Symbol(tag)",
      later: "[object Promise]",
      format: "[object Intl.NumberFormat]",
      proxy: { a: 1 },
      config: { url: "http://x", hooks: ["[function ]"], map: new Map([["f", "[function ]"]]) },
      broken: "[cannot be read: RangeError: not now]",
    });
  });

  it("that can not be made again are described", () => {
    const gone: HandleMaker = { [HANDLE]: () => ({ type: "Gone", arena: 0, offset: 0, serial: 0 }) };
    const got = send(Object.assign(new Error("no"), { gone }));
    expect(got.gone).toMatch(/^\[cannot be received: TypeError: a handle of type Gone needs the module/);
  });

  it("do not excuse what is sent beside the error", () => {
    const callback = () => 1;
    const shared = { callback };
    expect(() => pack([Object.assign(new Error("no"), { callback, shared }), { shared }])).toThrow(
      "cannot send a function (at [1].shared.callback)",
    );
  });

  it("that lead to a whole program are cut off somewhere", () => {
    const everything = Array.from({ length: 150_000 }, (_, id) => ({ id }));
    const got = send(Object.assign(new Error("no"), { everything }));
    expect(got.everything[0]).toEqual({ id: 0 });
    expect(got.everything[149_999]).toBe("[object]");
  });

  it("may be endlessly deep", () => {
    let deep: any = 1;
    for (let i = 0; i < 50_000; i++) deep = { deep };
    let got = send(Object.assign(new Error("no"), { deep })).deep;
    for (let i = 0; i < 50_000; i++) got = got.deep;
    expect(got).toBe(1);
  });
});

describe("causes", () => {
  it("may be anything", () => {
    for (const cause of ["x", 0, undefined, null, { a: [1] }, new RangeError("inner", { cause: new Date(0) })]) {
      expect(send(new Error("no", { cause })).cause).toEqual(cause);
      expect(Object.hasOwn(send(new Error("no", { cause })), "cause")).toBe(true);
    }
    expect(Object.hasOwn(send(new Error("no")), "cause")).toBe(false);
  });

  it("carry primitives at any depth, the same as elsewhere in the value", () => {
    const lamp = new Lamp();
    const error = new Error("no", { cause: new Map([["list", [{ lamp }, new Map([[lamp, lamp]])]]]) });
    const [got, beside] = send([error, lamp]) as [any, Lamp];
    expect(beside).toBe(lamp);
    const list = got.cause.get("list");
    expect(list[0].lamp).toBe(lamp);
    expect(list[1].get(lamp)).toBe(lamp);
  });

  it("keep identity with the rest of the value", () => {
    const shared = { a: 1 };
    const error = new Error("no", { cause: shared });
    const [got, beside, again] = send([error, shared, error] as const);
    expect(got.cause).toBe(beside);
    expect(again).toBe(got);
  });

  it("may go in circles", () => {
    const error: any = new Error("no");
    error.cause = error;
    const got = send(error);
    expect(got.cause).toBe(got);

    const [a, b]: any[] = [new Error("a"), new TypeError("b")];
    Object.assign(a, { cause: b });
    Object.assign(b, { cause: { list: [a], map: new Map([[a, b]]) } });
    const gotA = send(a);
    expect(gotA.cause).toBeInstanceOf(TypeError);
    expect(gotA.cause.cause.list[0]).toBe(gotA);
    expect(gotA.cause.cause.map.get(gotA)).toBe(gotA.cause);
  });

  it("may be a long chain", () => {
    let error = new Error("0");
    for (let i = 1; i < 5_000; i++) error = new Error(String(i), { cause: error });
    let got: any = send(error);
    for (let i = 4_999; i > 0; i--) got = got.cause;
    expect(got.message).toBe("0");
  });
});

it("keeps an odd message, name or stack readable", () => {
  const error: any = new Error("no");
  Object.defineProperty(error, "message", { value: { odd: true } });
  Object.defineProperty(error, "stack", { value: undefined });
  error.name = Symbol("name");
  const got = send(error);
  expect(got).toBeInstanceOf(Error);
  expect(got.message).toBe("[object Object]");
  expect(got.stack).toBe("Symbol(name): [object Object]");
});

it("packThrown sends an error as pack does", () => {
  const got = unpack(structuredClone(packThrown(new ownErrors.OwnerDiedError("no")))) as Error;
  expect(got).toBeInstanceOf(ownErrors.OwnerDiedError);
});

it("never changes the error, even a frozen one", () => {
  const error = Object.freeze(Object.assign(new Error("no", { cause: [new Lamp()] }), { f() {} }));
  const before = Object.getOwnPropertyDescriptors(error);
  send(error);
  expect(Object.getOwnPropertyDescriptors(error)).toEqual(before);
});

it("an error without its properties is whole as far as it goes", () => {
  const record = takeApart(Object.assign(new RangeError("no", { cause: 1 }), { a: 2 }));
  const error = makeError(record);
  expect(Object.hasOwn(error, "a")).toBe(false);
  dress(error, record);
  expect(error).toMatchObject({ a: 2, cause: 1, message: "no" });
});
