// What it costs to pass an item from one thread to another: the consumer's time, from its start until it has the last one.

import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { Arena, ByteCodec, SharedArray } from "@conc/atomics";
import { Queue } from "@conc/queue";
import { type Contestant, type Group, type Mark, type Run, sharing } from "../contest/contestant.ts";
import { whyNoPython } from "../contest/python.ts";

type Kind = "integers" | "objects" | "strings" | "bytes";

const OURS = "Queue";
const PORT = "MessagePort on('message')";
const POLLED = "MessagePort, receiveMessageOnPort polled";
const RING = "ring of one producer and one consumer, polled";
const PYTHON = "CPython queue.Queue";

/** Bytes of a slot of the bare ring, which has room for any item of the kind. */
const SLOT: Readonly<Record<Kind, number>> = { integers: 16, objects: 512, strings: 32_768, bytes: 2 ** 20 + 64 };
const SLOTS: Readonly<Record<Kind, number>> = { integers: 4096, objects: 1024, strings: 64, bytes: 8 };

function itemsOf(kind: Kind): (index: number) => unknown {
  if (kind === "integers") return (index) => index;
  const made = Array.from({ length: 16 }, (_, id): unknown => {
    if (kind === "strings") return `${id}`.padEnd(10_240, "x");
    if (kind === "bytes") return new Uint8Array(2 ** 20).fill(id);
    return { id, name: `item ${id}`, tags: ["a", "b"], on: true, score: id * 1.5, at: { x: 1, y: "two" } };
  });
  return (index) => made[index & 15];
}

/** Producers have odd numbers, consumers even ones. */
function queue(name: string, kind: Kind, pairs: number, maxSize: number): Contestant {
  return sharing({
    name,
    role: "ours",
    threads: 2 * pairs,
    share: () => ({ queue: new Queue<unknown>(maxSize) }),
    prepare: ({ index, shared: { queue } }): Run => {
      const itemOf = itemsOf(kind);
      if (index % 2 === 1) {
        return (times) => {
          for (let time = 0; time < times; time++) queue.put(itemOf(time));
        };
      }
      return (times) => {
        const start = performance.now();
        for (let time = 0; time < times; time++) queue.get();
        return ((performance.now() - start) * 1e6) / pairs;
      };
    },
  });
}

function port(kind: Kind, polled: boolean): Contestant {
  return {
    name: polled ? POLLED : PORT,
    role: "peer",
    threads: 2,
    share: () => {
      const { port1, port2 } = new MessageChannel();
      return { ports: [port1, port2] };
    },
    prepare: ({ index, shared }): Run => {
      const { port } = shared as { port: MessagePort };
      const itemOf = itemsOf(kind);
      if (index === 1) {
        return (times) => {
          for (let time = 0; time < times; time++) port.postMessage(itemOf(time));
        };
      }
      if (polled) {
        return (times) => {
          for (let left = times; left > 0; ) if (receiveMessageOnPort(port)) left--;
        };
      }
      let left = 0;
      let ended = (): void => {};
      port.on("message", () => {
        if (--left === 0) ended();
      });
      return (times) =>
        new Promise<void>((resolve) => {
          ended = resolve;
          // Some may have come before this repetition began here.
          left += times;
          if (left === 0) resolve();
        });
    },
  };
}

function ring(kind: Kind): Contestant {
  const [slot, slots] = [SLOT[kind], SLOTS[kind]];
  return sharing({
    name: RING,
    role: "floor",
    threads: 2,
    share: () => ({
      // Which item is the next: of the producer, and in another cache line of the consumer.
      ends: new Int32Array(new SharedArrayBuffer(256)),
      memory: new SharedArray("u8", slot * slots),
    }),
    prepare: ({ index, shared: { ends, memory } }): Run => {
      const codec = ByteCodec.of(Arena.default);
      const { byteOffset } = memory.view as Uint8Array;
      const itemOf = itemsOf(kind);
      const whole = new Int32Array(memory.view.buffer, byteOffset);
      const placeOf = (at: number): number => byteOffset + (at % slots) * slot;
      if (index === 1) {
        return (times) => {
          let put = ends[0] as number;
          for (let time = 0; time < times; time++) {
            while (put - Atomics.load(ends, 32) === slots);
            if (kind === "integers") whole[((put % slots) * slot) >> 2] = itemOf(time) as number;
            else {
              const place = placeOf(put);
              whole[(place - byteOffset) >> 2] = codec.write(itemOf(time), place + 8, place + slot);
            }
            Atomics.store(ends, 0, ++put);
          }
        };
      }
      return (times) => {
        let sum = 0;
        let got = ends[32] as number;
        for (let time = 0; time < times; time++) {
          while (got === Atomics.load(ends, 0));
          const place = placeOf(got);
          const word = whole[(place - byteOffset) >> 2] as number;
          if (kind === "integers") sum += word;
          else codec.read(place + 8, word);
          Atomics.store(ends, 32, ++got);
        }
        return void sum;
      };
    },
  });
}

function python(kind: Kind): Contestant {
  return { name: PYTHON, role: "CPython", absent: whyNoPython(), python: { name: "queue_pass", args: { kind } } };
}

const MARKS: Readonly<Record<Kind, { number: string; floor: number; port: number; python?: number }>> = {
  integers: { number: "12", floor: 0.35, port: 3.5, python: 6 },
  objects: { number: "13", floor: 0.75, port: 1.25, python: 1.1 },
  strings: { number: "14", floor: 0.6, port: 2.5 },
  bytes: { number: "14", floor: 0.6, port: 1.2 },
};

/** One producer, one consumer. */
export function queueOf(kind: Kind): Group {
  const { number, floor, port: against, python: cpython } = MARKS[kind];
  const marks: Mark[] = [
    { against: RING, atMost: 1 / floor },
    { against: PORT, atLeast: against },
  ];
  if (cpython !== undefined) marks.push({ against: PYTHON, atLeast: cpython });
  // As many large items as a MessagePort would queue do not fit into any memory.
  const maxSize = kind === "bytes" ? 16 : 0;
  return {
    name: `queue of ${kind}`,
    about:
      "One thread puts, another one takes. The floor is a ring without locks for exactly these two, which poll; it uses the same codec, and " +
      "none at all for integers. CPython passes references.",
    tolerance: 1.3,
    contestants: [
      queue(OURS, kind, 1, maxSize),
      port(kind, false),
      port(kind, true),
      ring(kind),
      ...(cpython === undefined ? [] : [python(kind)]),
    ],
    rows: [{ number, name: `Queue, ${kind}`, ours: OURS, unit: "ns", marks }],
  };
}

/** Two producers, two consumers. */
export const queuesOfTwo: Group = {
  name: "queue of two and two",
  about: "Two threads put and two take, beside one that puts and one that takes.",
  tolerance: 1.3,
  contestants: [queue("1 to 1", "integers", 1, 0), queue("2 to 2", "integers", 2, 0)],
  rows: [
    {
      number: "15",
      name: "Queue, integers, 2 to 2",
      ours: "2 to 2",
      unit: "ns",
      marks: [{ against: "1 to 1", atMost: 2 }],
    },
  ],
};
