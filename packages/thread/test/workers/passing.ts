// Threads that are given primitives, and give them away again.

import { fromHandle, pack, toHandle, unpack } from "@conc/atomics";
import { Condition, Event } from "@conc/condition";
import { BoundedSemaphore, Lock, RLock, Semaphore } from "@conc/lock";
import { type Slate, write } from "@conc/testkit/slate.ts";
import { Thread, tasks } from "@conc/thread";

export function describesAll(slate: Slate, ...primitives: unknown[]): void {
  const states = primitives.map((primitive) => {
    if (primitive instanceof BoundedSemaphore) return `BoundedSemaphore ${primitive.value}`;
    if (primitive instanceof Semaphore) return `Semaphore ${primitive.value}`;
    if (primitive instanceof Event) return `Event ${primitive.isSet ? "set" : "clear"}`;
    const kind = [RLock, Lock, Condition].find((type) => primitive instanceof type);
    return `${kind?.name} ${(primitive as Lock).locked ? "locked" : "unlocked"}`;
  });
  write(slate, states);
}

type Tree = Map<unknown, unknown>;

/** Tells whether all that stands for the lock in the tree is one object, and hands the tree to a thread of its own. */
export function passesOn([slate, ...others]: Slate[], tree: Tree, event: Event): void {
  const [lock, { deep }] = tree.get("locks") as [Lock, { deep: Lock[] }];
  const [inSet] = tree.get(event) as Set<Lock>;
  const answer = { same: deep[0] === lock && inSet === lock, level: others.length, wasLocked: lock.locked };
  if (others.length > 0) {
    write(slate as Slate, answer);
    new Thread({ target: passesOn, args: [others, tree, event] }).start().join();
    return;
  }
  event.set();
  const acquired = lock.acquire();
  write(slate as Slate, { ...answer, acquired });
  lock.release();
}

export function handsBack(slate: Slate, primitives: [Lock, Condition]): void {
  const packed = pack(primitives);
  const again = unpack({ ...packed, value: structuredClone(packed.value) }) as object[];
  const same = primitives.every((primitive, index) => primitive === again[index]);
  const handles = primitives.map((primitive) => toHandle(primitive));
  write(slate, same && handles.every((handle, index) => fromHandle(handle) === primitives[index]) ? handles : []);
}

export function throwsLocks(given: Lock): never {
  throw Object.assign(new Error("with locks"), { given, made: new Lock() });
}

export function checksData(slate: Slate, data: Record<string, any>, lock: unknown): void {
  const [[key, set]] = data.map;
  const wrong = Object.entries({
    date: data.date instanceof Date && data.date.getTime() === 0,
    big: data.big === 2n ** 70n,
    bytes: data.bytes instanceof Uint8Array && data.bytes.join() === "1,2",
    text: data.text === "\ud800",
    nothing: "nothing" in data && data.nothing === undefined,
    minus: Object.is(data.minus, -0),
    map: typeof key === "object" && set instanceof Set && set.has(1),
    error: data.error instanceof RangeError && data.error.cause === 1,
    regexp: data.regexp.source === "a" && data.regexp.flags === "g",
    self: data.self === data,
    lock: lock instanceof Lock,
  }).flatMap(([name, right]) => (right ? [] : [name]));
  write(slate, wrong);
}

tasks(import.meta, { describesAll, passesOn, handsBack, throwsLocks, checksData });
