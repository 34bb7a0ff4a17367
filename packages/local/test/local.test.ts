import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { AGENT_FOREIGN, Arena, agentsOf, fromHandle, pack, toHandle, unpack } from "@conc/atomics";
import { local } from "@conc/local";
import { until } from "@conc/testkit";
import { newSlate, read } from "@conc/testkit/slate.ts";
import { activeCount, setExcepthook, sleep, sleepAsync, Thread } from "@conc/thread";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { counted, init } from "./workers/counted.ts";
import { reads } from "./workers/elsewhere.ts";
import * as workers from "./workers/locals.ts";
import { Account, type Data, openAccount } from "./workers/locals.ts";

const failures: unknown[] = [];
beforeAll(() => {
  setExcepthook((error) => failures.push(error));
});
afterEach(() => {
  expect(failures.splice(0)).toEqual([]);
});

/** What a thread that runs `target(slate, ...args)` leaves on its slate. */
function answerOf<T = unknown>(target: Function, ...args: unknown[]): T {
  const slate = newSlate();
  new Thread({ target, args: [slate, ...args] }).start().join();
  return read(slate) as T;
}

describe("an object for each thread", () => {
  it("LC-001 LC-019 what one thread sets is missing in another, which sets its own", () => {
    const data = local<Data>();
    data.x = 1;
    workers.ofModule.x = 2;
    expect(answerOf(workers.looks, data)).toEqual({ before: { has: false, keys: [] }, after: { x: -1 }, ofModule: {} });
    expect([data.x, workers.ofModule.x]).toEqual([1, 2]);
  });

  it("LC-002 what one thread set and deleted is missing in the next", () => {
    const data = local<Data>();
    expect(answerOf(workers.looks, data)).toMatchObject({ after: { x: -1 } });
    data.y = 1;
    delete data.y;
    expect(answerOf(workers.looks, data)).toMatchObject({ before: { has: false, keys: [] } });
    expect(Object.keys(data)).toEqual([]);
  });

  it("LC-003 LC-018 threads that take turns each read what they set", () => {
    const data = local<Data>();
    const slates = Array.from({ length: 5 }, newSlate);
    const threads = slates.map((slate, number) =>
      new Thread({ target: workers.setsAndReads, args: [slate, data, number] }).start(),
    );
    for (const thread of threads) thread.join();
    expect(slates.map((slate) => read(slate))).toEqual([0, 1, 2, 3, 4]);
    expect(data.x).toBe(undefined);
  });

  it("LC-014 a thread that comes after another one finds nothing of it", () => {
    const data = local<Data>();
    for (let times = 0; times < 3; times++) {
      expect(answerOf(workers.looks, data)).toMatchObject({ before: { has: false, keys: [] } });
    }
  });

  it("LC-013 two locals are independent", () => {
    const [a, b] = [local<Data>(), local<Data>()];
    a.x = 1;
    b.x = 2;
    expect([a.x, b.x]).toEqual([1, 2]);
    expect(a).not.toBe(b);
  });

  it("LC-018 values are still there after this thread was blocked", async () => {
    const data = local<Data>();
    data.x = 3;
    sleep(5);
    await sleepAsync(1);
    expect(data.x).toBe(3);
  });

  it("LC-020 all async tasks of a thread see the same value", async () => {
    const data = local<Data>();
    await Promise.all([
      (async () => {
        data.x = 1;
      })(),
      (async () => {
        await sleepAsync(5);
        expect(data.x).toBe(1);
        data.x = 2;
      })(),
    ]);
    expect(data.x).toBe(2);
  });
});

describe("an ordinary object to look at", () => {
  it("LC-004 LC-005 its properties are those of this thread; a copy of them is just a copy", () => {
    const data = local<Data>();
    data.x = 5;
    expect({ ...data }).toEqual({ x: 5 });
    expect(Object.entries(data)).toEqual([["x", 5]]);
    expect(JSON.stringify(data)).toBe('{"x":5}');
    const copy: Data = { ...data };
    copy.x = 6;
    expect(data.x).toBe(5);
    expect("x" in data).toBe(true);
    expect(Object.getOwnPropertyDescriptor(data, "x")).toEqual({
      ...{ value: 5, writable: true, enumerable: true, configurable: true },
    });
  });

  it("LC-006 a missing property is undefined, and deleting it no error", () => {
    const data = local<Data>();
    expect(data.x).toBe(undefined);
    expect("x" in data).toBe(false);
    expect(delete data.x).toBe(true);
    data.x = 1;
    expect(delete data.x).toBe(true);
    expect(Object.keys(data)).toEqual([]);
  });

  it("properties may be defined, have symbols for keys, and shadow those of Object", () => {
    const data = local<Record<PropertyKey, unknown>>();
    const key = Symbol("key");
    data[key] = 1;
    data.toString = () => "mine";
    // biome-ignore lint/suspicious/noProto: that such a key is harmless is the point.
    data.__proto__ = null;
    Object.defineProperty(data, "fixed", { value: 2, enumerable: false });
    expect([data[key], String(data), data.fixed]).toEqual([1, "mine", 2]);
    expect(Reflect.ownKeys(local())).toEqual([]);
    expect(Object.getPrototypeOf(local())).toBe(Object.prototype);
  });

  it("LC-007 it takes a function, or nothing", () => {
    for (const argument of [1, null, "a", {}]) expect(() => local(argument as never)).toThrow(TypeError);
    expect(() => local(undefined)).not.toThrow();
  });
});

describe("init", () => {
  it("LC-008 LC-009 each thread makes its object when it first touches it, whatever main made of its own", () => {
    const account = local(openAccount);
    expect(account.value).toBe(7);
    account.value = 8;
    const answer = { first: 7, sum: 8, value: 8, owner: "private", isAccount: true, made: 1 };
    expect(answerOf(workers.banks, account)).toEqual(answer);
    expect(answerOf(workers.banks, account)).toEqual(answer);
    expect(account.value).toBe(8);
    // A function may carry what a constructor would be given.
    expect(local(() => ({ colour: "red", size: 3 }))).toMatchObject({ colour: "red", size: 3 });
  });

  it("LC-010 it runs once in each thread that touches the object, and in no other", () => {
    const before = counted.times;
    const data = local(init);
    expect(answerOf(workers.counts, data)).toEqual({ values: [10, 10, 10], made: 1 });
    expect(answerOf(workers.looks, local<Data>())).toMatchObject({ after: { x: -1 } });
    expect(counted.times).toBe(before);
    const { n } = data;
    expect([data.n, data.n, counted.times]).toEqual([n, n, before + 1]);
  });

  it("its module is imported where the local arrives, though nothing else needs it there", () => {
    expect(answerOf(reads, local(init))).toBe(10);
  });

  it("one that captures nothing travels as its source", () => {
    const data = local(() => ({ n: 40 + 2 }));
    expect(answerOf(reads, data)).toBe(42);
    expect(data.n).toBe(42);
  });

  it("one that captures something will do as long as the local stays here", () => {
    const start = 5;
    const data = local(() => ({ n: start }));
    expect(data.n).toBe(5);
    expect(() => new Thread({ target: reads, args: [newSlate(), data] }).start()).toThrow(
      /uses start of the code around it/,
    );
    expect(activeCount()).toBe(1);
  });

  it("LC-011 LC-012 methods act on the calling thread's object, statics are the class's", () => {
    const account = local(openAccount);
    expect(account.add(5)).toBe(12);
    const { add } = account;
    expect(add(1)).toBe(13);
    expect([account.owner, account instanceof Account, account.constructor]).toEqual(["private", true, Account]);
    expect((account.constructor as typeof Account).bank).toBe("shared by all objects");
    expect(account.add).toBe(account.add);
    const map = local(() => new Map([["a", 1]]));
    expect([map.get("a"), map.size, [...map.keys()]]).toEqual([1, 1, ["a"]]);
  });

  it("it must make an object; an error of its own is thrown where the object is touched, each time", () => {
    for (const value of [1, null, undefined, "text"]) {
      const data = local((() => value) as never) as Data;
      expect(() => data.x).toThrow(/the init of a local must return an object, got/);
    }
    let times = 0;
    const moody = local(() => {
      if (times++ === 0) throw new RangeError("not today");
      return { x: 1 };
    });
    expect(() => moody.x).toThrow(RangeError);
    expect(moody.x).toBe(1);
  });
});

describe("on its way", () => {
  it("LC-019 a local is the same one wherever it goes", () => {
    const data = local<Data>();
    data.x = 0;
    const slates = [newSlate(), newSlate()];
    new Thread({ target: workers.givesOn, args: [...slates, [data, data], new Map([["data", data]])] }).start().join();
    expect(slates.map((slate) => read(slate))).toEqual([
      { same: true, x: 1 },
      { same: true, x: 2 },
    ]);
    expect(data.x).toBe(0);
    const packed = pack({ data });
    expect(unpack({ ...packed, value: structuredClone(packed.value) })).toEqual({ data });
    expect(fromHandle(toHandle(data as never))).toBe(data);
  });

  it("LC-019 a local that comes back in an error is the one that was sent, without that thread's values", async () => {
    const data = local<Data>();
    const before = setExcepthook();
    const error = await new Promise<{ data: Data }>((resolve) => {
      setExcepthook((error) => resolve(error as never));
      new Thread({ target: workers.throughError, args: [data] }).start();
    });
    setExcepthook(before);
    expect(error.data).toBe(data);
    expect(data.x).toBe(undefined);
  });
});

describe("what is left", () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const collected = async (references: WeakRef<object>[]): Promise<void> => {
    await until("collected", async () => {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 0));
      return references.every((reference) => reference.deref() === undefined);
    });
  };

  it("LC-015 threads that store something and end leave nothing behind", async () => {
    const data = local<Data>();
    const agents = agentsOf(Arena.default);
    /** Bytes in use once only main is left, and the supervisor. */
    const usedAfterFour = async (): Promise<number> => {
      const threads = [1, 2, 3, 4].map(() => new Thread({ target: workers.stores, args: [data] }).start());
      for (const thread of threads) thread.join();
      await until(
        "slots free",
        () => agents.ids().filter((id) => (agents.flags(id) & AGENT_FOREIGN) === 0).length === 1,
      );
      return Arena.default.used;
    };
    const used = await usedAfterFour();
    // CPython takes up to a hundred; each thread takes a while to import TypeScript here.
    for (let round = 0; round < 4; round++) expect(await usedAfterFour()).toBeLessThanOrEqual(used);
    expect(Object.keys(data)).toEqual([]);
  });

  it("LC-016 a local that is dropped takes its values along, and new ones begin empty", async () => {
    const references = Array.from({ length: 10 }, () => {
      const data = local<{ held?: object }>();
      data.held = {};
      return new WeakRef(data.held);
    });
    await collected(references);
    for (let times = 0; times < 10; times++) expect(Object.keys(local())).toEqual([]);
  });

  it("LC-017 a local and an object that lead to each other are collected", async () => {
    const make = (): WeakRef<object> => {
      const data = local<{ owner?: object }>();
      const owner = { data };
      data.owner = owner;
      return new WeakRef(owner);
    };
    await collected([make(), make()]);
  });
});
