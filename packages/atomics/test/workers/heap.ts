import { Heap } from "../../src/heap.ts";
import { ThreadMemory } from "../../src/memory.ts";

/** Numbers from 0 up to 1 that are the same in each run. */
export function dice(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    // Marsaglia's xorshift.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Sizes of all magnitudes alike. */
export function randomSize(random: () => number, most: number): number {
  return Math.floor(2 ** (random() * Math.log2(most)));
}

/** A block that was allocated, and what is written in it. */
export interface Block {
  place: number;
  words: number;
  mark: number;
}

/** Takes a block and marks all of it; says what is wrong with it, if anything. */
export function take(heap: Heap, bytes: number, mark: number, agent: number): [Block, string | undefined] {
  const place = heap.allocate(bytes, agent);
  const block = { place, words: Math.ceil(bytes / 4), mark };
  const view = heap.reach(place + block.words - 1).subarray(place, place + block.words);
  let wrong: string | undefined;
  if (place % 8 !== 0) wrong = `the block at ${place} is not aligned to 32 bytes`;
  else if (place <= 0) wrong = `there is no place ${place}`;
  else if (view.length !== block.words) wrong = `the block at ${place} reaches beyond the memory`;
  else if (view.some((word) => word !== 0)) wrong = `the block at ${place} is not all zero`;
  view.fill(mark);
  return [block, wrong];
}

/** Gives a block back; says whether somebody else wrote in it. */
export function give(heap: Heap, { place, words, mark }: Block, agent: number): string | undefined {
  const view = heap.reach(place + words - 1).subarray(place, place + words);
  const strange = view.findIndex((word) => word !== mark);
  heap.free(place, agent);
  return strange === -1 ? undefined : `word ${strange} of the block at ${place} is ${view[strange]}, not ${mark}`;
}

/** Takes and gives blocks at random, and hands back those that are left, and what was wrong. */
export function churn(index: number, buffer: SharedArrayBuffer, times: number): { left: Block[]; wrong: string[] } {
  const heap = new Heap(new ThreadMemory(buffer));
  const random = dice(index + 1);
  const left: Block[] = [];
  const wrong: string[] = [];
  for (let time = 0; time < times; time++) {
    if (left.length > 0 && random() < 0.45) {
      const [block] = left.splice(Math.floor(random() * left.length), 1);
      const why = give(heap, block as Block, index + 1);
      if (why) wrong.push(why);
    } else {
      const [block, why] = take(heap, randomSize(random, 100_000), (index + 1) * 1_000_000 + time, index + 1);
      left.push(block);
      if (why) wrong.push(why);
    }
  }
  return { left, wrong };
}
