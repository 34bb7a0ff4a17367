// A thread may acquire an RLock again while it holds it; after five acquires it takes five releases before another thread gets in.
// So a recursive function can lock at each level, where a Lock would hang.
// Notes: 000, 002, 001.

import { Event } from "@conc/condition";
import { Lock, RLock } from "@conc/lock";
import { isMainThread, sleep, Thread, tasks } from "@conc/thread";

function other(lock: RLock, released: Event): void {
  lock.acquire();
  console.log(`other thread: got in, after the last release: ${released.isSet}`);
  lock.release();
}

tasks(import.meta, { other });

/** 1 + 2 + … + n, with the lock acquired at each level. */
function sumTo(n: number, lock: RLock): number {
  using guard = lock.guard();
  if (n > 0) return n + sumTo(n - 1, lock);
  console.log(`at the bottom of the recursion: depth ${lock.depth}`);
  return 0;
}

if (isMainThread) {
  const lock = new RLock();
  const released = new Event();
  for (let i = 0; i < 5; i++) lock.acquire();
  console.log(`five acquires: depth ${lock.depth}`);
  const thread = new Thread({ target: other, args: [lock, released] }).start();
  while (thread.state !== "blocked") sleep(1);
  for (let i = 1; i <= 4; i++) {
    lock.release();
    console.log(`release ${i}: depth ${lock.depth}, the other thread is ${thread.state}`);
  }
  released.set();
  lock.release();
  thread.join();

  console.log(`sum to 10: ${sumTo(10, lock)}, depth ${lock.depth}`);

  const plain = new Lock();
  plain.acquire();
  // Without the timeout this would never return.
  console.log(`a Lock acquired twice: ${plain.acquire({ timeout: 100 })}`);
}
