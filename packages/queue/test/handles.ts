import { Arena, layout, type SharedObject } from "@conc/atomics";

/** How many threads know a primitive, and how many handles of it are on their way. */
export function countsOf(primitive: object): { threads: number; underway: number } {
  const start = (primitive as SharedObject).place?.start as number;
  const count = Arena.default.heap.reach(start)[start + layout.OBJECT_COUNT] as number;
  return { threads: count & (2 ** 20 - 1), underway: count >> 20 };
}
