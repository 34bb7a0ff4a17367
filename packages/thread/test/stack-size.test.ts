import { until } from "@conc/testkit";
import { newSlate, read } from "@conc/testkit/slate.ts";
import { setExcepthook, stackSize, Thread } from "@conc/thread";
import { afterEach, expect, it } from "vitest";
import { noFailures } from "./start-waiting.ts";
import * as actions from "./workers/actions.ts";

noFailures();
afterEach(() => {
  stackSize(0);
});

/** How deep a thread can call itself, and the error that ends it. */
function depthWith(options: { stackSize?: number } = {}): number {
  const slate = newSlate();
  new Thread({ ...options, target: actions.recurses, args: [slate] }).start().join();
  const { depth, name } = read(slate) as { depth: number; name: string };
  expect(name).toBe("RangeError");
  return depth;
}

it("TH-065 the stack size is 0, the engine's default, until it is set; setting returns the one before", () => {
  expect(stackSize()).toBe(0);
  expect(stackSize(262_144)).toBe(0);
  expect(stackSize(1_048_576)).toBe(262_144);
  expect(stackSize()).toBe(1_048_576);
  expect(stackSize(0)).toBe(1_048_576);
});

it("TH-066 a size that is too small, or none, is refused and changes nothing", () => {
  stackSize(65_536);
  for (const size of [-1, 1, 32_767, 65_536.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => stackSize(size)).toThrow(RangeError);
    expect(() => new Thread({ stackSize: size })).toThrow(RangeError);
  }
  for (const size of ["65536", null, 65_536n]) {
    expect(() => stackSize(size as never)).toThrow(TypeError);
    expect(() => new Thread({ stackSize: size as never })).toThrow(TypeError);
  }
  expect(stackSize()).toBe(65_536);
});

it("TH-034 TH-067 threads run with small, larger and default stacks; a larger one is deeper", () => {
  const byDefault = depthWith();
  stackSize(262_144);
  const small = depthWith();
  stackSize(1_048_576);
  const large = depthWith();
  expect(depthWith({ stackSize: 262_144 })).toBeLessThan(large);
  stackSize(0);
  const huge = depthWith({ stackSize: 8 * 2 ** 20 });
  expect(small).toBeGreaterThan(100);
  expect(large).toBeGreaterThan(small * 2);
  expect(huge).toBeGreaterThan(byDefault);
});

it("TH-067 the least stack is enough for a thread to fail in, which costs no other one", async () => {
  const errors: unknown[] = [];
  const before = setExcepthook((error) => errors.push(error));
  const thread = new Thread({ target: actions.overflows, stackSize: 32_768 }).start();
  expect(thread.join()).toBe(true);
  await until("reported", () => errors.length > 0);
  setExcepthook(before);
  expect(errors).toEqual([new RangeError("Maximum call stack size exceeded")]);
});
