// What the threads of these tests run.

import type { Event } from "@conc/condition";
import type { Lock } from "@conc/lock";
import { type Slate, write } from "@conc/testkit/slate.ts";
import {
  activeCount,
  currentThread,
  enumerate,
  getIdent,
  isMainThread,
  mainThread,
  sleep,
  Thread,
  tasks,
} from "@conc/thread";

export function nothing(): void {}

export function answer(slate: Slate, ...args: unknown[]): string {
  write(slate, args);
  return "nobody gets this";
}

/** As `answer`, with the time first. */
export function answerWhen(slate: Slate, ...args: unknown[]): void {
  write(slate, [performance.timeOrigin + performance.now(), ...args]);
}

export async function answerLater(slate: Slate, ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  write(slate, "later");
}

export function waits(event: Event): void {
  event.wait();
}

export function signalsAndWaits(up: Event, event: Event): void {
  up.set();
  event.wait();
}

export function sets(event: Event): void {
  event.set();
}

/** Says who it is. */
export function describesItself(slate: Slate): void {
  const self = currentThread();
  write(slate, {
    ...{ name: self.name, daemon: self.daemon, ident: self.ident, isAlive: self.isAlive, state: self.state },
    ...{ text: String(self), getIdent: getIdent(), isMainThread, same: self === currentThread() },
    ...{ isThread: self instanceof Thread, listed: enumerate().includes(self), active: activeCount() },
    ...{ main: { name: mainThread().name, ident: mainThread().ident, state: mainThread().state } },
  });
}

export function takesNumber(slate: Slate): void {
  write(slate, new Thread().name);
}

export function listsNames(slate: Slate): void {
  write(
    slate,
    enumerate().map(({ name }) => name),
  );
}

export function looksAtThreads(slate: Slate, [thread]: [Thread], main: Thread): void {
  const same = enumerate().includes(thread) && mainThread() === main;
  const idents = [thread.ident, main.ident];
  write(slate, { names: [thread.name, main.name], same, isMain: main === enumerate()[0], idents });
}

/** What a call throws, or returns. */
export function outcomeOf(call: () => unknown): string {
  try {
    return String(call());
  } catch (error) {
    return (error as Error).name;
  }
}

export function joinsItself(slate: Slate): void {
  write(
    slate,
    outcomeOf(() => currentThread().join()),
  );
}

export function joins(slate: Slate, thread: Thread, up?: Event): void {
  up?.set();
  write(
    slate,
    outcomeOf(() => thread.join()),
  );
}

export function joinsItselfAfter(slate: Slate, event: Event): void {
  event.wait();
  joinsItself(slate);
}

export function renamesItself(name: string, renamed: Event, goOn: Event): void {
  currentThread().name = name;
  renamed.set();
  goOn.wait();
}

export function renames(thread: Thread, name: string): void {
  thread.name = name;
}

export function terminates(thread: Thread): Promise<void> {
  return thread.terminate();
}

/** Starts a thread that outlives this one. */
export function starts(slate: Slate, goOn: Event, done: Slate): void {
  const child = new Thread({ target: answerAfter, args: [goOn, done], name: "child" }).start();
  write(slate, { isAlive: child.isAlive, ident: child.ident });
}

/** Starts a thread without looking at its messages before `goOn`. */
export function startsForOthers(slate: Slate, up: Event, goOn: Event): void {
  new Thread({ target: answer, args: [slate], name: "child" }).start();
  up.set();
  goOn.wait();
}

export function startsThenSpins(slate: Slate, goOn: Event, done: Slate): void {
  starts(slate, goOn, done);
  for (;;);
}

export function startsAndJoins(slate: Slate, goOn: Event, done: Slate): void {
  write(slate, new Thread({ target: answerAfter, args: [goOn, done], name: "child" }).start().join());
}

export function startsDescribed(slate: Slate, ofChild: Slate): void {
  currentThread().name = "parent";
  describesItself(slate);
  new Thread({ target: describesItself, args: [ofChild], name: "child" }).start().join();
}

export function answerAfter(goOn: Event, done: Slate): void {
  goOn.wait();
  write(done, currentThread().name);
}

// Ways to be busy, for threads that are to be terminated.

export async function awaitsForEver(up: Event): Promise<void> {
  setInterval(() => {}, 1000);
  up.set();
  await new Promise(() => {});
}

export function sleepsForEver(up: Event): void {
  up.set();
  sleep(Number.POSITIVE_INFINITY);
}

export function spinsForEver(up: Event): void {
  up.set();
  for (;;);
}

export function waitsForEver(up: Event, lock: Lock): void {
  up.set();
  lock.acquire();
}

/** Needs more memory, little by little. */
export function fillsItsHeap(): void {
  let kept: unknown;
  for (;;) kept = { kept, more: [1, 2, 3] };
}

export function recurses(slate: Slate): void {
  let depth = 0;
  const deeper = (): void => {
    depth++;
    deeper();
  };
  try {
    deeper();
  } catch (error) {
    write(slate, { depth, name: (error as Error).name });
  }
}

export function overflows(): void {
  overflows();
}

// Classes.

export class Counter extends Thread {
  from = 0;
  readonly by: number;
  readonly slate: Slate;

  constructor(slate: Slate, by: number) {
    super({ name: "Counter" });
    this.slate = slate;
    this.by = by;
  }

  override run(): void {
    const isSelf = currentThread() === this;
    write(this.slate, {
      ...{ isSelf, from: this.from, by: this.by },
      isCounter: this instanceof Counter,
      name: this.name,
    });
  }
}

/** As in Python, where `run` may call the original one, which calls the target. */
export class Framed extends Thread {
  readonly frame: Event[] = [];

  override run(): unknown {
    this.frame[0]?.set();
    const result = super.run();
    this.frame[1]?.set();
    return result;
  }
}

export class Unregistered extends Thread {
  override run(): void {}
}

tasks(import.meta, {
  ...{
    nothing,
    answer,
    answerWhen,
    answerLater,
    waits,
    signalsAndWaits,
    sets,
    describesItself,
    takesNumber,
    listsNames,
    looksAtThreads,
    joinsItself,
    joins,
    joinsItselfAfter,
  },
  ...{
    renamesItself,
    renames,
    terminates,
    starts,
    startsForOthers,
    startsThenSpins,
    startsAndJoins,
    startsDescribed,
    answerAfter,
  },
  ...{ awaitsForEver, sleepsForEver, spinsForEver, waitsForEver, fillsItsHeap, recurses, overflows },
});
tasks(import.meta, { Counter, Framed });
