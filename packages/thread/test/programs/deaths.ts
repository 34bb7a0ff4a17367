// Threads that die without an error of their own; `join` ends each time.

import { Event } from "@conc/condition";
import { isMainThread, setExcepthook, Thread, tasks } from "@conc/thread";

function exits(): void {
  process.exit(7);
}

async function exitsLater(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  process.exitCode = 3;
  process.exit();
}

function fillsItsHeap(): void {
  let kept: unknown;
  for (;;) kept = { kept, more: [1, 2, 3] };
}

function fillsItsHeapInAChild(name: string): void {
  new Thread({ target: fillsItsHeap, name, resourceLimits: { maxOldGenerationSizeMb: 24 } }).start().join();
}

function spins(up: Event): void {
  up.set();
  for (;;);
}

tasks(import.meta, { exits, exitsLater, fillsItsHeap, fillsItsHeapInAChild, spins });

if (isMainThread) {
  const blocking = process.argv[2] === "blocking";
  const resourceLimits = { maxOldGenerationSizeMb: 24 };
  const ends = async (thread: Thread): Promise<void> => {
    const ended = blocking ? thread.join() : await thread.joinAsync();
    console.log(`${thread.name} ${ended} ${thread.state}`);
  };
  // Main is busy while these die, and blocks for the first time only then: nobody has seen it.
  const overflowing = new Thread({ target: fillsItsHeap, name: "fillsItsHeap", resourceLimits }).start();
  if (blocking) for (const begin = Date.now(); Date.now() - begin < 700; );
  await ends(overflowing);
  await ends(new Thread({ target: exits, name: "exits" }).start());
  await ends(new Thread({ target: exitsLater, name: "exitsLater" }).start());

  const up = new Event();
  const spinning = new Thread({ target: spins, args: [up], name: "spins" }).start();
  if (blocking) up.wait();
  else await up.waitAsync();
  void spinning.terminate();
  await ends(spinning);
  await ends(new Thread({ target: fillsItsHeapInAChild, args: ["grandchild"], name: "child" }).start());
  if (process.argv[3] === "hook")
    setExcepthook((error, { name }) => console.log(`hook: ${name} ${(error as Error).name}`));
  await ends(new Thread({ target: fillsItsHeapInAChild, args: ["last grandchild"], name: "last child" }).start());
  console.log("main ends");
}
