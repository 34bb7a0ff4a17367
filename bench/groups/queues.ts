// What it costs to pass an item from one thread to another, until the consumers have the last one.

import { Queue } from "@conc/queue";
import { makeArrivals } from "../contest/arrivals.ts";
import { type Contestant, type Group, type Mark, type Row, type Shared, sharing } from "../contest/contestant.ts";
import { whyNoPython } from "../contest/python.ts";
import { PORT, portPolled, portWithListener } from "../peers/message-port.ts";
import { MULTITHREADING_NEEDS, multithreadingChannel, multithreadingEnd } from "../peers/multithreading.ts";
import { PolledRing, type RingMemory, type RingSize, ringMemory } from "../peers/polled-ring.ts";
import type { Kind } from "./items.ts";
import { checkedPassing, type End } from "./passing.ts";

const RING = "ring of one producer and one consumer, polled";
const CHANNEL = "multithreading channel";
const PYTHON = "CPython queue.Queue";
const ONE = "Queue, 1 to 1";
const TWO = "Queue, 2 to 2";

/** How a kind of items is passed, and how fast that has to be. */
interface Plan {
  readonly ring: RingSize;
  /** How many items are checked. */
  readonly checked: number;
  /** How many items ours holds at most; of large ones no more than the ring does, or what is measured is memory that nobody used before. */
  readonly maxSize?: number;
  /** Bytes of the memory for all items of multithreading's channel, if its own choice is too small. */
  readonly room?: number;
  readonly number: string;
  readonly marks: readonly Mark[];
  /** For two pairs. */
  readonly marksOfTwo?: readonly Mark[];
}

const plans: Readonly<Record<Kind, Plan>> = {
  integers: {
    ring: { slots: 4096, slot: 16 },
    checked: 20_000,
    number: "12",
    marks: [ofRing(0.35), ...atLeast({ [PORT]: 3.5, [CHANNEL]: 25, [PYTHON]: 6 })],
    marksOfTwo: atLeast({ [ONE]: 0.5, [CHANNEL]: 10, [PYTHON]: 3 }),
  },
  objects: {
    ring: { slots: 1024, slot: 512 },
    checked: 20_000,
    number: "13",
    marks: [ofRing(0.75), ...atLeast({ [PORT]: 1.25, [CHANNEL]: 8, [PYTHON]: 1.1 })],
    marksOfTwo: atLeast({ [ONE]: 0.5, [CHANNEL]: 10, [PYTHON]: 0.8 }),
  },
  strings: {
    ring: { slots: 64, slot: 32_768 },
    checked: 1000,
    maxSize: 64,
    room: 2 ** 20,
    number: "14",
    marks: [ofRing(0.6), ...atLeast({ [PORT]: 2.5 }), { against: CHANNEL }],
  },
  bytes: {
    ring: { slots: 8, slot: 2 ** 20 + 64 },
    checked: 50,
    maxSize: 8,
    number: "14",
    marks: [ofRing(0.6), ...atLeast({ [PORT]: 1.2 })],
  },
};

/** At least so many times as fast as these. */
function atLeast(times: Readonly<Record<string, number>>): Mark[] {
  return Object.entries(times).map(([against, each]) => ({ against, atLeast: each }));
}

/** At least such a share of the floor's throughput. */
function ofRing(share: number): Mark {
  return { against: RING, atMost: 1 / share };
}

/** A contestant whose threads pass items by puts and gets that block. */
function blocking<S extends Shared>(
  contestant: Pick<Contestant, "name" | "role" | "needs">,
  kind: Kind,
  pairs: number,
  share: () => S | Promise<S>,
  endOf: (shared: S) => End | Promise<End>,
): Contestant {
  return sharing({
    ...contestant,
    threads: 2 * pairs,
    operations: pairs,
    untilAll: true,
    share: async () => ({ ...(await share()), arrivals: makeArrivals(plans[kind].checked) }),
    prepare: async ({ index, shared }) => checkedPassing(kind, index, pairs, await endOf(shared), shared.arrivals),
  });
}

function ours(name: string, kind: Kind, pairs: number): Contestant {
  return blocking(
    { name, role: "ours" },
    kind,
    pairs,
    () => ({ queue: new Queue<unknown>(plans[kind].maxSize) }),
    ({ queue }) => queue,
  );
}

function ring(kind: Kind): Contestant {
  const size = plans[kind].ring;
  return blocking(
    { name: RING, role: "floor" },
    kind,
    1,
    () => ringMemory(size),
    (shared: RingMemory & Shared) => new PolledRing(size, shared, kind === "integers"),
  );
}

function channel(kind: Kind, pairs: number): Contestant {
  return blocking(
    { name: CHANNEL, role: "peer", needs: MULTITHREADING_NEEDS },
    kind,
    pairs,
    async () => ({ channel: await multithreadingChannel(plans[kind].room) }),
    (shared) => multithreadingEnd(shared.channel),
  );
}

function python(kind: Kind, pairs: number): Contestant {
  return {
    name: PYTHON,
    role: "CPython",
    operations: pairs,
    absent: whyNoPython(),
    python: { name: "queue_pass", args: { kind, pairs } },
  };
}

/** One producer, one consumer. */
export function queueOf(kind: Kind): Group {
  const { number, marks } = plans[kind];
  const against = (name: string) => marks.some((mark) => mark.against === name);
  const row: Row = {
    number,
    name: `Queue, ${kind}`,
    ours: ONE,
    unit: kind === "bytes" ? "µs" : "ns",
    marks,
    meaning: `\`queue.put(item)\` in one thread, \`queue.get()\` in another; time per item. ${MEANINGS[kind]}`,
  };
  return {
    name: `queue of ${kind}`,
    about:
      "One thread puts, another one takes. The floor is a ring without locks for exactly these two, which poll; it uses the same codec, and " +
      `none at all for integers. CPython passes references.${against(CHANNEL) ? ABOUT_CHANNEL : ""}`,
    tolerance: 1.3,
    contestants: [
      ours(ONE, kind, 1),
      portWithListener(kind),
      portPolled(kind),
      ring(kind),
      ...(against(CHANNEL) ? [channel(kind, 1)] : []),
      ...(against(PYTHON) ? [python(kind, 1)] : []),
    ],
    rows: [row],
  };
}

const ABOUT_CHANNEL =
  " multithreading's channel takes JSON only. It gives out views of objects, which nobody reads while the time runs. Once the memory of " +
  "its items is collected, which by default is after some 200 objects, its consumers find strings of before.";

const MEANINGS: Readonly<Record<Kind, string>> = {
  integers: "The items are numbers from 0 on.",
  objects: "The items are objects of some 100 bytes of JSON, with an array and an object in them.",
  strings: "The items are strings of 10 KB; the queue holds 64 of them at most, as the ring does.",
  bytes: "The items are arrays of 1 MB; the queue holds 16 of them at most.",
};

/** Two producers, two consumers. */
export function queueOfTwo(kind: "integers" | "objects"): Group {
  return {
    name: `queue of ${kind}, two and two`,
    about:
      "Two threads put and two take, beside one that puts and one that takes; time per item, of all pairs together, until the last thread " +
      "has ended.",
    tolerance: 1.3,
    contestants: [ours(ONE, kind, 1), ours(TWO, kind, 2), channel(kind, 2), python(kind, 2)],
    rows: [
      {
        number: "15",
        name: `Queue, ${kind}, 2 to 2`,
        ours: TWO,
        unit: "ns",
        marks: plans[kind].marksOfTwo ?? [],
        meaning: "Two producers, two consumers, one queue.",
      },
    ],
  };
}
