import { getEventListeners } from "node:events";
import { Arena } from "@conc/atomics";
import { Lock, RLock } from "@conc/lock";
import { type Flow, Flows } from "@conc/testkit";
import { makeCells, makeRing, waiting } from "@conc/testkit/condition-actions.ts";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Condition } from "../src/index.ts";
import type { Tally } from "./workers/races.ts";

const actors = new Flows(new URL(import.meta.resolve("@conc/testkit/condition-actions.ts")));
const racers = new Flows(new URL("./workers/races.ts", import.meta.url));
const { agent } = Arena.default;

afterAll(() => Promise.all([actors.end(), racers.end()]));

afterEach(() => {
  expect(agent.pending).toBe(0);
});

/** As `until`, for states that come at once. */
async function untilSoon(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise(setImmediate);
}

/** Lets so many turns of the microtask queue go by. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await undefined;
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}

describe("Condition: a notification at the moment at which a waiter's time runs out", () => {
  it.each([
    ["threads", "thread thread thread", 500, 2],
    ["tasks", "task task task", 300, 3],
    ["a thread, and a task behind it", "thread task thread", 200, 2],
    ["a task, and a thread behind it", "task thread thread", 200, 3],
  ])("CV-021 it goes to him or to the next, never to none or both: %s", async (_name, kinds, rounds, timeout) => {
    const threads = await racers.take(3, "threads");
    const tasks = await racers.take(3, "tasks");
    const [first, second, notifier] = kinds
      .split(" ")
      .map((kind, index) => (kind === "thread" ? threads : tasks)[index]) as [Flow, Flow, Flow];
    const condition = new Condition();
    const cells = makeCells();
    const held = [
      first.run<number>("waitInRounds", condition, cells, rounds, "first", timeout),
      second.run<number>("waitInRounds", condition, cells, rounds, "second", 20_000),
    ];
    const tally = await notifier.run<Tally>("notifyInRounds", condition, cells, rounds);
    expect(tally.wrong).toBe(0);
    expect(tally.notified + tally.timedOut).toBe(rounds);
    expect(tally.notified).toBeGreaterThan(0);
    expect(tally.timedOut).toBeGreaterThan(0);
    expect(await Promise.all(held)).toEqual([rounds, rounds]);
    expect([waiting(condition), condition.locked]).toEqual([0, false]);
  });

  it("CV-021 so it is in 3,000 rounds of tasks alone, whichever timer comes first", async () => {
    const outcomes = { notified: 0, timedOut: 0 };
    const round = async (): Promise<void> => {
      const condition = new Condition(random(2) ? new Lock() : new RLock());
      const wait = (timeout: number): Promise<boolean> =>
        condition.runExclusiveAsync(async () => {
          const notified = await condition.waitAsync({ timeout });
          condition.notify(0);
          return notified;
        });
      const [first, second] = [wait(1), wait(10_000)];
      await new Promise((resolve) => setTimeout(resolve, 1 + random(2)));
      await turns(random(3));
      await condition.runExclusiveAsync(() => condition.notify());
      if (await first) {
        outcomes.notified++;
        expect(waiting(condition)).toBe(1);
        await condition.runExclusiveAsync(() => condition.notify());
      } else {
        outcomes.timedOut++;
      }
      expect(await second).toBe(true);
      expect([waiting(condition), condition.locked]).toEqual([0, false]);
    };
    for (let batch = 0; batch < 30; batch++) await Promise.all(Array.from({ length: 100 }, round));
    expect(outcomes.notified).toBeGreaterThan(0);
    expect(outcomes.timedOut).toBeGreaterThan(0);
  });
});

describe("Condition: a notification at the moment of an abort", () => {
  /** Checks a round in which the first of two was notified once and aborted; resolves to whether the notification was his. */
  async function settle(condition: Condition, first: Promise<unknown>, second: Promise<unknown>): Promise<boolean> {
    const outcome = await first.catch((reason: unknown) => reason);
    if (outcome === true) {
      expect(waiting(condition)).toBe(1);
      await condition.runExclusiveAsync(() => condition.notify());
    } else {
      expect(outcome).toBe("enough");
    }
    expect(await second).toMatchObject({ result: true, held: true });
    expect([waiting(condition), condition.locked]).toEqual([0, false]);
    return outcome === true;
  }

  function waitAborted(condition: Condition, signal: AbortSignal): Promise<boolean> {
    return condition.runExclusiveAsync(async () => {
      try {
        return await condition.waitAsync({ signal });
      } finally {
        condition.notify(0);
      }
    });
  }

  it("CV-070 of tasks alone, in 3,000 rounds: notified is the aborted one, or another one instead", async () => {
    const [spare] = (await actors.take(1, "tasks")) as [Flow];
    const cells = makeCells();
    let notified = 0;
    for (let round = 0; round < 3000; round++) {
      const condition = new Condition(round % 2 ? new Lock() : new RLock());
      const controller = new AbortController();
      const first = waitAborted(condition, controller.signal);
      const second = spare.run("waitOnce", condition, cells);
      while (waiting(condition) < 2) await undefined;
      const notify = async (): Promise<void> => {
        await turns(random(6));
        await condition.runExclusiveAsync(async () => {
          condition.notify();
          await turns(random(6));
        });
      };
      const abort = async (): Promise<void> => {
        await turns(random(24));
        controller.abort("enough");
      };
      void Promise.all(round % 3 ? [notify(), abort()] : [abort(), notify()]);
      if (await settle(condition, first, second)) notified++;
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    }
    expect(notified).toBeGreaterThan(0);
    expect(notified).toBeLessThan(3000);
  });

  it.each(["threads", "tasks"] as const)(
    "CV-069 CV-070 by a thread, in 500 rounds, and behind the aborted one wait %s",
    async (kinds) => {
      const [notifier] = (await actors.take(1, "threads")) as [Flow];
      const [, spare] = (await actors.take(2, kinds)) as [Flow, Flow];
      const cells = makeCells();
      const condition = new Condition();
      let notified = 0;
      // Follows the moment at which either is as likely.
      let patience = 5;
      for (let round = 0; round < 500; round++) {
        const controller = new AbortController();
        const first = waitAborted(condition, controller.signal);
        await untilSoon(() => waiting(condition) === 1);
        const second = spare.run("waitOnce", condition, cells);
        await untilSoon(() => waiting(condition) === 2);
        const done = notifier.run("notify", condition);
        for (let turn = 0; turn < patience; turn++) await new Promise(setImmediate);
        controller.abort("enough");
        if (await settle(condition, first, second)) {
          notified++;
          patience = Math.max(0, patience - 1);
        } else {
          patience++;
        }
        await done;
        expect(getEventListeners(controller.signal, "abort")).toEqual([]);
      }
      expect(notified).toBeGreaterThan(0);
      expect(notified).toBeLessThan(500);
    },
  );
});

describe("Condition: producers and consumers", () => {
  it("CV-039 four threads and two tasks pass 20,000 items through a ring of eight, each once", async () => {
    const total = 20_000;
    const condition = new Condition();
    const ring = makeRing(8);
    const seen = makeCells(total);
    const threads = await actors.take(4, "threads");
    const tasks = await actors.take(2, "tasks");
    const shares = await Promise.all(
      [...threads, ...tasks].map((flow, index) =>
        index % 2
          ? flow.run<number>("consume", condition, ring, seen)
          : flow.run<number>("produce", condition, ring, total),
      ),
    );
    const sum = (parity: number) =>
      shares.filter((_share, index) => index % 2 === parity).reduce((before, share) => before + share);
    expect([sum(0), sum(1)]).toEqual([total, total]);
    expect(seen.findIndex((times) => times !== 1)).toBe(-1);
    for (const share of shares) expect(share).toBeGreaterThan(0);
    expect([waiting(condition), condition.locked]).toEqual([0, false]);
  });
});
