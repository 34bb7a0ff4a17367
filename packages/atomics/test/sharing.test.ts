import { expect, test } from "vitest";
import { Agent } from "../src/agent.ts";
import { enlist } from "../src/agent-table.ts";
import { OpenArena } from "../src/arena.ts";
import { ArenaFullError } from "../src/errors.ts";
import { Heap } from "../src/heap.ts";
import { OBJECT_COUNT } from "../src/layout.ts";
import { ThreadMemory } from "../src/memory.ts";
import { releaseAll, Sharing } from "../src/sharing.ts";

const MAX_BYTES = 2 ** 20;
const TABLE_BYTES = 2048;

test("a view that finds no memory for its entry counts for nothing, however often", () => {
  const memory = new ThreadMemory(new SharedArrayBuffer(Heap.initialBytes(MAX_BYTES), { maxByteLength: MAX_BYTES }));
  const arena = new OpenArena(memory);
  const { heap } = arena;
  const other = new Agent(memory, heap, enlist(heap, 0, 0));
  const place = arena.create(16);
  const serial = Sharing.of(arena).share({}, place);
  const count = (): number => heap.reach(place)[place + OBJECT_COUNT] as number;
  const before = count();
  const fillers: number[] = [];
  expect(() => {
    for (;;) fillers.push(heap.allocate(TABLE_BYTES, arena.agent.id));
  }).toThrow(ArenaFullError);

  const sharing = new Sharing(other);
  const view = (): object => sharing.view(place, serial, () => ({}));
  // More often than a table has entries.
  for (let time = 0; time < 600; time++) expect(view).toThrow(ArenaFullError);
  expect(count()).toBe(before);

  for (const filler of fillers) heap.free(filler, arena.agent.id);
  view();
  expect(count()).toBe(before + 1);
  sharing.drop(place);
  releaseAll(arena.agent, other.base);
  expect(count()).toBe(before);
});
