// Producers and consumers, as threads or as async tasks. An item says who made it, which it is, and what is in it.

import { setTimeout as sleep } from "node:timers/promises";
import { Arena } from "@conc/atomics";
import { QueueEmptyError, QueueFullError } from "../../src/index.ts";

/** How impatient those are who put and get. */
export type Manners = "patient" | "timeouts" | "aborts";

/** What all know who take part. Producers have numbers, from 0 on. */
export interface Traffic {
  readonly queue: any;
  readonly manners: Manners;
  /** How many items each producer makes. */
  readonly each: number;
  /** How many items each producer has at least begun to put. Who follows one that died goes on from there. */
  readonly begun: Int32Array;
  /** Which producers have put all of theirs. */
  readonly ended: Int32Array;
  /** How often each item came. */
  readonly times: Uint8Array;
}

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

/** A wait of the impatient, in milliseconds: now and then only a try. */
function moment(): number {
  return Math.random() < 0.25 ? 0 : Math.random() * 0.2;
}

/** Calls a waiting method as somebody of these manners until it succeeds. */
function insist<R>(manners: Manners, call: (options?: object) => R): R {
  for (;;) {
    try {
      return call(manners === "patient" ? undefined : { timeout: moment() });
    } catch (error) {
      if (!isNotYet(error)) throw error;
    }
  }
}

async function insistAsync<R>(manners: Manners, call: (options?: object) => Promise<R>): Promise<R> {
  for (;;) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const options: { timeout?: number; signal?: AbortSignal } = {};
    if (manners === "timeouts") options.timeout = moment();
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

/** The items that a producer has not begun to put, each with its priority. */
function* itemsOf(
  { each, begun, ended }: Traffic,
  from: number,
): Generator<[item: Item | number, options: { priority: number }]> {
  for (let index = Atomics.load(begun, from); index < each; index++) {
    Atomics.store(begun, from, index + 1);
    yield [itemOf(from, index), { priority: index }];
  }
  Atomics.store(ended, from, 1);
}

/** Puts a producer's items, blocking. */
export function produce(traffic: Traffic, from: number, self?: Int32Array): void {
  identify(self);
  const { queue, manners } = traffic;
  for (const [item, priority] of itemsOf(traffic, from)) {
    insist(manners, (options) => queue.put(item, { ...priority, ...options }));
  }
}

async function produceAsync(traffic: Traffic, from: number): Promise<void> {
  const { queue, manners } = traffic;
  for (const [item, priority] of itemsOf(traffic, from)) {
    await insistAsync(manners, (options) => queue.putAsync(item, { ...priority, ...options }));
  }
}

/** What a consumer took, in its order, as `from * 10,000,000 + index`. */
export type Taken = Float64Array;

/** Takes items, blocking, until the one that says stop. */
export function consume(traffic: Traffic, self?: Int32Array): Taken {
  identify(self);
  const taken: number[] = [];
  const { queue, manners } = traffic;
  while (
    note(
      traffic,
      insist<Item | number>(manners, (options) => queue.get(options)),
      taken,
    )
  ) {}
  return Float64Array.from(taken);
}

async function consumeAsync(traffic: Traffic): Promise<Taken> {
  const taken: number[] = [];
  const { queue, manners } = traffic;
  while (note(traffic, await insistAsync<Item | number>(manners, (options) => queue.getAsync(options)), taken)) {}
  return Float64Array.from(taken);
}

/** Notes an item that came; false if it says stop. */
function note({ queue, each, times }: Traffic, item: Item | number, taken: number[]): boolean {
  if (item !== STOP) {
    const [from, index] = examine(item);
    Atomics.add(times, from * each + index, 1);
    taken.push(from * 10_000_000 + index);
  }
  queue.taskDone?.();
  return item !== STOP;
}

/** Takes items, blocking, until the one that says stop, and keeps nothing of them but their number, in a cell. */
export function count({ queue }: Traffic, index: number, cells: Int32Array): void {
  for (let item = queue.get(); item !== STOP; item = queue.get()) {
    examine(item);
    queue.taskDone();
    Atomics.add(cells, index, 1);
  }
}

/** Puts what ends so many consumers. */
export async function stop({ queue }: Traffic, consumers: number): Promise<void> {
  for (let i = 0; i < consumers; i++) await queue.putAsync(STOP, { priority: Number.MAX_SAFE_INTEGER });
}

/** A producer and a consumer that are tasks of one thread. */
export async function both(traffic: Traffic, from: number, self?: Int32Array): Promise<Taken> {
  identify(self);
  const [, taken] = await Promise.all([produceAsync(traffic, from), consumeAsync(traffic)]);
  return taken;
}

/** Says in a cell which agent the thread is. */
function identify(self: Int32Array | undefined): void {
  if (self) Atomics.store(self, 0, Arena.default.agent.id);
}
