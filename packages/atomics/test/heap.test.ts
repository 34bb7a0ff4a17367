import { describe, expect, test } from "vitest";
import type { Agent } from "../src/agent.ts";
import { coalesce } from "../src/coalesce.ts";
import { ArenaFullError } from "../src/errors.ts";
import { Heap } from "../src/heap.ts";
import { HEADER_END } from "../src/layout.ts";
import { ThreadMemory } from "../src/memory.ts";
import { type Block, dice, give, randomSize, take } from "./workers/heap.ts";
import { inThreads } from "./workers/start.ts";

const MAX_BYTES = 2 ** 27;
const ME = 1;

/** A new heap, and a maker of other agents' views of it. */
function newHeap(maxByteLength = MAX_BYTES): { heap: Heap; buffer: SharedArrayBuffer; another: () => Heap } {
  const buffer = new SharedArrayBuffer(Heap.initialBytes(maxByteLength), { maxByteLength });
  const another = (): Heap => new Heap(new ThreadMemory(buffer));
  const heap = another();
  heap.format();
  return { heap, buffer, another };
}

/** Where the blocks that were ever given out end, in bytes. */
function extent(heap: Heap): number {
  return (heap.words[HEADER_END] as number) * 4;
}

/** Joins free neighbours. */
function join(heap: Heap): void {
  coalesce({ heap, id: ME } as Agent);
}

test("blocks are apart, all zero, and aligned to 32 bytes", () => {
  const { heap } = newHeap();
  const blocks: Block[] = [];
  for (const bytes of [0, 1, 4, 31, 32, 33, 64, 100, 1000, 4096, 4097, 16_384, 16_385, 1_000_000]) {
    for (let time = 0; time < 5; time++) {
      const [block, wrong] = take(heap, bytes, blocks.length + 1, ME);
      expect(wrong).toBeUndefined();
      blocks.push(block);
    }
  }
  for (const block of blocks) expect(give(heap, block, ME)).toBeUndefined();
  expect(heap.used).toBe(0);
});

test("used counts the bytes that were given out, rounded up", () => {
  const { heap } = newHeap();
  const sizes: [asked: number, given: number][] = [
    [1, 32],
    [32, 32],
    [33, 64],
    [4096, 4096],
    [4097, 8192],
    [16_385, 32_768],
  ];
  for (const [asked, given] of sizes) {
    const place = heap.allocate(asked, ME);
    expect(heap.used).toBe(given);
    heap.free(place, ME);
    expect(heap.used).toBe(0);
  }
});

test("AT-018 a block that is used again was cleared", () => {
  const { heap } = newHeap();
  for (const bytes of [20, 4096, 100_000]) {
    const [first] = take(heap, bytes, -1, ME);
    give(heap, first, ME);
    const [again, wrong] = take(heap, bytes, -1, ME);
    expect(again.place).toBe(first.place);
    expect(wrong).toBeUndefined();
  }
});

test("AT-026 after 5000 allocations and frees of random sizes nothing overlapped, nothing is lost, all is merged back", () => {
  const { heap } = newHeap();
  const start = extent(heap);
  const random = dice(26);
  const blocks: Block[] = [];
  const wrong: unknown[] = [];
  for (let time = 1; time <= 5000; time++) {
    if (blocks.length > 0 && random() < 0.4) {
      wrong.push(give(heap, blocks.splice(Math.floor(random() * blocks.length), 1)[0] as Block, ME));
    } else {
      const [block, why] = take(heap, randomSize(random, 200_000), time, ME);
      blocks.push(block);
      wrong.push(why);
    }
  }
  while (blocks.length > 0) {
    wrong.push(give(heap, blocks.splice(Math.floor(random() * blocks.length), 1)[0] as Block, ME));
  }
  expect(wrong.filter(Boolean)).toEqual([]);
  expect(heap.used).toBe(0);
  join(heap);
  const before = extent(heap);
  // The largest power of two that fits into what was ever in use.
  const largest = 2 ** Math.floor(Math.log2(before - start));
  const [block, why] = take(heap, largest, 1, ME);
  expect(why).toBeUndefined();
  expect(extent(heap)).toBe(before);
  expect(give(heap, block, ME)).toBeUndefined();
});

test("a loop that makes and drops stays where it is", () => {
  const { heap } = newHeap();
  for (const bytes of [32, 4096, 1_000_000]) {
    heap.free(heap.allocate(bytes, ME), ME);
    const before = extent(heap);
    for (let time = 0; time < 1000; time++) heap.free(heap.allocate(bytes, ME), ME);
    expect(extent(heap)).toBe(before);
  }
});

describe("a full arena", () => {
  test("throws an ArenaFullError that names what was asked for and what there is", () => {
    const { heap } = newHeap();
    heap.allocate(1_000_000, ME);
    const { used } = heap;
    expect(() => heap.allocate(MAX_BYTES, ME)).toThrow(ArenaFullError);
    expect(() => heap.allocate(MAX_BYTES, ME)).toThrow(`no room in the arena for ${MAX_BYTES} bytes: ${used} of `);
    expect(() => heap.allocate(2 ** 45, ME)).toThrow(ArenaFullError);
    expect(heap.used).toBe(used);
  });

  test("gives what it has to the last, and again once something was given back", () => {
    const { heap } = newHeap(2 ** 20);
    const places: number[] = [];
    expect(() => {
      for (;;) places.push(heap.allocate(16_384, ME));
    }).toThrow(ArenaFullError);
    expect(places.length).toBeGreaterThan(50);
    expect(() => heap.allocate(32_768, ME)).toThrow(ArenaFullError);
    heap.free(places[3] as number, ME);
    heap.free(places[4] as number, ME);
    expect(() => heap.allocate(32_768, ME)).toThrow(ArenaFullError);
    join(heap);
    expect(heap.allocate(32_768, ME)).toBe(places[3]);
  });
});

describe("several agents' views", () => {
  test("a view that is too short is renewed when a place beyond it is reached", () => {
    const { heap, another } = newHeap();
    const other = another();
    const before = other.words;
    const place = heap.allocate(10_000_000, ME);
    heap.words[place] = 5;
    expect(before.length).toBeLessThan(heap.words.length);
    expect(other.reach(place)[place]).toBe(5);
    other.free(place, 2);
    expect(heap.used).toBe(0);
  });

  test("an agent with an old view allocates what another one's growth made room for", () => {
    const { heap, another } = newHeap();
    const other = another();
    const place = heap.allocate(10_000_000, ME);
    heap.words.fill(-1, place, place + 2_500_000);
    heap.free(place, ME);
    const [block, wrong] = take(other, 10_000_000, 1, 2);
    expect(wrong).toBeUndefined();
    expect(give(other, block, 2)).toBeUndefined();
  });

  test("an agent with an old view gives back blocks while the list of free ones goes on beyond its view", () => {
    const { heap: old, buffer, another } = newHeap();
    const grown = another();
    const here = Array.from({ length: 3 }, () => old.allocate(4096, ME));
    const large = grown.allocate(buffer.byteLength, 2);
    const there = grown.allocate(4096, 2);
    expect(there).toBeGreaterThan(old.words.length);
    grown.free(there, 2);
    for (const place of here) old.free(place, ME);
    const more = [grown, old, grown, old].map((heap) => take(heap, 4096, 9, 3));
    expect(more.map(([, wrong]) => wrong)).toEqual([undefined, undefined, undefined, undefined]);
    for (const [one] of more) expect(give(grown, one, 2)).toBeUndefined();
    grown.free(large, 2);
    expect(grown.used).toBe(0);
  });

  test("no block reaches across the end of what the memory once was", () => {
    const { heap } = newHeap(2 ** 22);
    let { length } = heap.words;
    const random = dice(3);
    for (let time = 0; time < 200; time++) {
      const bytes = 33 + randomSize(random, 4000);
      const place = heap.allocate(bytes, ME);
      expect(place < length && place + bytes / 4 > length).toBe(false);
      length = heap.words.length;
    }
  });

  test("AT-026 two agents take turns at random, each gives back what the other took", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { heap, another } = newHeap(2 ** 26);
      const agents = [heap, another()];
      const random = dice(seed);
      const blocks: Block[] = [];
      const wrong: unknown[] = [];
      for (let time = 1; time <= 2000; time++) {
        // For long stretches one of them is busy alone.
        const agent = random() < 0.01 ? agents.reverse()[0] : agents[0];
        if (blocks.length > 0 && random() < 0.48) {
          const [block] = blocks.splice(Math.floor(random() * blocks.length), 1);
          wrong.push(give(agent as Heap, block as Block, ME));
        } else {
          const [block, why] = take(agent as Heap, randomSize(random, 50_000), time, ME);
          blocks.push(block);
          wrong.push(why);
        }
      }
      for (const block of blocks) wrong.push(give(heap, block, ME));
      expect(wrong.filter(Boolean)).toEqual([]);
      expect(heap.used).toBe(0);
    }
  });

  test("AT-026 three threads take and give at the same time", async () => {
    const { heap, buffer } = newHeap();
    const results = await inThreads<{ left: Block[]; wrong: string[] }>(3, "heap.ts", "churn", buffer, 5000);
    expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
    const left = results.flatMap(({ left }) => left);
    expect(left.length).toBeGreaterThan(300);
    expect(left.map((block) => give(heap, block, ME)).filter(Boolean)).toEqual([]);
    expect(heap.used).toBe(0);
  });
});

test("small blocks are cut from large ones that were given back, once the memory can not grow any more", () => {
  const { heap } = newHeap(2 ** 20);
  const large: number[] = [];
  const fill = (bytes: number, into: number[]): void => {
    expect(() => {
      for (;;) into.push(heap.allocate(bytes, ME));
    }).toThrow(ArenaFullError);
  };
  fill(2 ** 16, large);
  expect(large.length).toBeGreaterThan(2);
  const taken = heap.used;
  fill(32, []);
  const rest = heap.used - taken;
  for (const place of large) heap.free(place, ME);
  const small: number[] = [];
  fill(32, small);
  expect(small.length).toBe(taken / 32);
  expect(new Set(small).size).toBe(small.length);
  expect(heap.used).toBe(taken + rest);
  for (const place of small) heap.free(place, ME);
  join(heap);
  expect(heap.allocate(2 ** 16, ME)).toBeGreaterThan(0);
});
