// Nobody sleeps through what he waits for: events, conditions, and the wait queue itself, by way of `Word`.

import { AtomicInt32, Word } from "@conc/atomics";
import { Condition, Event } from "@conc/condition";
import { Lock, RLock } from "@conc/lock";
import { describe, expect } from "vitest";
import type { Program } from "../../src/index.ts";
import { aborted, holds } from "./holds.ts";

describe("Word", () => {
  interface Shared {
    readonly word: Word;
  }
  const share = (): Shared => ({ word: new Word(0) });
  const sleep: Program<Shared> = ({ word }) => {
    while (word.load() === 0) word.wait(0);
  };
  const sleepAsync: Program<Shared> = async ({ word }) => {
    while (word.load() === 0) await word.waitAsync(0);
  };
  const nap: Program<Shared> = ({ word }) => void word.wait(0, { timeout: 5 });
  const napAsync: Program<Shared> = ({ word }) => aborted((signal) => word.waitAsync(0, { signal }));
  const wake: Program<Shared> = ({ word }) => {
    word.store(1);
    word.notify();
  };
  const wakeBoth: Program<Shared> = ({ word }) => {
    word.store(1);
    word.notify(1);
    word.notify(1);
  };
  holds("Word: a sleeper", { share, agents: { A: sleep, B: wake } });
  holds("Word: two sleepers", { share, agents: { A: sleep, B: sleep, C: wake } }, { preemptions: 3 });
  holds(
    "Word: two sleepers, woken one by one",
    { share, agents: { A: sleep, B: sleep, C: wakeBoth } },
    { preemptions: 3 },
  );
  holds("Word: tasks", { share, agents: { A: sleepAsync, B: sleepAsync, C: wake } }, { preemptions: 3 });
  holds(
    "Word: who runs out of time takes no wake-up",
    { share, agents: { A: nap, B: sleep, C: wakeBoth } },
    { preemptions: 3 },
  );
  holds(
    "Word: who is aborted takes no wake-up",
    { share, agents: { A: napAsync, B: sleep, C: wakeBoth } },
    { preemptions: 2 },
  );
});

describe("Event", () => {
  interface Shared {
    readonly event: Event;
  }
  const share = (): Shared => ({ event: new Event() });
  const wait: Program<Shared> = ({ event }) => event.wait();
  const waitInTime: Program<Shared> = ({ event }) => event.wait({ timeout: 5 });
  const waitAsync: Program<Shared> = ({ event }) => event.waitAsync();
  const waitInTimeAsync: Program<Shared> = ({ event }) => event.waitAsync({ timeout: 5 });
  const waitOrAbort: Program<Shared> = ({ event }) => aborted((signal) => event.waitAsync({ signal }));
  const set: Program<Shared> = ({ event }) => event.set();
  const pulse: Program<Shared> = ({ event }) => {
    event.set();
    event.clear();
    event.set();
  };
  const check = (_shared: Shared, { A }: Readonly<Record<string, unknown>>): void => expect(A).toBe(true);
  holds("Event: one waits", { share, agents: { A: wait, B: set }, check });
  holds("Event: set, cleared and set", { share, agents: { A: wait, B: pulse }, check });
  const waitAndClear: Program<Shared> = ({ event }) => {
    const inTime = event.wait();
    event.clear();
    return inTime;
  };
  const cleared = ({ event }: Shared): void => expect(event.isSet).toBe(false);
  const withClear = { A: waitAndClear, B: waitInTime, C: set };
  holds("Event: who was let go clears it at once", { share, agents: withClear, check: cleared }, { preemptions: 2 });
  holds("Event: two wait", { share, agents: { A: wait, B: wait, C: set }, check }, { preemptions: 3 });
  holds("Event: two set it", { share, agents: { A: wait, B: set, C: pulse }, check }, { preemptions: 3 });
  holds("Event: one has little time", { share, agents: { A: wait, B: waitInTime, C: set }, check }, { preemptions: 3 });
  holds("Event: tasks", { share, agents: { A: waitAsync, B: waitInTimeAsync, C: set }, check }, { preemptions: 3 });
  holds(
    "Event: a task is aborted",
    { share, agents: { A: waitAsync, B: waitOrAbort, C: pulse }, check },
    { preemptions: 1 },
  );
});

for (const [kind, make] of Object.entries({ Lock: () => new Lock(), RLock: () => new RLock() })) {
  describe(`Condition with ${kind}`, () => {
    interface Store {
      readonly changed: Condition;
      readonly items: AtomicInt32;
    }
    const share = (): Store => ({ changed: new Condition(make()), items: new AtomicInt32(0) });
    const take: Program<Store> = ({ changed, items }) => {
      using _ = changed.guard();
      changed.waitFor(() => items.load() > 0);
      items.add(-1);
      return 1;
    };
    const takeInTime: Program<Store> = ({ changed, items }) => {
      using _ = changed.guard();
      const found = changed.waitFor(() => items.load() > 0, { timeout: 5 });
      if (found) items.add(-1);
      return Number(found);
    };
    const takeAsync: Program<Store> = async ({ changed, items }) => {
      using _ = await changed.guardAsync();
      await changed.waitForAsync(() => items.load() > 0);
      items.add(-1);
      return 1;
    };
    const takeOrAbort: Program<Store> = async ({ changed, items }) => {
      using _ = await changed.guardAsync();
      const found = await aborted((signal) => changed.waitForAsync(() => items.load() > 0, { signal }));
      if (found) items.add(-1);
      return Number(found ?? false);
    };
    const putOne: Program<Store> = ({ changed, items }) => {
      using _ = changed.guard();
      items.add(1);
      changed.notify();
    };
    const putOneByOne: Program<Store> = (store, self) => {
      putOne(store, self);
      putOne(store, self);
    };
    const putTwo: Program<Store> = ({ changed, items }) => {
      using _ = changed.guard();
      items.add(2);
      changed.notifyAll();
    };
    /** Nothing is lost, nothing is taken twice. */
    const check = ({ changed, items }: Store, { A, B }: Readonly<Record<string, unknown>>): void => {
      expect(changed.locked).toBe(false);
      expect(items.load() + Number(A) + Number(B)).toBe(2);
    };
    const store = (name: string, agents: Record<string, Program<Store>>, preemptions: number): void =>
      holds(`Condition with ${kind}: ${name}`, { share, agents, check }, { preemptions });
    store("one at a time", { A: take, B: take, C: putOneByOne }, 1);
    store("both at once", { A: take, B: take, C: putTwo }, 1);
    store("one has little time", { A: takeInTime, B: take, C: putTwo }, 1);
    if (kind === "RLock") return;
    store("a task", { A: takeAsync, B: take, C: putTwo }, 1);
    store("a task is aborted", { A: takeOrAbort, B: takeAsync, C: putTwo }, 0);
    store("a task is aborted, a thread waits", { A: takeOrAbort, B: take, C: putOneByOne }, 1);
    holds(
      `Condition with ${kind}: one waits`,
      {
        share,
        agents: { A: take, B: putOne },
        check: ({ items }) => expect(items.load()).toBe(0),
      },
      { preemptions: 3 },
    );
  });
}
