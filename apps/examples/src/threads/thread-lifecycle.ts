// The states of a thread, new, ready, running, blocked and dead, and what led to each.
// Notes: 003.

import { AtomicInt32 } from "@conc/atomics";
import { Condition } from "@conc/condition";
import { Lock } from "@conc/lock";
import { isMainThread, setExcepthook, sleep, Thread, type ThreadState, tasks } from "@conc/thread";

/** What the main thread directs the other one with, step by step. */
interface Stage {
  step: AtomicInt32;
  lock: Lock;
  changed: Condition;
}

function life({ step, lock, changed }: Stage): void {
  const busyUntil = (next: number) => {
    while (step.load() < next);
  };
  busyUntil(1);
  while (step.load() < 2) sleep(50);
  busyUntil(3);
  lock.runExclusive(() => {});
  busyUntil(4);
  changed.runExclusive(() => changed.wait());
  busyUntil(5);
  throw new Error("nobody catches this");
}

function nothing(): void {}

tasks(import.meta, { life, nothing });

function show(thread: Thread, cause: string): void {
  console.log(`${thread.state.padEnd(7)} ${cause}`);
}

function waitAndShow(thread: Thread, state: ThreadState, cause: string): void {
  while (thread.state !== state) sleep(1);
  show(thread, cause);
}

if (isMainThread) {
  const stage: Stage = { step: new AtomicInt32(), lock: new Lock(), changed: new Condition() };
  const { step, lock, changed } = stage;
  setExcepthook((error) => console.log(`what it died of: ${error}`));

  const thread = new Thread({ target: life, args: [stage] });
  show(thread, "made, not started");
  thread.start();
  show(thread, "start was called, it is coming up");
  waitAndShow(thread, "running", "its function runs");

  step.store(1);
  waitAndShow(thread, "blocked", "it called sleep");
  step.store(2);
  waitAndShow(thread, "running", "the time is over");

  lock.acquire();
  step.store(3);
  waitAndShow(thread, "blocked", "it wants a lock that another thread holds");
  lock.release();
  waitAndShow(thread, "running", "it got the lock");

  step.store(4);
  waitAndShow(thread, "blocked", "it waits to be notified");
  changed.runExclusive(() => changed.notify());
  waitAndShow(thread, "running", "it was notified");

  step.store(5);
  waitAndShow(thread, "dead", "an error that it did not catch");
  waitAndShow(new Thread({ target: nothing }).start(), "dead", "another thread: its function returned");
}
