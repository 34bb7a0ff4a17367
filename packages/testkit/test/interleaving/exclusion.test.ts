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

  holds<House>(
    `${kind}: a thread blocks elsewhere while its task waits`,
    {
      share: () => ({ ...share(), other: new Lock() }),
      agents: {
        async A(house, self) {
          const visits = kind === "RLock" ? undefined : visitAsync(house, self);
          // It may fail while the thread does something else; that comes out below.
          visits?.catch(() => {});
          if (house.other.acquire({ timeout: 9 })) house.other.release();
          await visits;
        },
        B(house, self) {
          house.other.acquire();
          visit(house, self);
          house.other.release();
        },
      },
      check,
    },
    { preemptions: 2 },
  );
}
