// Producers and consumers, as threads or as async tasks. An item says who made it, which it is, and what is in it.

import { setTimeout as sleep } from "node:timers/promises";
import { Arena } from "@conc/atomics";
import { QueueEmptyError, QueueFullError } from "../../src/index.ts";

/** How impatient those are who put and get. */
export type Manners = "patient" | "timeouts" | "aborts";

export interface Item {
  readonly from: number;
  readonly index: number;
  readonly sum: number;
  readonly body: unknown;
}

/** Item number `index` of a producer; many kinds, one after the other. */
export function itemOf(from: number, index: number): Item | number {
  const kind = index % 8;
  if (kind < 3) return from * 10_000_000 + index;
  const body = bodyOf(kind, index);
  return { from, index, sum: sumOf(body), body };
}

function bodyOf(kind: number, index: number): unknown {
  if (kind === 3) return `${"ä".repeat(index % 50)}${index}`;
  if (kind === 4) return [index, null, undefined, false, "", -0, BigInt(index) << 70n];
  if (kind === 5) return new Map([[index, new Set([`${index}`])]]);
  // Now and then one that is too large to lie beside others.
  if (kind === 6) return new Uint8Array(index % 64 === 6 ? 3000 + (index % 10_000) : index % 100).fill(index);
  return new Date(index);
}

/** Something that another body hardly has. */
function sumOf(body: unknown): number {
  if (body instanceof Uint8Array) return body.reduce((sum, byte) => (sum * 31 + byte) | 0, body.length);
  if (body instanceof Map) return sumOf([...body].map(([key, value]) => [key, ...value].join()).join());
  if (body instanceof Date) return body.getTime();
  if (Array.isArray(body))
    return sumOf(body.map((part) => `${typeof part}${Object.is(part, -0) ? "-0" : part}`).join());
  let sum = 0;
  for (const character of String(body)) sum = (sum * 31 + character.charCodeAt(0)) | 0;
  return sum;
}

/** Who made an item, and which it is; throws if it is not as it was. */
export function examine(item: Item | number): [from: number, index: number] {
  if (typeof item === "number") return [Math.floor(item / 10_000_000), item % 10_000_000];
  if (sumOf(item.body) !== item.sum) throw new Error(`item ${item.index} of ${item.from} is damaged`);
  return [item.from, item.index];
}

function isNotYet(error: unknown): boolean {
  return error instanceof QueueEmptyError || error instanceof QueueFullError || error === "enough";
}

const STOP = -1;

/** Calls a waiting method as somebody of these manners until it succeeds. */
function insist<R>(manners: Manners, call: (options?: object) => R): R {
  for (;;) {
    try {
      return call(manners === "patient" ? undefined : { timeout: Math.random() * 0.2 });
    } catch (error) {
      if (!isNotYet(error)) throw error;
    }
  }
}

async function insistAsync<R>(manners: Manners, call: (options?: object) => Promise<R>): Promise<R> {
  for (;;) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const options: { timeout?: number; signal?: AbortSignal } = {};
    if (manners === "timeouts") options.timeout = Math.random() * 0.2;
    if (manners === "aborts") {
      const controller = new AbortController();
      options.signal = controller.signal;
      if (Math.random() < 0.5) timer = setTimeout(() => controller.abort("enough"), Math.random());
      else queueMicrotask(() => controller.abort("enough"));
    }
    try {
      return await call(options);
    } catch (error) {
      if (!isNotYet(error)) throw error;
      // Others of this thread have their turn.
      await sleep(0);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Puts so many items, blocking, and counts itself among those who have ended. */
export function produce(queue: any, from: number, count: number, manners: Manners, ended: Int32Array): void {
  for (let index = 0; index < count; index++) {
    const item = itemOf(from, index);
    insist(manners, (options) => queue.put(item, { priority: index, ...options }));
  }
  Atomics.add(ended, 0, 1);
}

export async function produceAsync(
  queue: any,
  from: number,
  count: number,
  manners: Manners,
  ended: Int32Array,
): Promise<void> {
  for (let index = 0; index < count; index++) {
    const item = itemOf(from, index);
    await insistAsync(manners, (options) => queue.putAsync(item, { priority: index, ...options }));
  }
  Atomics.add(ended, 0, 1);
}

/** What a consumer took, in its order, as `from * 10,000,000 + index`. */
export type Taken = Float64Array;

/** Takes items, blocking, until the one that says stop. */
export function consume(queue: any, manners: Manners): Taken {
  const taken: number[] = [];
  for (;;) {
    const item = insist<Item | number>(manners, (options) => queue.get(options));
    if (item === STOP) return Float64Array.from(taken);
    const [from, index] = examine(item);
    taken.push(from * 10_000_000 + index);
    queue.taskDone?.();
  }
}

export async function consumeAsync(queue: any, manners: Manners): Promise<Taken> {
  const taken: number[] = [];
  for (;;) {
    const item = await insistAsync<Item | number>(manners, (options) => queue.getAsync(options));
    if (item === STOP) return Float64Array.from(taken);
    const [from, index] = examine(item);
    taken.push(from * 10_000_000 + index);
    queue.taskDone?.();
  }
}

/** Puts what ends so many consumers. */
export async function stop(queue: any, consumers: number): Promise<void> {
  for (let i = 0; i < consumers; i++) await queue.putAsync(STOP, { priority: Number.MAX_SAFE_INTEGER });
}

/** A producer and a consumer that are tasks of one thread. */
export async function both(
  queue: any,
  from: number,
  count: number,
  manners: Manners,
  ended: Int32Array,
): Promise<Taken> {
  const [, taken] = await Promise.all([produceAsync(queue, from, count, manners, ended), consumeAsync(queue, manners)]);
  return taken;
}

// For those who are killed: a cell says which agent the thread is, the next how many it has put for sure.

/** Puts items until it is killed. */
export function produceNoting(queue: any, cells: Int32Array, from: number, most: number): void {
  Atomics.store(cells, 0, Arena.default.agent.id);
  for (let index = 0; index < most - 2; index++) {
    queue.put(itemOf(from, index), { priority: index });
    Atomics.store(cells, 1, index + 1);
  }
}

/** Takes items until it is killed, and marks each of them. */
export function consumeNoting(queue: any, cells: Int32Array, marks: Uint8Array, each: number): void {
  Atomics.store(cells, 0, Arena.default.agent.id);
  for (;;) {
    const [from, index] = examine(queue.get());
    Atomics.add(marks, from * each + index, 1);
    queue.taskDone?.();
  }
}
