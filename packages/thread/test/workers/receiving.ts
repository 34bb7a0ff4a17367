// A thread that is given locks over and over, and does not keep them.

import { fromHandle, type Handle } from "@conc/atomics";
import type { Condition, Event } from "@conc/condition";
import type { Lock } from "@conc/lock";
import { collectGarbage } from "@conc/testkit/collect-garbage.ts";
import { read, type Slate } from "@conc/testkit/slate.ts";
import { tasks } from "@conc/thread";

/** Uses each lock that it is sent, keeps it until the next ones come, and says so; ends when none are sent. */
export async function usesWhatItGets(sent: Slate, ask: Event, done: Event): Promise<void> {
  for (let kept: (Lock | Condition)[] = []; ; ) {
    await ask.waitAsync();
    ask.clear();
    const handles = read<Handle[]>(sent) as Handle[];
    if (handles.length === 0) return;
    kept = handles.map((handle) => fromHandle<Lock | Condition>(handle));
    for (const lock of kept) lock.runExclusive(() => {});
    await collectGarbage();
    done.set();
  }
}

/** Takes note of the locks, and ends with them. */
export function usesAll(locks: Lock[]): void {
  for (const lock of locks) lock.runExclusive(() => {});
}

tasks(import.meta, { usesWhatItGets, usesAll });
