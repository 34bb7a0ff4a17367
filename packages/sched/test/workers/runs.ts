import { Scheduler } from "@conc/sched";

/** Runs three events, blocking; the order in which they ran, and how long it took. */
export function runs(): { order: string[]; elapsed: number } {
  const scheduler = new Scheduler();
  const order: string[] = [];
  const note = (name: string): void => void order.push(name);
  const start = performance.now();
  scheduler.enter(30, 1, note, ["c"]);
  scheduler.enter(10, 2, note, ["b"]);
  scheduler.enter(5, 2, note, ["a"]);
  scheduler.run();
  return { order, elapsed: performance.now() - start };
}

/** A number that says which thread it was. */
export function echo(index: number): number {
  return index;
}
