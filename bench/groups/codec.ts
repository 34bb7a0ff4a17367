// What it costs to bring a value to another thread and to make it there again, without the way between: both in one thread.

import { isDeepStrictEqual } from "node:util";
import { deserialize, serialize } from "node:v8";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { Arena, ByteCodec } from "@conc/atomics";
import { Packr } from "msgpackr";
import type { Contestant, Group, Mark, Role, Row } from "../contest/contestant.ts";

const CLONE = "MessagePort";
const V8 = "v8.serialize";
const MSGPACKR = "msgpackr";

/** Enough for the largest value. */
const ROOM = 2 ** 22;

type Trip = (value: unknown) => unknown;

/** The ways to send a value and to have it again. */
const ways: Record<string, { readonly role: Role; readonly open: () => Trip }> = {
  [CLONE]: {
    role: "floor",
    open() {
      const { port1, port2 } = new MessageChannel();
      port1.unref();
      return (value) => {
        port1.postMessage(value);
        return receiveMessageOnPort(port2)?.message;
      };
    },
  },
  ByteCodec: {
    role: "ours",
    open() {
      const arena = Arena.default;
      const codec = ByteCodec.of(arena);
      const at = arena.heap.allocate(ROOM, arena.agent.id) * 4;
      return (value) => codec.read(at, codec.write(value, at, at + ROOM));
    },
  },
  [V8]: { role: "peer", open: () => (value) => deserialize(serialize(value)) },
  [MSGPACKR]: {
    role: "peer",
    open() {
      const packr = new Packr({ structuredClone: true });
      return (value) => packr.unpack(packr.pack(value));
    },
  },
  JSON: { role: "peer", open: () => (value) => JSON.parse(JSON.stringify(value)) },
};

function records(count: number): unknown[] {
  return Array.from({ length: count }, (_, id) => ({
    ...{ id, name: `user ${id}`, email: `user${id}@example.com`, active: id % 2 === 0, score: id * 1.5 },
  }));
}

function rich(): unknown {
  return {
    date: new Date(5),
    map: new Map<unknown, unknown>([
      ["a", 1],
      [{}, 2],
    ]),
    set: new Set([1, "x"]),
    big: 123456789012345678901234567890n,
    pattern: /ab+c/gi,
    error: new RangeError("no"),
    bytes: new Uint8Array(16),
    nothing: [Number.NaN, undefined],
  };
}

interface Sample {
  readonly make: () => unknown;
  /** Whether JSON makes the same of it again. */
  readonly json: boolean;
  readonly marks: readonly Mark[];
}

/** With which way it is compared, and how many times its cost ours may be, if there is a mark. */
type SampleMark = readonly [way: string, atMost?: number];

const OBJECT_MARKS: readonly SampleMark[] = [
  [CLONE, 0.9],
  [MSGPACKR, 1.2],
  [V8, 0.6],
];

function sample(make: () => unknown, json: boolean, marks: readonly SampleMark[]): Sample {
  return {
    make,
    json,
    marks: marks.map(([against, atMost]) => ({ against, ...(atMost !== undefined && { atMost }) })),
  };
}

const samples: Record<string, Sample> = {
  integer: sample(() => 42, true, [[CLONE, 0.9], ["JSON"]]),
  "100-byte object": sample(
    () => ({
      id: 12345,
      name: "Ada Lovelace",
      tags: ["x", "y", "z"],
      active: true,
      score: 98.6,
      nested: { a: 1, b: null },
    }),
    true,
    OBJECT_MARKS,
  ),
  "3 KB, 50 records": sample(() => records(50), true, OBJECT_MARKS),
  "400 KB, 5000 records": sample(() => records(5000), true, OBJECT_MARKS),
  "10 KB of ASCII": sample(() => "x".repeat(10_240), true, [[CLONE, 1.5], ["JSON"]]),
  "10 KB with é": sample(() => `é${"x".repeat(10_239)}`, true, [[CLONE, 1.5], ["JSON"]]),
  "1 MB of bytes": sample(() => new Uint8Array(2 ** 20), false, [[CLONE, 1.2], [V8]]),
  "rich values": sample(rich, false, [[CLONE], [V8, 1.5]]),
};

function contestant(way: string, name: string, { make }: Sample): Contestant {
  const { role, open } = ways[way] as { role: Role; open: () => Trip };
  return {
    name: `${way}: ${name}`,
    role,
    prepare() {
      const trip = open();
      const value = make();
      const got = trip(value);
      if (!isDeepStrictEqual(got, value) && role === "ours") throw new Error(`${way} does not carry: ${name}`);
      return (times) => {
        for (let time = 0; time < times; time++) trip(value);
      };
    },
  };
}

export const codec: Group = {
  name: "codec",
  about:
    "Writing a value where another thread sees it, and making it again, in one thread. The floor is the clone of the platform: posting " +
    "to a MessagePort and receiving at once.",
  tolerance: 1.15,
  repetitions: 7,
  contestants: Object.entries(samples).flatMap(([name, each]) =>
    Object.keys(ways)
      .filter((way) => way !== "JSON" || each.json)
      .map((way) => contestant(way, name, each)),
  ),
  rows: Object.entries(samples).map(
    ([name, { marks }], index): Row => ({
      number: "16",
      name: `codec, ${name}`,
      ours: `ByteCodec: ${name}`,
      unit: "ns",
      marks: marks.map(({ against, ...mark }) => ({ ...mark, against: `${against}: ${name}` })),
      ...(index === 0 ? { meaning: "`codec.read(at, codec.write(value, at, limit))`." } : {}),
    }),
  ),
};
