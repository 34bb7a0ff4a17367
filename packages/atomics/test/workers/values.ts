import "../../src/atomic-bigint64.ts";
import type { AtomicInt32 } from "../../src/atomic-int32.ts";
import "../../src/atomic-int32.ts";
import { fromHandle, type Handle } from "../../src/handle.ts";
import type { SharedArray } from "../../src/shared-array.ts";
import "../../src/shared-array.ts";
import type { Value } from "../../src/value.ts";
import "../../src/value.ts";
import type { Word } from "../../src/word.ts";
import "../../src/word.ts";

/** Waits until as many threads have come here as take part, so that they really run at the same time. */
function meet(gate: Word, threads: number): void {
  if (gate.add(1) === threads - 1) gate.notify();
  for (let seen = gate.load(); seen < threads; seen = gate.load()) gate.wait(seen);
}

/** Adds 1 `times` times. */
export function add(_index: number, gate: Handle, threads: number, counter: Handle, times: number): void {
  const target = fromHandle<{ add(delta: unknown): unknown; load?(): unknown; value?: unknown }>(counter);
  const one = typeof (target.load ? target.load() : target.value) === "bigint" ? 1n : 1;
  meet(fromHandle(gate), threads);
  for (let time = 0; time < times; time++) target.add(one);
}

/** Adds 1 to each element, `times` times. */
export function addEach(_index: number, gate: Handle, threads: number, counters: Handle, times: number): void {
  const array = fromHandle<SharedArray<"i16" | "f32">>(counters);
  meet(fromHandle(gate), threads);
  for (let time = 0; time < times; time++) for (let index = 0; index < array.length; index++) array.add(index, 1);
}

/** Increments in two steps. */
export function increment(_index: number, gate: Handle, threads: number, counter: Handle, times: number): void {
  const value = fromHandle<Value<"i32">>(counter);
  meet(fromHandle(gate), threads);
  for (let time = 0; time < times; time++) value.value += 1;
}

/** Adds with the loop that the doc comment shows. */
export function addByTrying(_index: number, gate: Handle, threads: number, counter: Handle, times: number): void {
  const atomic = fromHandle<AtomicInt32>(counter);
  meet(fromHandle(gate), threads);
  for (let time = 0; time < times; time++) {
    let seen = atomic.load();
    for (;;) {
      const before = atomic.compareExchange(seen, seen + 1);
      if (before === seen) break;
      seen = before;
    }
  }
}

/** Writes one of two values all the time, or reports which others it read. */
export function tear(
  index: number,
  gate: Handle,
  threads: number,
  value: Handle,
  values: unknown[],
  times: number,
): unknown[] {
  const shared = fromHandle<Value>(value);
  const others = new Set<unknown>();
  meet(fromHandle(gate), threads);
  for (let time = 0; time < times; time++) {
    if (index === 0) shared.value = values[time % values.length] as number;
    else if (!values.includes(shared.value)) others.add(shared.value);
  }
  return [...others];
}

/** What the values were, which then become the new ones. */
export function exchangeAll(handles: Handle[], values: unknown[]): unknown[] {
  return handles.map((handle, index) => {
    const value = fromHandle<Value>(handle);
    const before = value.value;
    value.value = values[index] as number;
    return before;
  });
}

/** Turns numbers into their running sums. */
export function accumulate(handle: Handle): void {
  const array = fromHandle<SharedArray<"i32">>(handle);
  for (let index = 1; index < array.length; index++) array.set(index, array.at(index) + array.at(index - 1));
}

/** Doubles all numbers, by the view. */
export function double(handle: Handle): string {
  const array = fromHandle<SharedArray<"f64">>(handle);
  const { view } = array;
  for (let index = 0; index < view.length; index++) view[index] = (view[index] as number) * 2;
  return String(array);
}

/** Makes an array that outlives this thread. */
export async function make(length: number): Promise<Handle> {
  const { SharedArray } = await import("../../src/shared-array.ts");
  const { toHandle } = await import("../../src/handle.ts");
  const array = new SharedArray("f64", length);
  array.set(-1, 7);
  return toHandle(array);
}

/** Gives an atomic's value and its name, and adds one. */
export function touch(handle: Handle): [unknown, string, boolean] {
  const atomic = fromHandle<AtomicInt32>(handle);
  const again = fromHandle<AtomicInt32>(handle);
  const before = atomic.load();
  atomic.add((typeof before === "bigint" ? 1n : 1) as number);
  return [before, String(atomic).replace(/\(.*/, ""), atomic === again];
}
