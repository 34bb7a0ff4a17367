// What the flows of the barrier's tests do by themselves. The threads import this module too.

import { Arena } from "@conc/atomics";
import type { Barrier } from "@conc/barrier";
import type { Form } from "@conc/testkit/form.ts";
import { tasks } from "@conc/thread";

/** How a wait ended, and when, in milliseconds from its beginning. */
export interface Ended {
  readonly outcome: number | string;
  readonly elapsed: number;
}

/** Waits once; the index, or the name of what was thrown. */
export async function arrive(form: Form, barrier: Barrier, options?: object): Promise<Ended> {
  const start = performance.now();
  let outcome: number | string;
  try {
    outcome = await form.call<number>(barrier, "wait", options);
  } catch (error) {
    outcome = (error as Error).name;
  }
  return { outcome, elapsed: performance.now() - start };
}

/** Of the cells: how many have come in all, and who passed too early. */
export const CAME = 0;
export const EARLY = 1;
/** From here on: how often each index was given in the round at hand. */
export const INDEXES = 2;

/**
 * Goes through so many rounds, two waits each: between them all have come, and nobody is one round ahead.
 *
 * @returns The sum of the indexes of the first waits.
 */
export async function march(form: Form, barrier: Barrier, cells: Int32Array, rounds: number): Promise<number> {
  let sum = 0;
  for (let round = 1; round <= rounds; round++) {
    Atomics.add(cells, CAME, 1);
    const index = await form.call<number>(barrier, "wait");
    if (Atomics.load(cells, CAME) !== round * barrier.parties) Atomics.add(cells, EARLY, 1);
    Atomics.add(cells, INDEXES + index, 1);
    sum += index;
    await form.call<number>(barrier, "wait");
  }
  return sum;
}

/** Waits so often, however it ends; after a break it makes the barrier usable again. How often it passed. */
export async function persist(form: Form, barrier: Barrier, times: number, timeout: number): Promise<number> {
  let passed = 0;
  for (let time = 0; time < times; time++) {
    const { outcome } = await arrive(form, barrier, { timeout: timeout * (0.5 + Math.random()) });
    if (typeof outcome === "number") passed++;
    else if (outcome !== "BrokenBarrierError") throw new Error(outcome);
    else barrier.reset();
  }
  return passed;
}

/** The name of the thread's agent, to tell threads apart. */
export function agentId(): number {
  return Arena.default.agent.id;
}

/** Tells `whoActed` of this thread. */
export function remember(): void {
  acted++;
}
let acted = 0;

/** How often this thread has run `remember`. */
export function timesActed(): number {
  return acted;
}

export function fails(): void {
  throw new RangeError("the action fails");
}

export async function actsSlowly(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  acted++;
}

tasks(import.meta, { remember, fails, actsSlowly });
