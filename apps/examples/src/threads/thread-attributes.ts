// What can be asked about threads: names, identifiers, who is alive, who am I, how large is a stack.
// Notes: 002 案例08, 000.

import { Event } from "@conc/condition";
import { Semaphore } from "@conc/lock";
import {
  activeCount,
  currentThread,
  enumerate,
  getIdent,
  isMainThread,
  mainThread,
  stackSize,
  Thread,
  tasks,
} from "@conc/thread";

function loop(here: Semaphore, goOn: Event): void {
  const self = currentThread();
  console.log(
    `${self.name}: my ident is ${self.ident}, getIdent says ${getIdent()}, the main thread is ${mainThread().name}`,
  );
  here.release();
  goOn.wait();
}

tasks(import.meta, { loop });

if (isMainThread) {
  const here = new Semaphore(0);
  const goOn = new Event();
  const threads = [1, 2, 3].map((i) => new Thread({ target: loop, args: [here, goOn], name: `THR_${i}` }));
  const [first] = threads as [Thread];
  console.log(`before start: ident ${first.ident}, alive ${first.isAlive}, running ${activeCount()}`);

  for (const thread of threads) thread.start();
  for (const _ of threads) here.acquire();
  for (const thread of enumerate()) console.log(`running: ${thread.name}`);
  console.log(`activeCount ${activeCount()}, the same as ${enumerate().length}`);
  console.log(`currentThread is mainThread: ${currentThread() === mainThread()}`);

  first.name = "renamed";
  console.log(
    `setName, getName: ${first.name}; enumerate sees it: ${enumerate().some(({ name }) => name === "renamed")}`,
  );

  const { ident } = first;
  goOn.set();
  for (const thread of threads) thread.join();
  console.log(
    `after the end: the same ident ${first.ident === ident}, alive ${first.isAlive}, running ${activeCount()}`,
  );

  console.log(`default names: ${new Thread().name} and ${new Thread({ target: loop }).name}`);
  console.log(`stack size ${stackSize(256 * 1024)}, from now on ${stackSize()}`);
}
