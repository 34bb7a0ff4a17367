import { AsyncLocalStorage } from "node:async_hooks";
import {
  AGENT_BLOCKED,
  AGENT_DEAD,
  Arena,
  agentsOf,
  BY_TASK,
  DeadlockError,
  endAgent,
  HANDED_LOCK,
  LOCK_DEPTH,
  OWNER,
  OwnerDiedError,
  SIGNAL,
  toHandle,
  WAITERS,
} from "@conc/atomics";
import { Condition } from "@conc/condition";
import { type Flow, Flows, quiet, sharedCells, startThread, until, waitersOf } from "@conc/testkit";
import { lineOf } from "@conc/testkit/lock-actions.ts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Lock, RLock, Semaphore } from "../src/index.ts";
import { die, REFUSED, WRONG } from "./workers/deadlock.ts";
import { DRIVEN, MORTAL, take } from "./workers/traffic.ts";

const WORKERS = new URL("./workers/deadlock.ts", import.meta.url);
const TRAFFIC = new URL("./workers/traffic.ts", import.meta.url);
const flows = new Flows(WORKERS);
const { agent } = Arena.default;
/** Calls a function outside of any task that holds a lock. */
const outside = AsyncLocalStorage.snapshot();

const NAMES = ["Ann", "Bob", "Cid"];
let ids: number[];

beforeAll(async () => {
  // Once something is shared there may be others; before that every endless wait is refused.
  toHandle(new Lock());
  const threads = await flows.take(3, "threads");
  ids = await Promise.all(threads.map((flow, index) => flow.run<number>("callMe", NAMES[index])));
});

afterEach(() => expect(agent.pending).toBe(0));
afterAll(() => flows.end());

function stateOf(id: number): number {
  return agentsOf(Arena.default).state(id);
}

/** Has each hold a lock and then want the next one's. Resolves to the one who was refused, and what the others get. */
async function closeCircle(members: Flow[], locks: (Lock | RLock)[]) {
  for (const [index, flow] of members.entries()) await flow.call(locks[index] as Lock, "acquire");
  const ends: string[] = [];
  const waits: Promise<unknown>[] = [];
  let refused: { index: number; error: Error } | undefined;
  for (const [index, flow] of members.entries()) {
    const wanted = locks[(index + 1) % locks.length] as Lock;
    const wait = flow.call(wanted, "acquire").then(
      () => ends.push(`${index} got it`),
      (error: Error) => {
        ends.push(`${index} is refused`);
        refused = { index, error };
      },
    );
    waits.push(wait);
    await until("it waits, or was refused", () => waitersOf(wanted) === 1 || refused);
  }
  await until("one is refused", () => refused);
  return { ...(refused as unknown as { index: number; error: Error }), ends, waits };
}

/** Expects that only one was refused, that it holds its own lock still, and that all others go on once it gives it up. */
async function expectToEnd(members: Flow[], locks: Lock[], circle: Awaited<ReturnType<typeof closeCircle>>) {
  const { index, error, ends, waits } = circle;
  expect(error).toBeInstanceOf(DeadlockError);
  expect(error).toMatchObject({ name: "DeadlockError", code: "ERR_CONC_DEADLOCK" });
  await quiet();
  expect(ends).toEqual([`${index} is refused`]);
  expect(locks.map((lock) => lock.locked)).toEqual(locks.map(() => true));
  // Nobody waits for what it wanted any more.
  expect(locks.map(waitersOf)).toEqual(locks.map((_, at) => (at === (index + 1) % locks.length ? 0 : 1)));
  for (let step = 0; step < members.length; step++) {
    const at = (index - step + members.length) % members.length;
    await waits[at];
    if (step > 0) await members[at]?.call(locks[(at + 1) % locks.length] as Lock, "release");
    await members[at]?.call(locks[at] as Lock, "release");
  }
  expect(ends).toHaveLength(members.length);
  expect(ends.slice(1).every((end) => end.endsWith("got it"))).toBe(true);
  expect(locks.map((lock) => lock.locked)).toEqual(locks.map(() => false));
}

describe("a circle of threads that wait for each other's locks", () => {
  it.each([
    ["two threads and Locks", 2, Lock],
    ["two threads and RLocks", 2, RLock],
    ["three threads and Locks", 3, Lock],
    ["three threads and RLocks", 3, RLock],
  ])(
    "%s: one gets a DeadlockError that names all, and the others go on once it gives up its lock",
    async (_name, count, Class) => {
      const members = await flows.take(count, "threads");
      const locks = ["fork", "knife", "spoon"].slice(0, count).map((name) => new Class({ name }));
      const circle = await closeCircle(members, locks);
      // The thrower has no view of the third lock, nor of the third thread.
      const lines = locks.map((_, step) => {
        const [who, next] = [0, 1].map((more) => (circle.index + step + more) % count) as [number, number];
        return `\n  ${NAMES[who]} waits for lock "${locks[next]?.name}", held by ${NAMES[next]}`;
      });
      expect(circle.error.message).toBe(`this wait would never end:${lines.join("")}`);
      await expectToEnd(members, locks, circle);
    },
  );

  it("locks without a name go by their place, as in their text", async () => {
    const members = await flows.take(2, "threads");
    const locks = [new Lock(), new Lock()];
    const circle = await closeCircle(members, locks);
    for (const lock of locks)
      expect(circle.error.message).toContain(`waits for lock ${String(lock).match(/@[\da-f]+/)}, held`);
    await expectToEnd(members, locks, circle);
  });

  it("with trace: true the message says where each lock was acquired", async () => {
    const members = await flows.take(2, "threads");
    const locks = [new Lock({ name: "fork", trace: true }), new RLock({ name: "knife", trace: true })];
    for (const [index, flow] of members.entries()) await flow.run("acquireInTheKitchen", locks[index]);
    const waits = members.map((flow, index) => flow.call(locks[1 - index] as Lock, "acquire"));
    const results = Promise.allSettled(waits);
    const error = await Promise.any(
      waits.map((wait) =>
        wait.then(
          () => Promise.reject(),
          (reason: Error) => reason,
        ),
      ),
    );
    const at = NAMES.findIndex((name) => error.message.startsWith(`this wait would never end:\n  ${name} waits`));
    await members[at]?.call(locks[at] as Lock, "release");
    expect((await results).map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    for (const lock of locks) await members[1 - at]?.call(lock, "release");
    // Where the last call of a function takes its place on the stack, as in Bun, `acquire` is not to be seen.
    expect(error.message.match(/, which acquired it\n {6}at (\S+\.acquire|acquireInTheKitchen) .*\n/g)).toHaveLength(2);
    expect(error.message.match(/ {6}at .*acquireInTheKitchen.*deadlock\.[jt]s/g)).toHaveLength(2);
  });

  it("a thread that waits with a lock in the hands of its async task is part of it", async () => {
    const [ann] = (await flows.take(1, "threads")) as [Flow];
    const [fork, knife] = [new Lock({ name: "fork" }), new RLock({ name: "knife" })];
    knife.acquire();
    const got = ann.run("holdInTask", fork, knife);
    await until("Ann waits", () => waitersOf(knife) === 1);
    // She may not have fallen asleep yet; then it is she who sees the circle.
    await until("she sleeps", () => stateOf(ids[0] as number) === AGENT_BLOCKED);
    expect(() => fork.acquire()).toThrow(
      'this wait would never end:\n  MainThread waits for lock "fork", held by an async task of Ann\n' +
        '  Ann waits for lock "knife", held by MainThread',
    );
    knife.release();
    expect(await got).toBe(true);
    expect([fork.locked, knife.locked]).toEqual([false, true]);
    await ann.call(knife, "release");
  });

  it.each([
    ["two", 2, 1500],
    ["three", 3, 1000],
  ])("in each of many rounds of %s exactly one is refused, and everybody finishes", async (_name, count, rounds) => {
    for (const Class of [Lock, RLock]) {
      const members = await flows.take(count, "threads");
      const locks = members.map(() => new Class());
      const cells = sharedCells(8);
      await Promise.all(
        members.map((flow, index) =>
          flow.run("embrace", [locks[index], locks[(index + 1) % count]], cells, count, rounds),
        ),
      );
      expect([cells[REFUSED], cells[WRONG]]).toEqual([rounds, 0]);
      expect(locks.map(waitersOf)).toEqual(locks.map(() => 0));
    }
  });
});

describe("a thread that waits for itself", () => {
  it("a second acquire of a Lock that nobody else knows is refused, and the first one still holds", () => {
    const lock = new Lock({ name: "diary" });
    lock.acquire();
    const message = /^this wait for Lock@[\da-f]+\(diary, locked\) would never end: no other thread knows it$/;
    expect(() => lock.acquire()).toThrow(message);
    expect(() => lock.acquire()).toThrow(DeadlockError);
    expect(() => lock.guard()).toThrow(DeadlockError);
    expect(() => lock.runExclusive(() => {})).toThrow(DeadlockError);
    expect(lock.locked).toBe(true);
    expect(lock.acquire({ timeout: 5 })).toBe(false);
    lock.release();
    expect(lock.acquire()).toBe(true);
    lock.release();
  });

  it("LK-114 so is a blocking acquire of what an async task of its own holds", async () => {
    for (const lock of [new Lock({ name: "diary" }), new RLock({ name: "diary" })]) {
      toHandle(lock);
      const held = await lock.guardAsync();
      const message =
        'this wait would never end:\n  MainThread waits for lock "diary", held by an async task of its own';
      expect(() => outside(() => lock.acquire())).toThrow(new DeadlockError(message));
      expect(outside(() => lock.acquire({ timeout: 5 }))).toBe(false);
      expect([lock.locked, waitersOf(lock)]).toEqual([true, 0]);
      held.release();
      expect(lock.acquire()).toBe(true);
      lock.release();
    }
  });

  it("so is one task's blocking acquire of an RLock that another task of the thread owns", async () => {
    const lock = new RLock();
    const task = async (): Promise<string> => {
      await new Promise(setImmediate);
      const inner = await new RLock().guardAsync();
      try {
        return String(lock.acquire());
      } catch (error) {
        return (error as Error).name;
      } finally {
        inner.release();
      }
    };
    const other = task();
    const held = await lock.guardAsync();
    expect(await other).toBe("DeadlockError");
    held.release();
    expect(lock.locked).toBe(false);
  });
});

describe("what is no deadlock", () => {
  it("waits with a timeout are left alone: in a circle with one of them, that one gives up", async () => {
    const [ann, bob] = (await flows.take(2, "threads")) as [Flow, Flow];
    const [fork, knife] = [new Lock(), new Lock()];
    await ann.call(fork, "acquire");
    await bob.call(knife, "acquire");
    for (const patient of [false, true]) {
      // The timed one comes first or last.
      const wait = patient ? ann.call(knife, "acquire") : undefined;
      if (wait) await until("Ann waits", () => waitersOf(knife) === 1);
      const timed = bob.call(fork, "acquire", { timeout: 50 });
      const late = wait ?? ann.call(knife, "acquire");
      expect(await timed).toBe(false);
      await bob.call(knife, "release");
      expect(await late).toBe(true);
      await ann.call(knife, "release");
      await bob.call(knife, "acquire");
    }
    await bob.call(knife, "release");
    await ann.call(fork, "release");
  });

  it("so are locks that were ever released by another than their owner, and semaphores", async () => {
    const [ann, bob] = (await flows.take(2, "threads")) as [Flow, Flow];
    const signal = new Lock();
    await ann.call(signal, "acquire");
    signal.release();
    for (const [fork, knife] of [
      [signal, new Lock()],
      [new Lock(), signal],
      [new Semaphore(), new Lock()],
    ] as [Lock, Lock][]) {
      await ann.call(fork, "acquire");
      await bob.call(knife, "acquire");
      const waits = [ann.call(knife, "acquire"), bob.call(fork, "acquire")];
      await until("both wait", () => waitersOf(fork) === 1 && waitersOf(knife) === 1);
      await quiet();
      expect([waitersOf(fork), waitersOf(knife)]).toEqual([1, 1]);
      fork.release();
      knife.release();
      expect(await Promise.all(waits)).toEqual([true, true]);
      await ann.call(knife, "release");
      await bob.call(fork, "release");
    }
    // Nor does a thread wait for itself that waits for its own signal.
    await ann.call(signal, "acquire");
    const again = ann.call(signal, "acquire");
    await until("it waits", () => waitersOf(signal) === 1);
    signal.release();
    expect(await again).toBe(true);
    signal.release();
  });

  it("a lock handed to an async task that has not noticed yet is given back when its thread blocks", async () => {
    const [ann] = (await flows.take(1, "threads")) as [Flow];
    const [fork, knife] = [new Lock(), new Lock()];
    const cells = sharedCells();
    knife.acquire();
    await ann.call(fork, "acquire");
    const task = fork.acquireAsync();
    const got = ann.run("handOver", fork, knife, cells);
    // No turn of the event loop from here on: the task can not notice.
    while (Atomics.load(cells, 0) === 0);
    expect(fork.locked).toBe(true);
    expect(fork.acquire()).toBe(true);
    fork.release();
    knife.release();
    expect(await got).toBe(true);
    expect(await task).toBe(true);
    fork.release();
    await ann.call(knife, "release");
  });

  it("so it is if the thread had just fallen asleep when the lock was handed to its task", async () => {
    const [ann] = (await flows.take(1, "threads")) as [Flow];
    const [fork, knife] = [new Lock(), new Lock()];
    const line = lineOf(fork);
    for (let round = 0; round < 100; round++) {
      fork.acquire();
      knife.acquire();
      const done = ann.run("blockBesideTask", fork, knife);
      await until("Ann waits", () => waitersOf(knife) === 1 && stateOf(ids[0] as number) === AGENT_BLOCKED);
      // What `release` does if it found her awake a moment before.
      line.lock();
      const woken = [line.tell(line.first, HANDED_LOCK)];
      Atomics.store(agent.heap.words, line.at, (ids[0] as number) | BY_TASK | WAITERS);
      line.unlock(woken);
      expect(fork.acquire()).toBe(true);
      fork.release();
      knife.release();
      await done;
    }
  });

  it("a thread that dies in the very moment in which another one waits for its lock is no part of a circle", async () => {
    const [fork, knife] = [new Lock(), new Lock()];
    const [undertaker] = (await flows.take(1, "threads")) as [Flow];
    const mortal = startThread<number>(WORKERS, "holdAndBlock", fork, knife);
    knife.acquire();
    await until("it waits", () => waitersOf(knife) === 1);
    const id = (agent.heap.words[toHandle(fork).offset / 4 + 2] as number) & OWNER;
    const slot = agentsOf(Arena.default).slot(id);
    await until("it sleeps", () => stateOf(id) === AGENT_BLOCKED);
    void undertaker.run("bury", slot, agent.id);
    agent.beforeSleep = () => die(slot);
    expect(() => fork.acquire()).toThrow(OwnerDiedError);
    agent.beforeSleep = undefined;
    fork.recover();
    fork.release();
    await mortal.kill();
    expect(stateOf(id)).toBe(AGENT_DEAD);
  });

  it("more than 10,000 rounds of legal traffic, in which some die, raise no alarm", async () => {
    const drivers = new Flows(TRAFFIC);
    const roads = { locks: [Lock, RLock, Lock, Lock, RLock].map((Class) => new Class()), condition: new Condition() };
    const cells = sharedCells(2);
    let driving = true;
    const done = Promise.all([
      ...(await drivers.take(3, "threads")).map((flow) => flow.run("drive", roads, 3000)),
      // Not this thread, which alone notices the deaths: it must never wait for what the dead may hold.
      ...(await drivers.take(2, "threads")).map((flow) => flow.run("stroll", roads, 750)),
    ]).finally(() => {
      driving = false;
    });
    while (driving) {
      const before = cells[DRIVEN] as number;
      const mortal = startThread(TRAFFIC, "driveToDeath", roads, cells);
      await until("it drives", () => (cells[DRIVEN] as number) > before + 20);
      await mortal.kill();
      endAgent(agent, cells[MORTAL] as number);
    }
    await done;
    await drivers.end();
    for (const lock of roads.locks) {
      expect(take(lock, { blocking: false })).toBe(true);
      // It was never a signal, so it was watched all the time.
      expect(agent.heap.words[toHandle(lock).offset / 4 + 2 + LOCK_DEPTH]).not.toBe(SIGNAL);
    }
  });
});
