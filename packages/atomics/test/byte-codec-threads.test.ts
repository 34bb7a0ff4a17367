// As `byte-codec.test.ts`, but each value goes to another thread and back: what one thread wrote the other one reads, both ways.
import { sharedCells, startThread } from "@conc/testkit";
import { afterAll, describe, expect, it } from "vitest";
import { Arena } from "../src/arenas.ts";
import { AtomicInt32 } from "../src/atomic-int32.ts";
import { ByteCodec } from "../src/byte-codec.ts";
import { OBJECT_COUNT } from "../src/layout.ts";
import { codecSuite } from "./codec-suite.ts";
import { EXACT } from "./exact-values.ts";
import { Lamp } from "./lamp.ts";
import { alike, randomValues } from "./random-values.ts";
import { ECHO, END, FAILED, OVER, TURN } from "./workers/echo.ts";

const VALUES = Number(process.env.CONC_VALUES ?? 20_000) / 10;

const ROOM = 1 << 25;
const arena = Arena.default;
const codec = ByteCodec.of(arena);
const [there, back] = [0, 1].map(() => arena.heap.allocate(ROOM, arena.agent.id) * 4) as [number, number];
const cells = sharedCells(2);
const thread = startThread<void>(new URL("./workers/echo.ts", import.meta.url), "echo", cells, there, back, ROOM);

function give(turn: number): void {
  Atomics.store(cells, TURN, turn);
  Atomics.notify(cells, TURN);
}

function send<T>(value: T): T {
  const end = codec.write(value, there, there + ROOM);
  expect(end).toBeGreaterThan(there);
  cells[END] = end;
  give(ECHO);
  Atomics.wait(cells, TURN, ECHO);
  const answer = codec.read(back, cells[END] as number);
  if (Atomics.load(cells, TURN) === FAILED) throw answer;
  return answer as T;
}

afterAll(async () => {
  give(OVER);
  await thread.result;
});

/** The same, with a primitive in it, so that the value is taken apart. */
function sendMarked<T>(value: T): T {
  return send({ lamp: new Lamp(), value }).value;
}

function refuse(value: unknown): void {
  codec.write(value, there, there + ROOM);
}

codecSuite("ByteCodec, to another thread and back", send, refuse);
codecSuite("ByteCodec, to another thread and back, beside a primitive", sendMarked, refuse);

describe("exactly", () => {
  it.each(EXACT)("%s", (_, value) => expect(send(value)).toStrictEqual(value));
});

it(`${VALUES} random values come back from another thread as from a structured clone`, () => {
  const random = randomValues(11);
  for (let round = 0; round < VALUES; round++) {
    const value = random.value();
    if (!alike(send(value), structuredClone(value))) expect(send(value), `round ${round}`).toStrictEqual(value);
  }
});

it("the two threads need not have met the same values before: the keys of objects are told anew in each", () => {
  for (let i = 0; i < 1000; i++) {
    const value = { [`key ${i}`]: { [`${i} inner`]: i }, list: [{ [`key ${i}`]: 1 }] };
    expect(send(value)).toStrictEqual(value);
  }
});

it("primitives are the same again, and none of their handles is left on its way", () => {
  const number = new AtomicInt32(5);
  expect(send({ number, again: [number] })).toEqual({ number, again: [number] });
  expect(send(number)).toBe(number);
  const start = number.place?.start as number;
  expect((arena.heap.reach(start)[start + OBJECT_COUNT] as number) >> 20).toBe(0);
});
