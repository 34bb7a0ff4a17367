// Whoever is inside is alone there, everybody who may come in does, and at the end the door is open.

import { AtomicInt32 } from "@conc/atomics";
import { Lock, RLock, Semaphore } from "@conc/lock";
import { describe, expect } from "vitest";
import type { Bounds, Program } from "../../src/index.ts";
import { aborted, holds } from "./holds.ts";

interface Room {
  readonly door: Lock | Semaphore;
  readonly inside: AtomicInt32;
}

function look({ door, inside }: Room): void {
  expect(inside.add(1)).toBe(0);
  inside.add(-1);
  door.release();
}

const visit: Program<Room> = (room) => {
  room.door.acquire();
  look(room);
};
const visitTwice: Program<Room> = (room, self) => {
  visit(room, self);
  visit(room, self);
};
const visitInTime: Program<Room> = (room) => {
  if (room.door.acquire({ timeout: 5 })) look(room);
};
const visitAsync: Program<Room> = async (room) => {
  await room.door.acquireAsync();
  look(room);
};
const visitInTimeAsync: Program<Room> = async (room) => {
  if (await room.door.acquireAsync({ timeout: 5 })) look(room);
};
const visitOrAbort: Program<Room> = async (room) => {
  if (await aborted((signal) => room.door.acquireAsync({ signal }))) look(room);
};

const doors = { Lock: () => new Lock(), RLock: () => new RLock(), Semaphore: () => new Semaphore(1) };

for (const [kind, make] of Object.entries(doors)) {
  const share = (): Room => ({ door: make(), inside: new AtomicInt32(0) });
  const check = ({ door }: Room): void => expect(door.locked).toBe(false);
  const room = (name: string, agents: Record<string, Program<Room>>, bounds?: Bounds): void => {
    holds(`${kind}: ${name}`, { share, agents, check }, bounds);
    holds(`${kind}: ${name}, while time passes`, { share, agents, check }, { ...bounds, impatient: true });
  };

  describe(kind, () => {
    room("two threads", { A: visit, B: visit });
    room("two threads, twice", { A: visitTwice, B: visitTwice }, { preemptions: 3 });
    room("three threads", { A: visit, B: visit, C: visit }, { preemptions: 2 });
    room("one has little time", { A: visit, B: visitInTime, C: visit }, { preemptions: 2 });

    // Which async task owns an RLock is told by hooks of the platform, with numbers that differ from run to run.
    if (kind === "RLock") return;
    room("two tasks and a thread", { A: visitAsync, B: visitAsync, C: visit }, { preemptions: 2 });
    room("a task has little time", { A: visitInTimeAsync, B: visitAsync, C: visit }, { preemptions: 2 });
    room("a task is aborted", { A: visitOrAbort, B: visitAsync, C: visit }, { preemptions: 2 });
    room(
      "two tasks of one thread, one is aborted",
      { A: (shared, self) => Promise.all([visitAsync(shared, self), visitOrAbort(shared, self)]), B: visit },
      { preemptions: 2 },
    );
  });

  interface House extends Room {
    readonly other: Lock;
  }
  const shareHouse = (): House => ({ ...share(), other: new Lock() });
  const elsewhere =
    (tasks: Program<Room>): Program<House> =>
    async (house, self) => {
      const visits = Promise.resolve(tasks(house, self));
      // They may fail while the thread does something else; that comes out below.
      visits.catch(() => {});
      if (house.other.acquire({ timeout: 9 })) house.other.release();
      await visits;
    };
  const visitFromElsewhere: Program<House> = (house, self) => {
    house.other.acquire();
    visitTwice(house, self);
    house.other.release();
  };
  const two: Program<Room> = (shared, self) => Promise.all([visitOrAbort(shared, self), visitAsync(shared, self)]);

  if (kind === "RLock") continue;
  describe(`${kind}, and a thread that blocks elsewhere`, () => {
    for (const impatient of [false, true]) {
      const when = impatient ? ", while time passes" : "";
      holds<House>(
        `${kind}: its task waits${when}`,
        { share: shareHouse, agents: { A: elsewhere(visitAsync), B: visitFromElsewhere }, check },
        { preemptions: 2, impatient },
      );
      holds<House>(
        `${kind}: one of its tasks is aborted${when}`,
        { share: shareHouse, agents: { A: elsewhere(two), B: visitFromElsewhere }, check },
        { preemptions: 2, impatient },
      );
    }
  });
}

describe("plain reads and writes as steps of their own", () => {
  for (const [kind, make] of Object.entries(doors)) {
    const share = (): Room => ({ door: make(), inside: new AtomicInt32(0) });
    const agents = { A: visit, B: visit, C: visit };
    holds(`${kind}: three threads, plain`, { share, agents }, { preemptions: 2, plain: true });
  }
});

describe("Semaphore", () => {
  interface Permits {
    readonly permits: Semaphore;
  }
  const none = (): Permits => ({ permits: new Semaphore(0) });
  const acquire: Program<Permits> = ({ permits }) => permits.acquire();
  const acquireInTime: Program<Permits> = ({ permits }) => permits.acquire({ timeout: 5 });
  const acquireAsync: Program<Permits> = ({ permits }) => permits.acquireAsync();
  const releaseTwo: Program<Permits> = ({ permits }) => permits.release(2);
  const releaseTwice: Program<Permits> = ({ permits }) => {
    permits.release();
    permits.release();
  };
  /** Who got none left it. */
  const check = ({ permits }: Permits, { A, B }: Readonly<Record<string, unknown>>): void =>
    expect(permits.value + Number(A) + Number(B)).toBe(2);
  const scenario = (name: string, A: Program<Permits>, B: Program<Permits>, C: Program<Permits>): void =>
    holds(`Semaphore: ${name}`, { share: none, agents: { A, B, C }, check }, { preemptions: 2, impatient: true });
  scenario("two permits at once", acquire, acquireAsync, releaseTwo);
  scenario("two permits, one by one", acquire, acquireAsync, releaseTwice);
  scenario("two permits, and one has little time", acquireInTime, acquire, releaseTwice);
});
