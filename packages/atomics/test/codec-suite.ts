import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Lamp } from "./lamp.ts";
import { alike } from "./random-values.ts";

/**
 * What each codec promises of a value that it sends.
 *
 * @param refuse Begins to send a value, by itself, that can not be sent.
 */
export function codecSuite(name: string, send: <T>(value: T) => T, refuse: (value: unknown) => void): void {
  describe(name, () => {
    it("sends a primitive and what surrounds it", () => {
      const lamp = new Lamp();
      expect(send({ lamp, at: [1, "x"] })).toEqual({ lamp, at: [1, "x"] });
      expect(send({ lamp }).lamp).toBe(lamp);
      expect(send(lamp)).toBe(lamp);
    });

    describe("a copied value is what a structured clone would be", () => {
      it("for scalars", () => {
        const value = [-0, Number.NaN, Number.POSITIVE_INFINITY, 2n ** 70n, "\ud800", "", true, null, undefined];
        expect(send(value)).toStrictEqual(value);
        expect(Object.is(send(value)[0], -0)).toBe(true);
        expect(send(new Map([[Number.NaN, -0]]))).toEqual(new Map([[Number.NaN, -0]]));
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
        expect(send(value)).toStrictEqual(structuredClone(value));
      });

      it("for leaf objects with properties of their own, which vanish", () => {
        const [date, buffer] = send([
          Object.assign(new Date(5), { x: 1 }),
          Object.assign(new ArrayBuffer(3), { x: 1 }),
        ]);
        expect(date).toEqual(new Date(5));
        expect(buffer?.byteLength).toBe(3);
      });

      it("for holes in arrays, at the end too", () => {
        // biome-ignore lint/suspicious/noSparseArray: that is what it is about
        const array = [1, , undefined, ,];
        const got = send(array);
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
        expect({ ...send(match) }).toEqual({ ...structuredClone(match) });
        const lamp = new Lamp();
        expect(send(Object.assign([1], { lamp })).lamp).toBe(lamp);
      });

      it("for an own key __proto__", () => {
        const value = Object.defineProperty({}, "__proto__", { value: { polluted: 1 }, enumerable: true }) as any;
        const got = send(value);
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
        const got = send([
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
        expect(Object.getOwnPropertyDescriptors(send(value))).toEqual(Object.getOwnPropertyDescriptors({ a: 1 }));
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
        if (!alike(send(made), structuredClone(made))) expect.fail(`round ${round}: ${inspect(made, { depth: 20 })}`);
      }
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
          expect(() => refuse(value)).toThrow(TypeError);
          expect(() => refuse(value)).toThrow(message);
        });
      }

      it("of a very long way only the end", () => {
        let value: unknown = { f: () => 1 };
        for (let i = 0; i < 100_000; i++) value = { next: value };
        expect(() => refuse(value)).toThrow(/^cannot send a function \(at ….{50,200}\.next\.f\): /);
      });

      it("a getter or a Proxy that throws throws its error", () => {
        const broken = {
          get a() {
            throw new RangeError("no");
          },
        };
        expect(() => refuse([broken])).toThrow(RangeError);
        const proxy = new Proxy(
          {},
          {
            ownKeys() {
              throw new RangeError("no keys");
            },
          },
        );
        expect(() => refuse({ proxy })).toThrow("no keys");
      });
    });

    describe("size", () => {
      it("no depth is too deep, for packing and for posting", () => {
        let list: any = { lamp: new Lamp() };
        for (let i = 0; i < 100_000; i++) list = i % 2 ? [list] : { list };
        let got: any = send([list]);
        for (let i = 0; i < 100_001; i++) got = got[0] ?? got.list;
        expect(got.lamp).toBeInstanceOf(Lamp);
      });

      it("a big graph arrives whole", () => {
        const nodes = Array.from({ length: 50_000 }, (_, id): any => ({ id, next: undefined, lamp: undefined }));
        for (const [i, node] of nodes.entries()) node.next = nodes[(i * 7 + 1) % nodes.length];
        nodes[49_999].lamp = new Lamp();
        const got = send(nodes);
        for (const [i, node] of got.entries())
          if (node.next !== got[(i * 7 + 1) % got.length]) expect.fail(`node ${i}`);
        expect(got[49_999].lamp).toBe(nodes[49_999].lamp);
      });
    });
  });
}
