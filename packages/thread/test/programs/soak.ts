// Threads that are killed at random while they work on locks. Prints what went wrong, and how much was done.
//
//   soak.ts <kills> <who kills: main, or a thread while main is blocked>

import { OwnerDiedError, toHandle } from "@conc/atomics";
import { Condition } from "@conc/condition";
import { Lock, RLock } from "@conc/lock";
import { isMainThread, Thread, tasks } from "@conc/thread";

const THREADS = 8;
const LOCKS = 20;
/** Milliseconds that nothing here takes, however busy the machine is. */
const PATIENCE = 60_000;

/** Words that all threads see: first these, then for each lock who is inside. */
const STOP = 0;
const DONE = 1;
const VIOLATIONS = 2;
const ORPHANS = 3;
const INSIDE = 4;

type Cells = Int32Array<SharedArrayBuffer>;
type Owned = Lock | RLock | Condition;

function random(below: number): number {
  return Math.floor(Math.random() * below);
}

/** Works on one lock after the other, until it is told to stop or dies: blocking, or as several async tasks. */
async function works(me: number, locks: Owned[], cells: Cells): Promise<void> {
  // What a task of its own holds a thread must not block for.
  if (me % 2 === 0) await Promise.all([0, 1, 2].map((task) => worksAs(3 * me + task, locks, cells)));
  while (Atomics.load(cells, STOP) === 0) {
    const index = random(locks.length);
    const lock = locks[index] as Owned;
    try {
      lock.acquire();
    } catch (error) {
      inherit(error, lock, cells);
    }
    visit(3 * me, index, cells);
    lock.release();
  }
}

async function worksAs(me: number, locks: Owned[], cells: Cells): Promise<void> {
  while (Atomics.load(cells, STOP) === 0) {
    const index = random(locks.length);
    const lock = locks[index] as Owned;
    try {
      await lock.acquireAsync();
    } catch (error) {
      inherit(error, lock, cells);
    }
    visit(me, index, cells);
    lock.release();
  }
}

function inherit(error: unknown, lock: Owned, cells: Cells): void {
  if (!(error instanceof OwnerDiedError)) throw error;
  Atomics.add(cells, ORPHANS, 1);
  lock.recover();
}

/** Is inside for a moment, where nobody else is. */
function visit(me: number, index: number, cells: Cells): void {
  Atomics.store(cells, INSIDE + index, me);
  for (let turn = random(300); turn > 0; turn--) Atomics.add(cells, DONE, 0);
  Atomics.add(cells, DONE, 1);
  if (Atomics.load(cells, INSIDE + index) !== me) Atomics.add(cells, VIOLATIONS, 1);
}

async function kills(count: number, locks: Owned[], cells: Cells): Promise<void> {
  let last = 0;
  const start = (): Thread => new Thread({ target: works, args: [++last, locks, cells], name: `${last}` }).start();
  const crew = Array.from({ length: THREADS }, start);
  for (let killed = 0; killed < count; ) {
    const before = Atomics.load(cells, DONE);
    // Until work goes on.
    const deadline = performance.now() + PATIENCE;
    while (Atomics.load(cells, DONE) < before + 200) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (performance.now() > deadline) throw new Error(`nobody works any more after ${killed} kills`);
    }
    // One, or several at once.
    const victims = Array.from({ length: 1 + random(3) }, () => random(THREADS)).map((index) => {
      const victim = crew[index] as Thread;
      crew[index] = start();
      return victim;
    });
    killed += victims.length;
    const ends = victims.map((victim) => {
      void victim.terminate();
      return victim.joinAsync({ timeout: PATIENCE });
    });
    if ((await Promise.all(ends)).includes(false)) throw new Error(`one does not end, after ${killed} kills`);
  }
  Atomics.store(cells, STOP, 1);
  for (const thread of crew) {
    if (!(await thread.joinAsync({ timeout: PATIENCE }))) throw new Error(`${thread} does not finish`);
  }
}

tasks(import.meta, { works, kills });

if (isMainThread) {
  const [count, who] = [Number(process.argv[2]), process.argv[3]];
  const makers = [() => new Lock(), () => new RLock(), () => new Condition()];
  const locks = Array.from({ length: LOCKS }, (_, index) => (makers[index % 3] as () => Owned)());
  const cells: Cells = new Int32Array(new SharedArrayBuffer(4 * (INSIDE + LOCKS)));
  const begin = performance.now();
  if (who === "main") {
    await kills(count, locks, cells).catch((error) => console.log(error.message));
  } else {
    const killer = new Thread({ target: kills, args: [count, locks, cells], name: "killer" }).start();
    if (!killer.join({ timeout: 1000 * count + PATIENCE })) console.log("the killer does not end");
  }
  for (const lock of locks) {
    try {
      if (!lock.acquire({ timeout: PATIENCE }))
        console.log(`${lock} at ${toHandle(lock).offset / 4} can not be acquired`);
    } catch (error) {
      if (!(error instanceof OwnerDiedError)) throw error;
    }
    lock.release();
  }
  const seconds = (performance.now() - begin) / 1000;
  console.log(`violations: ${cells[VIOLATIONS]}`);
  console.log(`${cells[DONE]} visits, ${cells[ORPHANS]} orphans, ${seconds.toFixed(1)} s`);
  process.exit(0);
}
