// What workers of a pool are given to do.

import type { AtomicInt32 } from "@conc/atomics";
import { Arena } from "@conc/atomics";
import type { Event } from "@conc/condition";
import { currentThread, sleep, sleepAsync, tasks } from "@conc/thread";
import { type Future, type ThreadPoolExecutor, taskSignal } from "../../src/index.ts";

/** An error with a property of its own. */
export class ShelfError extends RangeError {
  override name = "ShelfError";
  readonly shelf: number;

  constructor(message: string, shelf: number, options?: ErrorOptions) {
    super(message, options);
    this.shelf = shelf;
  }
}

export function power(base: number, exponent: number): number {
  return base ** exponent;
}

export function echo<T>(value: T): T {
  return value;
}

/** What it was given, and whether it was given anything at all. */
export function has(...values: unknown[]): [value: unknown, given: boolean] {
  return [values[0], values.length === 1];
}

export function who(): [ident: number, name: string] {
  return [Arena.default.agent.id, currentThread().name];
}

export function count(cell: AtomicInt32, by = 1): number {
  return cell.add(by) + by;
}

/** Says that it has begun, and waits. */
export function waitFor(go: Event, begun?: AtomicInt32): string {
  begun?.add(1);
  go.wait();
  return currentThread().name;
}

export function nap(ms: number): number {
  sleep(ms);
  return ms;
}

export async function napAsync(ms: number, inside?: AtomicInt32, most?: AtomicInt32): Promise<number> {
  const now = (inside?.add(1) ?? 0) + 1;
  while (most && most.load() < now) most.compareExchange(most.load(), now);
  await sleepAsync(ms);
  inside?.add(-1);
  return ms;
}

export function fail(message: string): never {
  throw new ShelfError(message, 7, { cause: new TypeError("too many books") });
}

/** The stack of the error that a future failed with, as it is thrown here. */
export function stackOfResult(future: Future): string | undefined {
  try {
    future.result();
  } catch (error) {
    return (error as Error).stack;
  }
  return undefined;
}

export async function failAsync(message: string): Promise<never> {
  await undefined;
  return fail(message);
}

export function failAt(bad: number, value: number): number {
  if (value === bad) fail(`no ${bad}`);
  return value;
}

export function throwIt(value: unknown): never {
  throw value;
}

export function giveFunction(): unknown {
  return { inside: () => {} };
}

export function throwFunction(): never {
  throw Object.assign(new Error("odd"), { inside: () => {} });
}

export function exit(code: number): void {
  process.exit(code);
}

/** Fails when its result is there already. */
export function failLater(): string {
  setTimeout(() => {
    throw new Error("later");
  }, 5);
  return "so far so good";
}

/** Leaves something behind that is to be done. */
export function countLater(cell: AtomicInt32): void {
  setTimeout(() => {
    cell.add(1);
  }, 20);
}

export function fillHeap(): void {
  const kept: unknown[] = [];
  for (;;) kept.push(new Array(10_000).fill(0.5));
}

export function spin(begun: AtomicInt32): void {
  begun.add(1);
  for (;;);
}

/** Goes on until it is called off; says so in a cell. */
export function workUntilCalledOff(begun: AtomicInt32, ended: AtomicInt32): void {
  begun.add(1);
  while (!taskSignal().aborted) sleep(1);
  ended.add(1);
}

/** As the other one, and hears of it. */
export async function waitUntilCalledOff(begun: AtomicInt32, ended: AtomicInt32): Promise<void> {
  const signal = taskSignal();
  begun.add(1);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  ended.add(1);
}

export async function askLater(ms: number): Promise<boolean> {
  await sleepAsync(ms);
  return taskSignal().aborted;
}

let greeting = "none";
export function initialize(text: string, times: AtomicInt32): void {
  greeting = text;
  times.add(1);
}
export function initializeBadly(go: Event): void {
  go.wait();
  throw new ShelfError("no shelf", 3);
}
export function greet(): string {
  return greeting;
}

/** Submits to the pool that it is handed, and waits for it, blocked. */
export function delegate(executor: ThreadPoolExecutor, value: number, timeout?: number): number {
  return executor.submit(echo, value).result({ timeout });
}

/** What waiting for it comes to, blocked. */
export function resultOf<T>(future: Future<T>): T {
  return future.result();
}

/** Ends a future as another one ends. */
export function passOn<T>(from: Future<T>, to: Future<T>): void {
  try {
    to.setResult(from.result());
  } catch (error) {
    to.setException(error);
  }
}

/** Waits for each, one after the other. */
export function waitForAll(futures: readonly Future[]): void {
  for (const future of futures) future.exception();
}

export function setIt(event: Event): void {
  event.set();
}

tasks(import.meta, {
  passOn,
  waitForAll,
  setIt,
  ShelfError,
  power,
  echo,
  who,
  count,
  waitFor,
  nap,
  napAsync,
  fail,
  failAsync,
  stackOfResult,
  has,
  failAt,
  throwIt,
  giveFunction,
  throwFunction,
  exit,
  failLater,
  countLater,
  fillHeap,
  spin,
  initialize,
  initializeBadly,
  greet,
  delegate,
  resultOf,
  workUntilCalledOff,
  waitUntilCalledOff,
  askLater,
});
