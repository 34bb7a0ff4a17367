// Threads that meet at a barrier, and die there.

import type { Barrier } from "@conc/barrier";
import type { Event } from "@conc/condition";
import { type Slate, write } from "@conc/testkit/slate.ts";
import { sleep, tasks } from "@conc/thread";

/** How a party waits. */
export type Form = "sync" | "async";

/** Waits, and says how that ended. */
export async function meets(form: Form, barrier: Barrier, answer: Slate, timeout?: number): Promise<void> {
  let outcome: number | string;
  try {
    outcome = form === "sync" ? barrier.wait({ timeout }) : await barrier.waitAsync({ timeout });
  } catch (error) {
    outcome = (error as Error).name;
  }
  write(answer, outcome);
}

/** Meets others over and over, until it dies or the barrier is broken. */
export async function meetsForEver(form: Form, barrier: Barrier, begun: Event): Promise<void> {
  try {
    for (let round = 0; ; round++) {
      if (form === "sync") barrier.wait();
      else await barrier.waitAsync();
      if (round === 20) begun.set();
    }
  } catch (error) {
    if ((error as Error).name !== "BrokenBarrierError") throw error;
  }
}

/** An async task waits while its thread throws, exits or fills its heap, as soon as it is told to. */
export async function waitsAndDies(
  death: "throws" | "exits" | "out of memory",
  barrier: Barrier,
  die: Event,
): Promise<void> {
  void barrier.waitAsync();
  await die.waitAsync();
  if (death === "throws") throw new Error("nobody catches this");
  if (death === "exits") process.exit(7);
  let kept: unknown;
  for (;;) kept = { kept, more: [1, 2, 3] };
}

/** An action that never ends, and leaves a mark. */
export function actsForEver(): void {
  for (;;) sleep(1000);
}

tasks(import.meta, { meets, meetsForEver, waitsAndDies, actsForEver });
