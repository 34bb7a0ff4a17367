// What is done to the heap as a whole, while it stands still.

import type { Agent } from "./agent.ts";
import { type Heap, type NODE, type OBJECT, ORDER, UNIT_SHIFT, UNIT_WORDS } from "./heap.ts";
import { HEADER_END, HEADER_FREE, HEADER_HEAP_LOCK } from "./layout.ts";
import { lockSpin, unlockSpin } from "./spin-lock.ts";

/**
 * Joins free blocks that lie side by side, so that a large one can be had where only small ones were given back.
 */
export function coalesce({ heap, id }: Agent): void {
  lockSpin(heap.words, HEADER_HEAP_LOCK, id);
  const words = heap.renew();
  words.fill(0, HEADER_FREE, HEADER_FREE + ORDER + 1);
  const runs: [start: number, end: number][] = [];
  eachBlock(heap, (unit, tag) => {
    if ((tag & ~ORDER) !== 0) return;
    const end = unit + (1 << (tag & ORDER));
    const last = runs.at(-1);
    if (last?.[1] === unit) last[1] = end;
    else runs.push([unit, end]);
  });
  for (const [start, end] of runs) giveRun(heap, start, end);
  unlockSpin(words, HEADER_HEAP_LOCK);
}

/** Visits all blocks that bear a mark. The heap's lock is held meanwhile: none is freed. */
export function forEachTaken(
  { heap, id }: Agent,
  mark: typeof OBJECT | typeof NODE,
  visit: (words: Int32Array, place: number) => void,
): void {
  lockSpin(heap.words, HEADER_HEAP_LOCK, id);
  const words = heap.renew();
  eachBlock(heap, (unit, tag) => {
    if ((tag & mark) !== 0) visit(words, unit * UNIT_WORDS);
  });
  unlockSpin(words, HEADER_HEAP_LOCK);
}

/** Visits all blocks. Without the heap's lock some may be missed that come or go meanwhile. */
export function eachBlock(heap: Heap, visit: (unit: number, tag: number) => void): void {
  const end = (heap.words[HEADER_END] as number) / UNIT_WORDS;
  for (let unit = heap.tags.length >>> UNIT_SHIFT; unit < end; ) {
    const tag = heap.tags[unit] as number;
    visit(unit, tag);
    unit += 1 << (tag & ORDER);
  }
}

/** Cuts a run of free units into blocks, each as large as possible. */
function giveRun(heap: Heap, start: number, end: number): void {
  for (let unit = start; unit < end; ) {
    const order = 31 - Math.clz32(end - unit);
    heap.give(unit * UNIT_WORDS, order);
    unit += 1 << order;
  }
}
