import { serialize } from "node:v8";

/**
 * Whether two values are the same to the byte: so it is also seen what is one object and what is two.
 *
 * Cloned once more, they do not differ in how the engine happens to keep their arrays and numbers.
 */
export function alike(a: unknown, b: unknown): boolean {
  const [first, second] = [a, b].map((value) => serialize(structuredClone(value)));
  return Buffer.compare(first as Buffer, second as Buffer) === 0;
}

/** Makes values of all shapes, the same ones for the same seed. */
export function randomValues(seed: number): { value(): unknown } {
  const random = (n: number): number => {
    seed = (seed * 48271) % 2147483647;
    return seed % n;
  };
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  const text = (): string => {
    const unit = pick([() => 97 + random(26), () => random(256), () => random(65536)]);
    return Array.from({ length: pick([random(8), random(40)]) }, () => String.fromCharCode(unit())).join("");
  };
  const buffer = (): ArrayBuffer => Uint8Array.from({ length: random(5) * 8 }, () => random(256)).buffer;
  const scalars: readonly (() => unknown)[] = [
    () => random(256),
    () => random(2 ** 31) - 2 ** 30,
    () => random(1000) / 7,
    () => pick([-0, Number.NaN, Infinity, 2 ** 53, null, undefined, true, false]),
    () => BigInt(random(1000)) ** BigInt(random(40)) * pick([1n, -1n]),
    text,
  ];
  const leaves: readonly (() => unknown)[] = [
    () => new Date(pick([random(10 ** 9), Number.NaN])),
    () => new RegExp(pick(["a", "[/]", "\\d+"]), pick(["", "g", "iu"])),
    () => Object(pick([1, "boxed", false, 5n])),
    buffer,
    () => new Uint8Array(buffer()),
    () => new Float32Array(buffer()),
    () => new BigInt64Array(buffer()),
    () => new DataView(buffer()),
    () => new (pick([Error, TypeError, RangeError]))(text()),
  ];
  let made: unknown[] = [];
  const value = (depth: number): unknown => {
    const choice = random(12);
    if (choice < 5 || depth === 0) return pick(scalars)();
    if (choice === 5) return keep(pick(leaves)());
    if (choice === 6 && made.length > 0) return pick(made);
    const container = keep(pick([() => [], () => ({}), () => ({}), () => new Map(), () => new Set()])()) as any;
    for (let count = random(6); count > 0; count--) {
      if (Array.isArray(container)) {
        if (random(9) === 0) container.length += random(3);
        container.push(value(depth - 1));
        if (random(30) === 0) (container as any)[pick(["name", "01"])] = value(depth - 1);
      } else if (container instanceof Map) container.set(value(depth - 1), value(depth - 1));
      else if (container instanceof Set) container.add(value(depth - 1));
      else {
        const key = pick([() => pick(["id", "name", "value", "__proto__", "7", "constructor"]), text])();
        Object.defineProperty(container, key, {
          ...{ value: value(depth - 1), enumerable: random(20) > 0, configurable: true, writable: true },
        });
      }
    }
    return container;
  };
  const keep = <T>(item: T): T => {
    made.push(item);
    return item;
  };
  return {
    value() {
      made = [];
      return value(4);
    },
  };
}
