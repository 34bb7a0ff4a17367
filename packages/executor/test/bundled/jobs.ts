// What the workers of a bundled application are given to do.

import type { AtomicInt32 } from "@conc/atomics";
import { tasks } from "@conc/thread";

export class JobError extends Error {
  override name = "JobError";
}

export function square(n: number): number {
  return n * n;
}

export function count(cell: AtomicInt32): number {
  return cell.add(1) + 1;
}

export function fail(message: string): never {
  throw new JobError(message);
}

export function die(): void {
  process.exit(0);
}

tasks(import.meta, { square, count, fail, die, JobError });
