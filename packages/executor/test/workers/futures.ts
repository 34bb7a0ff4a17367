// What other threads do with futures.
import { Arena, registerErrors } from "@conc/atomics";
import { tasks } from "@conc/thread";
import { asCompleted, CancelledError, type Future, waitSync } from "../../src/index.ts";

/** An error with a class, a cause and properties of its own. */
export class WrongAnswer extends Error {
  override name = "WrongAnswer";
  readonly asked: string;

  constructor(message: string, asked: string, options?: ErrorOptions) {
    super(message, options);
    this.asked = asked;
  }
}
registerErrors({ WrongAnswer }, import.meta.url);

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

export function setLater(future: Future<unknown>, value: unknown): void {
  pause(30);
  future.setResult(value);
}

export function failLater(future: Future<unknown>): void {
  pause(30);
  future.setException(new WrongAnswer("not 42", "six by nine", { cause: new RangeError("base 13") }));
}

export function cancelLater(future: Future<unknown>): boolean {
  pause(30);
  return future.cancel();
}

/** What waiting for it, blocked, comes to. */
export function outcomeOf(future: Future<unknown>): unknown {
  try {
    return future.result();
  } catch (error) {
    return error instanceof CancelledError ? "cancelled" : error;
  }
}

/** Works on it and never comes to an end; says who it is. */
export function workForEver(future: Future<unknown>, cells: Int32Array): void {
  future.setRunningOrNotifyCancel();
  Atomics.store(cells, 0, Arena.default.agent.id);
  pause(Number.POSITIVE_INFINITY);
}

/** Says who it is, and works through futures, one after the other. */
export function workThrough(futures: readonly Future<unknown>[], cells: Int32Array): void {
  Atomics.store(cells, 0, Arena.default.agent.id);
  for (const [index, future] of futures.entries()) {
    if (future.setRunningOrNotifyCancel()) future.setResult([index, "x".repeat(index * 100)]);
  }
}

tasks(import.meta, { workThrough });

/** Sets each to its number, in this order. */
export function setAll(order: readonly number[], futures: readonly Future<unknown>[]): void {
  for (const index of order) futures[index]?.setResult(index);
}

/** The numbers in the order in which they were done, seen by one who is blocked. */
export function orderOf(futures: readonly Future<number>[]): number[] {
  return [...asCompleted(futures)].map((future) => future.result());
}

/** How many were done when the first one was. */
export function untilFirst(futures: readonly Future<unknown>[]): number {
  return waitSync(futures, { returnWhen: "FIRST_COMPLETED" }).done.size;
}
