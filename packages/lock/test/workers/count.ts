import type { Exclusive } from "@conc/lock";

/** Adds to a plain cell, which only the lock protects. */
export function count(_index: number, lock: Exclusive, cell: Int32Array, times: number): void {
  for (let i = 0; i < times; i++) {
    lock.acquire();
    cell[0] = (cell[0] as number) + 1;
    lock.release();
  }
}
