// An agent dies at any of its steps, and is declared dead some time later: its heirs learn of it, and nobody hangs.

import { AtomicInt32, anyPrimitive, GRANTED, layout, NODE_STATE, OwnerDiedError, WaitQueue, Word } from "@conc/atomics";
import { Condition, Event } from "@conc/condition";
import { Lock, RLock, Semaphore } from "@conc/lock";
import { describe, expect, it } from "vitest";
import type { Program } from "../../src/index.ts";
import { holds, undertaker } from "./holds.ts";

interface Room {
  readonly lock: Lock;
  readonly inside: AtomicInt32;
}

function look({ lock, inside }: Room): void {
  expect(inside.add(1)).toBe(0);
  inside.add(-1);
  lock.release();
}

/** Says that all is in order after a death. */
function recover(error: unknown, { lock, inside }: Room): true {
  if (!(error instanceof OwnerDiedError)) throw error;
  lock.recover();
  inside.store(0);
  return true;
}

const visit: Program<Room> = (room) => {
  room.lock.acquire();
  look(room);
};
const visitAsync: Program<Room> = async (room) => {
  await room.lock.acquireAsync();
  look(room);
};
/** Tells whether it inherited the lock. */
const inherit: Program<Room> = (room) => {
  let inherited = false;
  try {
    room.lock.acquire();
  } catch (error) {
    inherited = recover(error, room);
  }
  look(room);
  return inherited;
};
const inheritAsync: Program<Room> = async (room) => {
  let inherited = false;
  try {
    await room.lock.acquireAsync();
  } catch (error) {
    inherited = recover(error, room);
  }
  look(room);
  return inherited;
};

for (const [kind, make] of Object.entries({ Lock: () => new Lock(), RLock: () => new RLock() })) {
  const share = (): Room => ({ lock: make(), inside: new AtomicInt32(0) });

  describe(`the owner of a ${kind} dies`, () => {
    for (const impatient of [false, true]) {
      const when = impatient ? ", while time passes" : "";
      const U = undertaker<Room>("A");
      const A = { run: visit, mortal: true };
      let heirs = 0;
      const check = (_room: Room, { B, C }: Readonly<Record<string, unknown>>): void => {
        // Only one inherits.
        expect(B && C).toBeFalsy();
        if (B || C) heirs++;
      };
      holds(
        `${kind}: one thread waits${when}`,
        { share, agents: { A, B: inherit, U }, check },
        { preemptions: 2, impatient },
      );
      holds(
        `${kind}: two threads wait${when}`,
        { share, agents: { A, B: inherit, C: inherit, U }, check },
        { preemptions: 1, impatient },
      );
      if (kind === "Lock") {
        const task = { run: visitAsync, mortal: true };
        holds(
          `${kind}: a task held it${when}`,
          { share, agents: { A: task, B: inherit, U }, check },
          { preemptions: 2, impatient },
        );
      }
      it("in some schedules there is an heir", () => expect(heirs).toBeGreaterThan(0));
    }
  });
}

describe("a waiter dies", () => {
  interface Bell {
    readonly event: Event;
    readonly word: Word;
  }
  const share = (): Bell => ({ event: new Event(), word: new Word(0) });
  const wait: Program<Bell> = ({ event }) => event.wait();
  const waitAsync: Program<Bell> = ({ event }) => event.waitAsync();
  const C: Program<Bell> = ({ event }) => event.set();
  const U = undertaker<Bell>("A");
  holds("Event: a thread", { share, agents: { A: { run: wait, mortal: true }, B: wait, C, U } }, { preemptions: 1 });
  holds("Event: a task", { share, agents: { A: { run: waitAsync, mortal: true }, B: wait, C, U } }, { preemptions: 1 });
  holds(
    "Event: who sets it",
    {
      share,
      agents: {
        A: { run: C, mortal: true },
        B: wait,
        U: { buries: "A", run: (bell, self) => [U.run(bell, self), C(bell, self)] },
      },
    },
    { preemptions: 2 },
  );

  // Whom the dead one had not let go yet, the next `set` lets go, whatever was cleared in between.
  const notLetGo = ({ event: { arena, base } }: Bell): number => {
    const queue = new WaitQueue(arena.agent, base, { ...anyPrimitive, toString: () => "event" });
    queue.lock();
    let count = 0;
    for (let node = queue.first; node !== 0; ) {
      const words = arena.heap.reach(node);
      if (Atomics.load(words, node + NODE_STATE) !== GRANTED) count++;
      node = words[node + layout.NODE_NEXT] as number;
    }
    queue.unlock();
    return count;
  };
  const after: Program<Bell> = (bell, self) => {
    U.run(bell, self);
    bell.event.clear();
    bell.event.set();
    return notLetGo(bell);
  };
  for (const [who, B] of Object.entries({ "a thread": wait, "a task": waitAsync })) {
    holds(
      `Event: who sets it, and it is cleared and set by another one, ${who} waits`,
      {
        share,
        agents: { A: { run: C, mortal: true }, B, U: { buries: "A", run: after } },
        check: (_bell, { U: left }) => expect(left ?? 0).toBe(0),
      },
      { preemptions: 2 },
    );
  }

  const sleep: Program<Bell> = ({ word }) => {
    while (word.load() === 0) word.wait(0);
  };
  const wake: Program<Bell> = ({ word }) => {
    word.store(1);
    word.notify();
  };
  holds(
    "Word: a thread",
    { share, agents: { A: { run: sleep, mortal: true }, B: sleep, C: wake, U } },
    { preemptions: 1 },
  );
  // Whoever died may have let a sleeper go, and not have told it that it stands in no line any more: it must not take others with it.
  const rouse: Program<Bell> = ({ word }) => {
    word.notify(1);
    word.store(1);
    word.notify();
  };
  const sleepAsync: Program<Bell> = async ({ word }) => {
    while (word.load() === 0) await word.waitAsync(0);
  };
  for (const [who, B] of Object.entries({ threads: sleep, "a task and a thread": sleepAsync })) {
    holds(
      `Word: who wakes one after the other, ${who}`,
      {
        share,
        agents: {
          A: { run: rouse, mortal: true },
          ...{ B, C: sleep },
          U: { buries: "A", run: (bell, self) => [U.run(bell, self), rouse(bell, self)] },
        },
      },
      { preemptions: 1 },
    );
  }
});

describe("an agent dies with a condition", () => {
  interface Shelf extends Room {
    readonly changed: Condition;
  }
  const share = (): Shelf => {
    const lock = new Lock();
    return { lock, changed: new Condition(lock), inside: new AtomicInt32(0) };
  };
  /** Does something with the lock held, once more if it had to be inherited first. */
  const persist =
    (act: (shelf: Shelf) => void): Program<Shelf> =>
    (shelf) => {
      for (let again = true; again; ) {
        try {
          shelf.lock.acquire();
          act(shelf);
          again = false;
        } catch (error) {
          again = recover(error, shelf);
        }
        shelf.lock.release();
      }
    };
  const take = (timeout?: number): Program<Shelf> =>
    persist(({ changed, inside }) => void changed.waitFor(() => inside.load() > 0, { timeout }));
  const put = persist(({ changed, inside }) => {
    inside.store(1);
    changed.notifyAll();
  });
  const U = undertaker<Shelf>("A");
  holds("Condition: a waiter", { share, agents: { A: { run: take(), mortal: true }, B: put, U } }, { preemptions: 1 });
  holds(
    "Condition: who notifies, the others have little time",
    { share, agents: { A: { run: put, mortal: true }, B: take(5), C: take(5), U } },
    { preemptions: 0 },
  );

  // Whoever died may have taken a waiter out of one line, and not have put it into the other.
  const both: Program<Shelf> = (shelf, self) => [U.run(shelf, self), put(shelf, self)];
  holds(
    "Condition: who notifies, and is followed by another one",
    { share, agents: { A: { run: put, mortal: true }, B: take(), U: { buries: "A", run: both } } },
    { preemptions: 1 },
  );

  // It may have changed the state of a task's node, and not have put the node on the READY stack.
  const lock = (): Room => ({ lock: new Lock(), inside: new AtomicInt32(0) });
  const heir = { A: { run: visit, mortal: true }, B: inheritAsync, U: undertaker<Room>("A") };
  holds("Lock: the owner dies, and a task waits", { share: lock, agents: heir }, { preemptions: 2 });
});

describe("an agent dies that waited for a permit", () => {
  interface Permits {
    readonly permits: Semaphore;
  }
  const share = (): Permits => ({ permits: new Semaphore(0) });
  const run: Program<Permits> = ({ permits }) => void permits.acquire();
  const runAsync: Program<Permits> = async ({ permits }) => void (await permits.acquireAsync());
  const release: Program<Permits> = ({ permits }) => {
    permits.release();
    permits.release();
  };
  // One permit it may have taken; a second one may have been handed to it meanwhile.
  const check = ({ permits }: Permits): void => expect(permits.value).toBeGreaterThan(0);
  for (const [kind, waits] of Object.entries({ thread: run, task: runAsync })) {
    const agents = { A: { run: waits, mortal: true }, B: release, U: undertaker<Permits>("A") };
    holds(`Semaphore: a ${kind}`, { share, agents, check }, { preemptions: 2, impatient: true });
  }
});
