import { Barrier } from "@conc/barrier";
import { Event } from "@conc/condition";
import { until } from "@conc/testkit";
import { newSlate, read, type Slate } from "@conc/testkit/slate.ts";
import { setExcepthook, Thread } from "@conc/thread";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as meeting from "./workers/meeting.ts";

/** How often those who die at random moments do so. */
const ROUNDS = Number(process.env.CONC_ROUNDS ?? 8);

let before: ReturnType<typeof setExcepthook>;
beforeAll(() => {
  before = setExcepthook(() => {});
});
afterAll(() => {
  setExcepthook(before);
});

/** A thread that waits at the barrier, and the slate on which it says how that ended. */
function startParty(form: meeting.Form, barrier: Barrier, timeout?: number): { thread: Thread; answer: Slate } {
  const answer = newSlate();
  return { thread: new Thread({ target: meeting.meets, args: [form, barrier, answer, timeout] }).start(), answer };
}

describe("BR-057 a party that dies while it waits breaks the barrier", () => {
  for (const victimForm of ["sync", "async"] as const) {
    for (const form of ["sync", "async"] as const) {
      it(`${victimForm} victim, ${form} waiter: all get the error, and so does who comes later`, async () => {
        const barrier = new Barrier(4);
        const victim = startParty(victimForm, barrier);
        const other = startParty(form, barrier);
        const mine = barrier.waitAsync().catch(({ message }) => message);
        await until("all wait", () => barrier.waiting === 3);
        await victim.thread.terminate();
        expect(await mine).toContain("a party died while it waited");
        expect(await other.thread.joinAsync({ timeout: 10_000 })).toBe(true);
        expect(read(other.answer)).toBe("BrokenBarrierError");
        expect([barrier.broken, barrier.waiting]).toEqual([true, 0]);
        expect(() => barrier.wait({ timeout: 0 })).toThrow("died");

        barrier.reset();
        const parties = [1, 2, 3].map(() => startParty(form, barrier));
        expect(await barrier.waitAsync()).toBeLessThan(4);
        for (const { thread } of parties) await thread.joinAsync();
        expect(barrier.broken).toBe(false);
      });
    }
  }

  it("when it was the only one, the next one to come learns of it", async () => {
    const barrier = new Barrier(3);
    const { thread } = startParty("sync", barrier);
    await until("it waits", () => barrier.waiting === 1);
    await thread.terminate();
    await expect(barrier.waitAsync()).rejects.toThrow("died");
    expect(barrier.broken).toBe(true);
  });

  it.each(["throws", "exits", "out of memory"] as const)("%s", async (death) => {
    const barrier = new Barrier(3);
    const die = new Event();
    const resourceLimits = death === "out of memory" ? { maxOldGenerationSizeMb: 24 } : {};
    const victim = new Thread({ target: meeting.waitsAndDies, args: [death, barrier, die], resourceLimits }).start();
    const other = startParty("sync", barrier);
    await until("both wait", () => barrier.waiting === 2);
    die.set();
    expect(await other.thread.joinAsync({ timeout: 20_000 })).toBe(true);
    expect(read(other.answer)).toBe("BrokenBarrierError");
    await victim.joinAsync();
  });

  it.each(["sync", "async"] as const)("while it runs the action: %s", async (form) => {
    const barrier = new Barrier(2, { action: meeting.actsForEver });
    const mine = barrier.waitAsync().catch(({ message }) => message);
    const { thread } = startParty(form, barrier);
    await until("the action runs", () => barrier.waiting === 2);
    // Somebody who has come too early for the next round is told, too.
    const next = startParty("sync", barrier);
    await thread.terminate();
    expect(await mine).toContain("died");
    expect(await next.thread.joinAsync({ timeout: 10_000 })).toBe(true);
    expect(read(next.answer)).toBe("BrokenBarrierError");
  });

  it("while main is blocked at the barrier itself", async () => {
    const barrier = new Barrier(3);
    const victim = startParty("sync", barrier);
    await until("it waits", () => barrier.waiting === 1);
    void victim.thread.terminate();
    expect(() => barrier.wait()).toThrow("died");
  });
});

describe("a party that dies before it has arrived", () => {
  it("can not be known: that is what a timeout is for", async () => {
    const barrier = new Barrier(2);
    const gone = new Thread({ target: meeting.meets, args: ["sync", new Barrier(1), newSlate()] }).start();
    await gone.joinAsync();
    await expect(barrier.waitAsync({ timeout: 20 })).rejects.toThrow("the time of a party ran out");
  });
});

describe("at random moments", () => {
  it.each(["sync", "async"] as const)(
    "nobody hangs when one of three dies in the middle of many rounds: %s",
    async (form) => {
      for (let round = 0; round < ROUNDS; round++) {
        const barrier = new Barrier(3);
        const parties = [0, 1, 2].map((index) => {
          const begun = new Event();
          const target = meeting.meetsForEver;
          const args = [index === 2 ? "sync" : form, barrier, begun];
          return { begun, thread: new Thread({ target, args }).start() };
        });
        for (const { begun } of parties) await begun.waitAsync();
        const [victim, ...others] = parties as [(typeof parties)[0], ...typeof parties];
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
        await victim.thread.terminate();
        // It may have died between two waits; the others then wait for one who does not come.
        await until("they are told, or both wait", () => barrier.broken || barrier.waiting === 2);
        barrier.abort();
        for (const { thread } of others) expect(await thread.joinAsync({ timeout: 10_000 })).toBe(true);
        expect([barrier.broken, barrier.waiting]).toEqual([true, 0]);
      }
    },
  );
});
