// How programs with threads end.

import { Event } from "@conc/condition";
import { Lock, Semaphore } from "@conc/lock";
import { isMainThread, mainThread, sleep, startNewThread, Thread, tasks } from "@conc/thread";

/** Goes on when main is over. */
function outlivesMain(name: string): void {
  const ended = mainThread().join();
  console.log(`${name}: main has ended: ${ended}`);
}

function starts(name: string): void {
  new Thread({ target: outlivesMain, args: [name], name }).start();
  console.log("starter ends");
}

function startsAndSpins(name: string, up: Event): void {
  new Thread({ target: outlivesMain, args: [name], name }).start();
  up.set();
  for (;;);
}

function writesForEver(up: Semaphore, number: number): void {
  for (let line = 0; ; line++) {
    console.log(`daemon ${number} line ${line}`);
    if (line === 10) up.release();
    // Without it they keep the engine's own helpers busy, for which Node waits before it ends a program.
    sleep(1);
  }
}

function sleepsForEver(): void {
  sleep(Number.POSITIVE_INFINITY);
}

function waitsForEver(lock: Lock): void {
  lock.acquire();
}

async function awaitsForEver(lock: Lock): Promise<void> {
  await lock.acquireAsync();
}

function spinsForEver(up: Event): void {
  up.set();
  for (;;);
}

function says(text: string): void {
  console.log(text);
}

tasks(import.meta, { outlivesMain, starts, startsAndSpins, writesForEver, says });
tasks(import.meta, { sleepsForEver, waitsForEver, awaitsForEver, spinsForEver });

const endings: Record<string, () => unknown> = {
  async waits() {
    new Thread({ target: outlivesMain, args: ["child"] }).start();
    new Thread({ target: starts, args: ["grandchild"] }).start().join();
    const up = new Event();
    const starter = new Thread({ target: startsAndSpins, args: ["orphan", up] }).start();
    await up.waitAsync();
    await starter.terminate();
    process.on("exit", (code) => {
      console.log(`exit ${code}`);
      try {
        new Thread().start();
      } catch (error) {
        console.log(String(error));
      }
    });
    console.log("main ends");
  },

  daemons() {
    const up = new Semaphore(0);
    for (let number = 0; number < 40; number++) {
      new Thread({ target: writesForEver, args: [up, number], daemon: true }).start();
    }
    // Others are still coming up.
    for (let some = 0; some < 3; some++) up.acquire();
    console.log("main ends");
  },

  idleDaemons() {
    const [lock, up] = [new Lock(), new Event()];
    lock.acquire();
    new Thread({ target: spinsForEver, args: [up], daemon: true }).start();
    const blocked = [sleepsForEver, waitsForEver].map((target) =>
      new Thread({ target, args: [lock], daemon: true }).start(),
    );
    startNewThread(awaitsForEver, [lock]);
    up.wait();
    while (blocked.some(({ state }) => state !== "blocked")) sleep(1);
    console.log("main ends");
  },

  exits() {
    const up = new Event();
    new Thread({ target: spinsForEver, args: [up] }).start();
    up.wait();
    process.exit(5);
  },

  throws() {
    const up = new Event();
    new Thread({ target: spinsForEver, args: [up] }).start();
    up.wait();
    throw new Error("an error in main");
  },

  /** Other packages may have a last word, and start threads then. */
  beforeExit() {
    new Thread({ target: says, args: ["first"] }).start();
    let times = 0;
    process.on("beforeExit", () => {
      if (times++ === 0) new Thread({ target: says, args: ["second"] }).start();
    });
    process.on("exit", () => console.log(`exit after ${times}`));
  },
};

if (isMainThread) await endings[process.argv[2] as string]?.();
