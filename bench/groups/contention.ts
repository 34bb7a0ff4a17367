// What threads do that all want one lock, and the locks that they may want.

import { Lock } from "@conc/lock";
import { type Contestant, type Role, type Setup, sharing, type Tally } from "../contest/contestant.ts";
import { COUNTER, STOP } from "../contest/control.ts";
import { work } from "../contest/section.ts";
import { FutexLock } from "../peers/futex-lock.ts";
import { MULTITHREADING_NEEDS, multithreadingBuffer, multithreadingLock } from "../peers/multithreading.ts";
import { sharedWords } from "../peers/raw-futex.ts";
import { SpinLock } from "../peers/spin-lock.ts";

/** Polls of the bare lock that spins: some 0.5 µs. */
const SPINS = 100;

/** What the threads contend for. */
export interface Contended {
  acquire(): unknown;
  release(): void;
}

/** Enters the section under the lock until told to stop. The count is plain, so it comes out wrong if two are inside at once. */
export function contend(lock: Contended, { control }: Setup, turns: number): Tally {
  let operations = 0;
  let value = 1;
  while (Atomics.load(control, STOP) === 0) {
    lock.acquire();
    control[COUNTER]!++;
    value = work(turns, value);
    lock.release();
    operations++;
  }
  keep(value);
  return { operations };
}

/** As {@link contend}, and clocks each wait. */
export function contendClocked(lock: Contended, { control }: Setup, turns: number): Tally {
  let operations = 0;
  let longest = 0;
  let value = 1;
  while (Atomics.load(control, STOP) === 0) {
    const asked = performance.now();
    lock.acquire();
    const waited = performance.now() - asked;
    if (waited > longest) longest = waited;
    control[COUNTER]!++;
    value = work(turns, value);
    lock.release();
    operations++;
  }
  keep(value);
  return { operations, longestWait: longest * 1e6 };
}

/** What the sections would come to with no lock and nobody else: they can not overlap, so no lock does more. */
export function sectionsAlone({ control }: Setup, turns: number): Tally {
  let operations = 0;
  let value = 1;
  while (Atomics.load(control, STOP) === 0) {
    control[COUNTER]!++;
    value = work(turns, value);
    operations++;
  }
  keep(value);
  return { operations };
}

/** How a contest of threads for one lock is set up. */
export interface ContentionPlan {
  readonly threads: number;
  readonly milliseconds: number;
  /** Whether the section takes real time. */
  readonly real: boolean;
  readonly loop: typeof contend;
}

/** The locks by name. */
export const FUTEX = "bare futex lock";
export const FUTEX_SPINNING = `bare futex lock, ${SPINS} polls`;
export const SPIN = "bare spin lock";
export const LOCK = "Lock";
export const MULTITHREADING = "multithreading Mutex.blockingLock";

/** All who contend, each with threads and a lock of its own. */
export function contenders(plan: ContentionPlan): Contestant[] {
  return [
    bare(plan, FUTEX, "floor", (words) => new FutexLock(words, 0)),
    bare(plan, FUTEX_SPINNING, "floor", (words) => new FutexLock(words, SPINS)),
    bare(plan, SPIN, "peer", (words) => new SpinLock(words)),
    sharing({
      ...times(plan),
      name: LOCK,
      role: "ours",
      share: () => ({ lock: new Lock() }),
      prepare: (setup) => () => plan.loop(setup.shared.lock, setup, turns(plan, setup)),
    }),
    sharing({
      ...times(plan),
      name: MULTITHREADING,
      role: "peer",
      needs: MULTITHREADING_NEEDS,
      share: () => ({ buffer: multithreadingBuffer() }),
      prepare: async (setup) => {
        const lock = await multithreadingLock(setup.shared.buffer);
        return () => plan.loop(lock, setup, turns(plan, setup));
      },
    }),
  ];
}

function bare(plan: ContentionPlan, name: string, role: Role, make: (words: Int32Array) => Contended): Contestant {
  return sharing({
    ...times(plan),
    name,
    role,
    share: () => ({ words: sharedWords(64) }),
    prepare: (setup) => {
      const lock = make(setup.shared.words);
      return () => plan.loop(lock, setup, turns(plan, setup));
    },
  });
}

function times({ threads, milliseconds }: ContentionPlan): { threads: number; milliseconds: number } {
  return { threads, milliseconds };
}

export function turns({ real }: ContentionPlan, { sectionTurns }: Setup): number {
  return real ? sectionTurns : 0;
}

/** Uses a value, so that the compiler does not leave out what made it. */
function keep(value: number): void {
  if (value === 0.5) throw new Error();
}
