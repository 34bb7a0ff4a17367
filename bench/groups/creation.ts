// What it costs to make a primitive and to drop it again.

import { Word } from "@conc/atomics";
import { Condition, Event } from "@conc/condition";
import { Lock, RLock, Semaphore } from "@conc/lock";
import { now } from "../contest/clock.ts";
import type { Contestant, Group, Role } from "../contest/contestant.ts";
import { whyNoPython } from "../contest/python.ts";
import { loadMultithreading, MULTITHREADING_NEEDS } from "../peers/multithreading.ts";

const RAW = "new SharedArrayBuffer(8)";
/** How many are made in one go; then the finalizers of those that were dropped have a turn, which is not measured. */
const BATCH = 20_000;
/** Enough for each repetition to have its share of garbage collections. */
const TIMES = 6 * BATCH;

const PRIMITIVES = { Lock, RLock, Semaphore, Event, Condition, Word };

/** Keeps the last one made, so that the compiler can not leave the making out. */
let last: object | undefined;

function making(name: string, role: Role, make: () => object): Contestant {
  return {
    name,
    role,
    times: TIMES,
    prepare: () => (times) => inBatches(times, make),
  };
}

/** Makes so many, and resolves to the nanoseconds that the making took. */
async function inBatches(times: number, make: () => object): Promise<number> {
  let elapsed = 0;
  for (let done = 0; done < times; done += BATCH) {
    const start = now();
    for (let time = 0; time < BATCH; time++) last = make();
    elapsed += now() - start;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  if (last === undefined) throw new Error();
  return elapsed;
}

export const creation: Group = {
  name: "creation",
  about:
    "Making a primitive that nobody keeps; the garbage collection falls into the measured time, most of the finalizers do not. The " +
    "floor is shared memory of one's own: an object of ours is a view of a few words in memory that is there already.",
  tolerance: 1.15,
  contestants: [
    making(RAW, "floor", () => new SharedArrayBuffer(8)),
    ...Object.entries(PRIMITIVES).map(([name, Primitive]) => making(`new ${name}()`, "ours", () => new Primitive())),
    {
      name: "new multithreading.Mutex()",
      role: "peer",
      needs: MULTITHREADING_NEEDS,
      times: TIMES,
      async prepare() {
        const { Mutex } = await loadMultithreading();
        return (times) => inBatches(times, () => new Mutex());
      },
    },
    ...["Lock", "Event", "Condition"].map(
      (name): Contestant => ({
        name: `CPython ${name}()`,
        role: "CPython",
        absent: whyNoPython(),
        python: { name: `make_${name.toLowerCase()}` },
      }),
    ),
  ],
  rows: Object.keys(PRIMITIVES).map((name) => ({
    number: "30",
    name: `new ${name}()`,
    ours: `new ${name}()`,
    unit: "ns",
    marks: [
      { against: RAW, atMost: 1.5 },
      ...(["Lock", "Event", "Condition"].includes(name) ? [{ against: `CPython ${name}()` }] : []),
    ],
    meaning: "Of the objects made, the first few thousand find fresh memory, the rest what was freed.",
  })),
};
