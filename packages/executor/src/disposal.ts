import { Arena, type OpenArena } from "@conc/atomics";
import {
  DESK_NEXT,
  DESKS,
  FUNCTION_END,
  FUNCTION_NEXT,
  FUNCTION_VALUE,
  FUNCTIONS,
  LANE_NEXT,
  LANES,
  MOST,
  REASON,
  REASON_END,
  SETTINGS,
  SETTINGS_END,
  SLAB_HEAD,
  SLAB_NEXT,
  SLAB_TASKS,
  SLABS,
  TASK_WORDS,
  WORKER_TIMES,
  WORKER_WORDS,
  WORKERS,
} from "./layout.ts";
import { dropOutcome } from "./outcome.ts";
import { dropValue } from "./task-value.ts";

/** Lets go of all that belongs to the pool whose words begin there, in the arena of this id. */
export function disposePool(id: number, base: number): void {
  const arena = Arena.find(id) as OpenArena;
  dropAt(arena, base + SETTINGS, base + SETTINGS_END);
  dropAt(arena, base + REASON, base + REASON_END);
  freeAll(arena, base + FUNCTIONS, FUNCTION_NEXT, (fn) => dropAt(arena, fn + FUNCTION_VALUE, fn + FUNCTION_END));
  freeAll(arena, base + SLABS, SLAB_NEXT, (slab) => {
    for (let number = 0; number < SLAB_TASKS; number++) dropValue(arena, slab + SLAB_HEAD + number * TASK_WORDS);
  });
  const most = arena.heap.reach(base)[base + MOST] as number;
  for (let index = 0; index < most; index++) {
    const at = base + WORKERS + index * WORKER_WORDS + WORKER_TIMES;
    const place = Atomics.exchange(arena.heap.reach(at), at, 0);
    if (place !== 0) arena.heap.free(place, arena.agent.id);
  }
  freeAll(arena, base + LANES, LANE_NEXT);
  freeAll(arena, base + DESKS, DESK_NEXT);
}

/** Lets go of a value whose place is in this word. */
function dropAt(arena: OpenArena, at: number, end: number): void {
  const words = arena.heap.reach(at);
  // Step by step, each in one: who dies half-way is followed by another one.
  const place = Atomics.exchange(words, at, 0);
  if (place !== 0) dropOutcome(arena, { place, end: words[end] as number });
}

/** Frees the blocks that follow each other from this word on. */
function freeAll(arena: OpenArena, list: number, next: number, drop?: (block: number) => void): void {
  const { heap, agent } = arena;
  const words = heap.reach(list);
  for (let block = words[list] as number; block !== 0; block = words[list] as number) {
    drop?.(block);
    Atomics.store(words, list, heap.reach(block)[block + next] as number);
    heap.free(block, agent.id);
  }
}
