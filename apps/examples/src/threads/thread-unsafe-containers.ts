// Why plain containers are no good between threads: an array is copied, and a list in shared memory loses items unless a lock
// protects it (a `Queue` brings its own). Logging is safe: lines of many threads come out whole.
// Notes: 000 §2, 002.

import { AtomicInt32, SharedArray, Value } from "@conc/atomics";
import { Lock } from "@conc/lock";
import { currentThread, isMainThread, Thread, tasks } from "@conc/thread";

const ITEMS = 50_000;

interface SharedList {
  items: SharedArray<"i32">;
  size: Value<"i32">;
  /** How many threads are there to fill it. */
  up: AtomicInt32;
}

function append({ items, size }: SharedList, item: number): void {
  items.set(size.value, item);
  // Another thread that is here too writes to the same place, and its item or this one is gone.
  size.value += 1;
}

function fill(list: SharedList, from: number, lock: Lock | undefined): void {
  list.up.add(1);
  while (list.up.load() < 2);
  for (let item = from; item < from + ITEMS; item++) {
    if (lock) lock.runExclusive(() => append(list, item));
    else append(list, item);
  }
}

function fillPlain(list: number[]): void {
  for (let item = 0; item < ITEMS; item++) list.push(item);
  console.log(`plain array, in the thread: ${list.length} items`);
}

function log(): void {
  for (let i = 0; i < 5; i++) console.log(`${currentThread().name} ${i} ${"-".repeat(100)} end`);
}

tasks(import.meta, { fill, fillPlain, log });

function runAll(threads: Thread[]): void {
  for (const thread of threads) thread.start();
  for (const thread of threads) thread.join();
}

function fillByTwo(lock?: Lock): string {
  const list = { items: new SharedArray("i32", 2 * ITEMS), size: new Value("i32"), up: new AtomicInt32() };
  runAll([1, 1 + ITEMS].map((from) => new Thread({ target: fill, args: [list, from, lock] })));
  const different = new Set(list.items.slice(0, list.size.value)).size;
  return `size ${list.size.value}, ${different} different items of ${2 * ITEMS}`;
}

if (isMainThread) {
  const plain: number[] = [];
  runAll([new Thread({ target: fillPlain, args: [plain] })]);
  console.log(`plain array, in the main thread: ${plain.length} items`);

  console.log(`shared list without a lock: ${fillByTwo()}`);
  console.log(`shared list with a lock: ${fillByTwo(new Lock())}`);

  runAll([1, 2, 3, 4].map((i) => new Thread({ target: log, name: `logger ${i}` })));
}
