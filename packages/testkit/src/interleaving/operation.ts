// What a step of a schedule is: one thing that an agent does to the world, or learns from it.

import type { SimulatedMemory } from "./simulated-memory.ts";

/** An operation of the platform that an agent calls. `read` and `write` are the plain ones, `words[index]`. */
export type Kind =
  | "load"
  | "store"
  | "exchange"
  | "compareExchange"
  | "add"
  | "sub"
  | "and"
  | "or"
  | "xor"
  | "read"
  | "write"
  | "wait"
  | "waitAsync"
  | "notify"
  | "now"
  | "setTimeout"
  | "clearTimeout"
  | "event";

/** One operation that is about to be done. */
export interface Operation {
  readonly kind: Kind;
  /** The word; of operations without one, 0. */
  readonly index: number;
  /** The value stored, added, expected, waited for; how many to notify; a timer's delay or number. */
  readonly a: number;
  /** What a compare-exchange stores, how long a wait lasts. */
  readonly b: number;
}

// What a wait returns, as a number.
export const OK = 0;
export const NOT_EQUAL = 1;
export const TIMED_OUT = 2;
/** Of `waitAsync`: it waits, the promise is pending. */
export const PENDING = 3;

/** Whether others can notice that an operation was done. */
export function changes({ kind, index, a }: Operation, memory: SimulatedMemory): boolean {
  switch (kind) {
    case "load":
    case "read":
    case "wait":
    case "waitAsync":
      return false;
    case "compareExchange":
      return memory.words[index] === a;
    default:
      return index !== 0;
  }
}

/** Does what an operation does to the memory alone; what it returns. */
export function apply({ kind, index, a, b }: Operation, memory: SimulatedMemory): number {
  const before = memory.words[index] as number;
  switch (kind) {
    case "store":
    case "write":
      memory.write(index, a);
      return a;
    case "exchange":
      memory.write(index, a);
      break;
    case "compareExchange":
      if (before === a) memory.write(index, b);
      break;
    case "add":
      memory.write(index, before + a);
      break;
    case "sub":
      memory.write(index, before - a);
      break;
    case "and":
      memory.write(index, before & a);
      break;
    case "or":
      memory.write(index, before | a);
      break;
    case "xor":
      memory.write(index, before ^ a);
      break;
  }
  return before;
}
