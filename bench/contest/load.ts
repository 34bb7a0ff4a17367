// Whether the machine had time for us. What other programs use of the processors while a contest runs makes its figures worse, those
// of several threads above all; so the share is measured, and printed beside them.

import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** The share of the processors from which on what others use spoils the figures. */
export const BUSY = 0.15;

/** Clock ticks per second in `/proc/stat`; the same on every Linux that there is. */
const TICKS = 100;

/** Seconds of processor time that Python has used for us. */
let pythonSeconds = 0;

/** Notes what a Python process used. */
export function addPythonTime(nanoseconds: number): void {
  pythonSeconds += nanoseconds / 1e9;
}

/** A moment from which on the load is watched. */
export class LoadWatch {
  readonly #busy = busySeconds();
  readonly #own = ownSeconds();
  readonly #start = performance.now();

  /** The share of the processors that others have used since, from 0 to 1; undefined where that can not be known. */
  get others(): number | undefined {
    if (this.#busy === undefined) return undefined;
    const used = (busySeconds() as number) - this.#busy - (ownSeconds() - this.#own);
    const there = ((performance.now() - this.#start) / 1e3) * cpus().length;
    return Math.min(1, Math.max(0, used / there));
  }
}

/** Seconds for which the processors were at work for anybody, or not to be had because another machine used them. */
function busySeconds(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const [user, nice, system, , , irq, softirq, steal] = (
    /^cpu\s+(.*)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? ""
  )
    .split(" ")
    .map(Number) as [number, number, number, number, number, number, number, number];
  return (user + nice + system + irq + softirq + steal) / TICKS;
}

function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + pythonSeconds;
}
