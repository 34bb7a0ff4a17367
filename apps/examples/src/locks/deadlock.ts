// Two threads take the same two locks in opposite order, and each would wait for ever for the lock that the other one holds. Instead of
// a hang one of them gets a DeadlockError that says who waits for whom. It gives up its lock, and the other one goes on.
// Notes: 002 案例14, 003.

import { DeadlockError } from "@conc/atomics";
import { Event } from "@conc/condition";
import { Lock } from "@conc/lock";
import { currentThread, isMainThread, Thread, tasks } from "@conc/thread";

function takeBoth(first: Lock, second: Lock, ready: Event, otherReady: Event): void {
  const { name } = currentThread();
  using held = first.guard();
  console.log(`${name} has ${first.name}`);
  ready.set();
  otherReady.wait(); // so that both have their first lock
  try {
    second.acquire();
    console.log(`${name} has ${second.name}, too`);
    second.release();
  } catch (error) {
    if (!(error instanceof DeadlockError)) throw error;
    console.log(`${name} gets a ${error.name}: ${error.message}`);
  }
  console.log(`${name} is done`);
}

tasks(import.meta, { takeBoth });

if (isMainThread) {
  // Their names are for the message. With `trace: true` it would also say where each was acquired.
  const lock1 = new Lock({ name: "lock1" });
  const lock2 = new Lock({ name: "lock2" });
  const [ready1, ready2] = [new Event(), new Event()];
  const threads = [
    new Thread({ name: "func1", target: takeBoth, args: [lock1, lock2, ready1, ready2] }).start(),
    new Thread({ name: "func2", target: takeBoth, args: [lock2, lock1, ready2, ready1] }).start(),
  ];
  for (const thread of threads) thread.join();
  console.log("all done");
}
