// A producer notifies, and consumers sleep until it does: nobody has to look again and again whether there is something (polling).
// Each notification wakes one of them, the last one all.
// Notes: 000.

import { Value } from "@conc/atomics";
import { Condition } from "@conc/condition";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

interface Shop {
  changed: Condition;
  made: Value<"i32">;
  taken: Value<"i32">;
  closed: Value<"bool">;
}

function produce({ changed, made, closed }: Shop, total: number): void {
  for (let item = 1; item <= total; item++) {
    sleep(SECOND);
    using guard = changed.guard();
    made.value = item;
    console.log(`producer makes ${item}`);
    changed.notify();
  }
  using guard = changed.guard();
  closed.value = true;
  changed.notifyAll();
}

function consume({ changed, made, taken, closed }: Shop): void {
  const { name } = currentThread();
  let wakeUps = 0;
  using guard = changed.guard();
  for (;;) {
    // Somebody else may have been faster, so one looks again after each wait. While it waits, the lock is free.
    while (taken.value === made.value && !closed.value) {
      changed.wait();
      wakeUps++;
    }
    if (taken.value === made.value) break;
    taken.value += 1;
    console.log(`${name} takes ${taken.value}`);
  }
  console.log(`${name} goes home, was woken ${wakeUps} times`);
}

tasks(import.meta, { produce, consume });

if (isMainThread) {
  const shop: Shop = {
    changed: new Condition(),
    made: new Value("i32", 0),
    taken: new Value("i32", 0),
    closed: new Value("bool", false),
  };
  const consumers = ["consumer 1", "consumer 2"].map((name) =>
    new Thread({ name, target: consume, args: [shop] }).start(),
  );
  while (consumers.some(({ state }) => state !== "blocked")) sleep(1);
  console.log("both consumers wait");
  const producer = new Thread({ target: produce, args: [shop, 6] }).start();
  for (const thread of [producer, ...consumers]) thread.join();
}
