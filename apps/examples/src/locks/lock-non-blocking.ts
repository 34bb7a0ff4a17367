// A non-blocking acquire answers at once. To give it a timeout as well is an error, and so is the release of an unlocked lock; but any
// thread may release a lock that is locked.
// Notes: 000, 001.

import { Lock } from "@conc/lock";
import { isMainThread, Thread, tasks } from "@conc/thread";

function other(lock: Lock): void {
  console.log(`other thread: acquire without blocking: ${lock.acquire({ blocking: false })}`);
  console.log(`other thread: the same, shorter: ${lock.tryAcquire()}`);
  lock.release();
  console.log(`other thread: released what main acquired; now it gets it: ${lock.acquire({ blocking: false })}`);
  lock.release();
}

tasks(import.meta, { other });

function attempt(what: string, action: () => unknown): void {
  try {
    console.log(`${what}: ${action()}`);
  } catch (error) {
    console.log(`${what}: ${error}`);
  }
}

if (isMainThread) {
  const lock = new Lock();
  attempt("main: acquire without blocking", () => lock.acquire({ blocking: false }));
  new Thread({ target: other, args: [lock] }).start().join();
  console.log(`main: locked: ${lock.locked}`);
  attempt("main: not blocking, but with a timeout", () => lock.acquire({ blocking: false, timeout: 100 }));
  attempt("main: release when unlocked", () => lock.release());
}
