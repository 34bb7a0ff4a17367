import { Arena, type Word } from "@conc/atomics";
import { HEADER_HEAP_LOCK } from "../../src/layout.ts";

/** Waits for the word to change from 0, and says how the wait ended. */
export function waitForWord(word: Word, timeout?: number): string {
  return word.wait(0, { timeout });
}

/** Counts up under compare-exchange until it has won so often; how many races it lost on the way. */
export function winRaces(_thread: number, word: Word, times: number): number {
  let lost = 0;
  for (let won = 0; won < times; ) {
    const seen = word.load();
    if (word.compareExchange(seen, seen + 1) === seen) won++;
    else lost++;
  }
  return lost;
}

/** Passes a turn back and forth: waits for its own number, then hands the turn to the other one. */
export function pingPong(turn: Word, mine: number, other: number, rounds: number): number {
  for (let round = 0; round < rounds; round++) {
    for (let seen = turn.load(); seen !== mine; seen = turn.load()) turn.wait(seen);
    turn.store(other);
    turn.notify();
  }
  return rounds;
}

/** The arena as this thread sees it. */
export function lookAround(): { id: number; used: number; agent: number } {
  const { id, used, agent } = Arena.default;
  return { id, used, agent: agent.id };
}

/** Frees the heap's lock a moment after somebody has taken it. */
export function freeHeapLock(cells: Int32Array): void {
  const { words } = Arena.default.heap;
  Atomics.store(cells, 0, 1);
  while (Atomics.load(words, HEADER_HEAP_LOCK) === 0);
  Atomics.wait(cells, 0, 1, 5);
  Atomics.store(words, HEADER_HEAP_LOCK, 0);
}
