// The value of a task: its arguments, and when it is done what came of it. A small one lies in the task itself, others in a block.

import { ByteCodec, type OpenArena } from "@conc/atomics";
import { TASK_BLOCK, TASK_END, TASK_INLINE, TASK_WORDS } from "./layout.ts";
import { likelyBytes } from "./likely-bytes.ts";
import { dropOutcome, keepOutcome, modulesOfOutcome, packOutcome, readOutcome } from "./outcome.ts";

/**
 * Writes the value of a task, which has none.
 *
 * @throws As `packOutcome`; the task has none then.
 */
export function writeValue(arena: OpenArena, task: number, value: unknown): void {
  const words = arena.heap.reach(task);
  if (value === undefined) return;
  if (likelyBytes(value) < (TASK_WORDS - TASK_INLINE) * 4) {
    const end = ByteCodec.of(arena).write(value, (task + TASK_INLINE) * 4, (task + TASK_WORDS) * 4);
    if (end > 0) {
      words[task + TASK_END] = end;
      return;
    }
  }
  const outcome = keepOutcome(arena, packOutcome(arena, value));
  words[task + TASK_BLOCK] = outcome.place;
  words[task + TASK_END] = outcome.end;
}

/** Reads the value, as often as one likes: what is in it does not arrive. */
export function readValue(arena: OpenArena, task: number): unknown {
  const words = arena.heap.reach(task);
  const end = words[task + TASK_END] as number;
  if (end === 0) return undefined;
  const place = words[task + TASK_BLOCK] as number;
  return place === 0
    ? ByteCodec.of(arena).readAhead((task + TASK_INLINE) * 4, end)
    : readOutcome(arena, { place, end });
}

/** The URLs of the modules that a reader has to import first; nearly always none. */
export function modulesOfValue(arena: OpenArena, task: number): readonly string[] {
  const words = arena.heap.reach(task);
  const end = words[task + TASK_END] as number;
  const place = words[task + TASK_BLOCK] as number;
  if (end === 0) return [];
  return place === 0
    ? ByteCodec.of(arena).modules((task + TASK_INLINE) * 4, end)
    : modulesOfOutcome(arena, { place, end });
}

/** Lets go of the value, if there is one. */
export function dropValue(arena: OpenArena, task: number): void {
  const words = arena.heap.reach(task);
  const end = words[task + TASK_END] as number;
  if (end === 0) return;
  const place = words[task + TASK_BLOCK] as number;
  words[task + TASK_END] = 0;
  words[task + TASK_BLOCK] = 0;
  if (place === 0) ByteCodec.of(arena).drop((task + TASK_INLINE) * 4, end);
  else dropOutcome(arena, { place, end });
}
