// Pinning threads to processors. What a wake-up costs depends above all on whether the sleeper's processor is the waker's: without
// pinning, the figures jump between the two from run to run.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** All threads on one processor, or each on one of its own. */
export type AffinityPlan = "same" | "two";

type SetAffinity = (pid: number, size: number, mask: Uint8Array) => number;

/** Bits of the mask of processors that the system call takes: the kernel's own default. */
const MASK_BYTES = 128;

let setAffinity: SetAffinity | undefined;

/** Why threads can not be pinned here, or undefined if they can. */
export function whyNoAffinity(plan: AffinityPlan): string | undefined {
  if (process.platform !== "linux") return "threads are pinned to processors on Linux only";
  if (allowedProcessors().length < (plan === "two" ? 2 : 1)) return "there is only one processor";
  try {
    load();
    return undefined;
  } catch (error) {
    return `koffi, which pins threads, can not be loaded: ${(error as Error).message}`;
  }
}

/** The processor for a contestant's thread. */
export function processorFor(plan: AffinityPlan, index: number): number {
  const allowed = allowedProcessors();
  // Not the first one, on which a system likes to handle its interrupts.
  const place = plan === "same" ? allowed.length - 1 : allowed.length - 1 - (index % allowed.length);
  return allowed[place] as number;
}

/** Lets the calling thread run on one processor only. */
export function pin(processor: number): void {
  const mask = new Uint8Array(MASK_BYTES);
  mask[processor >> 3] = 1 << (processor & 7);
  if (load()(0, mask.length, mask) !== 0) throw new Error(`can not be pinned to processor ${processor}`);
}

function load(): SetAffinity {
  if (!setAffinity) {
    const koffi = createRequire(import.meta.url)("koffi");
    // With pid 0 it means the calling thread, not the process.
    setAffinity = koffi
      .load("libc.so.6")
      .func("int sched_setaffinity(int pid, size_t size, const uint8_t *mask)") as SetAffinity;
  }
  return setAffinity;
}

/** The processors that this process may use, which in a container may not be all. */
function allowedProcessors(): number[] {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return list.split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number) as [number, number?];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
