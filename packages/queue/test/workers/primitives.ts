// All kinds of primitives: how one is made, what a thread does with it, and how another one sees that it was the same.

import { Arena, AtomicBigInt64, AtomicInt32, SharedArray, Value, Word } from "@conc/atomics";
import { Barrier } from "@conc/barrier";
import { Condition, Event } from "@conc/condition";
import { BoundedSemaphore, Lock, RLock, Semaphore } from "@conc/lock";
import { collectGarbage } from "@conc/testkit/collect-garbage.ts";
import { tasks } from "@conc/thread";
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from "../../src/index.ts";

interface Kind<T> {
  make(): T;
  change(primitive: T): unknown;
  isChanged(primitive: T): boolean;
}

function kind<T extends object>(
  make: () => T,
  change: (primitive: T) => unknown,
  isChanged: (primitive: T) => boolean,
): Kind<any> {
  return { make, change, isChanged };
}

interface Lockable {
  acquire(): unknown;
  readonly locked: boolean;
}

function lockable(make: () => Lockable): Kind<any> {
  return kind(
    make,
    (lock) => lock.acquire(),
    (lock) => lock.locked,
  );
}

function semaphore(make: () => Semaphore): Kind<any> {
  return kind(
    make,
    (permits) => permits.acquire(),
    (permits) => permits.value === 1,
  );
}

function queue(make: () => Queue<unknown> | SimpleQueue<unknown>): Kind<any> {
  return kind(
    make,
    (items) => items.put([1, "item"]),
    (items) => (items.getNowait() as unknown[])[1] === "item",
  );
}

export const KINDS: Readonly<Record<string, Kind<any>>> = {
  Lock: lockable(() => new Lock()),
  RLock: lockable(() => new RLock()),
  Semaphore: semaphore(() => new Semaphore(2)),
  BoundedSemaphore: semaphore(() => new BoundedSemaphore(2)),
  Condition: lockable(() => new Condition()),
  "Condition of a Lock": lockable(() => new Condition(new Lock())),
  Event: kind(
    () => new Event(),
    (event) => event.set(),
    (event) => event.isSet,
  ),
  Barrier: kind(
    () => new Barrier(2),
    (barrier) => barrier.abort(),
    (barrier) => barrier.broken,
  ),
  Queue: queue(() => new Queue(3)),
  LifoQueue: queue(() => new LifoQueue()),
  PriorityQueue: queue(() => new PriorityQueue()),
  SimpleQueue: queue(() => new SimpleQueue()),
  Word: kind(
    () => new Word(),
    (word) => word.store(5),
    (word) => word.load() === 5,
  ),
  AtomicInt32: kind(
    () => new AtomicInt32(1),
    (number) => number.add(-3),
    (number) => number.load() === -2,
  ),
  AtomicBigInt64: kind(
    () => new AtomicBigInt64(1n),
    (number) => number.add(2n ** 40n),
    (number) => number.load() === 2n ** 40n + 1n,
  ),
  Value: kind(
    () => new Value("f64", 1.5),
    (value) => value.add(0.25),
    (value) => value.value === 1.75,
  ),
  SharedArray: kind(
    () => new SharedArray("char", "salut"),
    (array) => array.set(0, "S"),
    (array) => array.text === "Salut",
  ),
};

type Named = [name: string, primitive: object];

/** One primitive of each kind. */
export function makeAll(): Named[] {
  return Object.entries(KINDS).map(([name, { make }]) => [name, make()]);
}

/** The same primitives deep in an item, and each more than once; the first part is the item's place in the order. */
export function surround(all: readonly Named[]): [order: number, Map<string, object>, { all: object[] }[]] {
  return [1, new Map(all), [{ all: all.map(([, primitive]) => primitive) }]];
}

/** Does with each primitive of each item that it gets what can be done with it, and puts all of them into another queue. */
export async function changeAll(from: Queue<any>, to: Queue<any>): Promise<void> {
  for await (const item of from) {
    for (const [name, primitive] of item[1]) KINDS[name]?.change(primitive);
    to.put(item, { priority: 1 } as object);
    await collectGarbage();
  }
}

/** Puts primitives of its own, gets them back, and tells which are not the same, or have not been changed. */
export function sendOwn(to: Queue<any>, from: Queue<any>): string[] {
  const all = makeAll();
  to.put(surround(all));
  const [, named, [{ all: listed }]] = from.get();
  return all.flatMap(([name, primitive], index) => {
    const same = named.get(name) === primitive && listed[index] === primitive;
    return same && KINDS[name]?.isChanged(primitive) ? [] : [name];
  });
}

/** Gets an item and stays where it is about to take it, which it says with its number in a cell. */
export function stayWhileTaking(queue: Queue, cells: Int32Array): void {
  Object.defineProperty(queue, "taking", {
    value() {
      Atomics.store(cells, 0, Arena.default.agent.id);
      Atomics.wait(cells, 1, 0);
    },
  });
  queue.get();
}

/** What a barrier may do once all have come. */
export function announce(): void {}

tasks(import.meta, { announce });
