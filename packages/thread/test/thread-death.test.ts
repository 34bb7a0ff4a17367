import { InvalidStateError } from "@conc/atomics";
import { Event } from "@conc/condition";
import { Lock } from "@conc/lock";
import { until } from "@conc/testkit";
import { newSlate, read } from "@conc/testkit/slate.ts";
import { activeCount, currentThread, enumerate, mainThread, setExcepthook, Thread } from "@conc/thread";
import { describe, expect, it } from "vitest";
import { noFailures, startWaiting } from "./start-waiting.ts";
import * as actions from "./workers/actions.ts";

noFailures();

/** What a thread may be at when it is terminated. */
const busy: Record<string, (up: Event) => Thread> = {
  "that awaits": (up) => new Thread({ target: actions.awaitsForEver, args: [up] }),
  "that sleeps": (up) => new Thread({ target: actions.sleepsForEver, args: [up] }),
  "that computes without end": (up) => new Thread({ target: actions.spinsForEver, args: [up] }),
  "that waits for a lock": (up) => {
    const lock = new Lock();
    lock.acquire();
    return new Thread({ target: actions.waitsForEver, args: [up, lock] });
  },
};

/** Terminates a thread; whether it had not come up by then, which on a busy machine, or a quick one, it may have. */
function isCancelled(thread: Thread): boolean {
  void thread.terminate();
  // One that has come up never is again.
  return thread.state === "ready";
}

describe("terminate", () => {
  for (const [what, make] of Object.entries(busy)) {
    it(`TH-087 ends a thread ${what}`, async () => {
      const up = new Event();
      const thread = make(up).start();
      up.wait();
      await thread.terminate();
      expect([thread.isAlive, thread.state, thread.join()]).toEqual([false, "dead", true]);
      expect(enumerate()).not.toContain(thread);
    });

    it(`TH-087 join returns although main is blocked in it while a thread ${what} is terminated by another one`, () => {
      const up = new Event();
      const thread = make(up).start();
      up.wait();
      const other = new Thread({ target: actions.terminates, args: [thread] }).start();
      expect(thread.join({ timeout: 20_000 })).toBe(true);
      expect(other.join({ timeout: 20_000 })).toBe(true);
    });
  }

  it("a thread that has not come up yet never runs its target, whoever terminates it", async () => {
    for (const form of ["blocking", "async"] as const) {
      const slate = newSlate();
      const thread = new Thread({ target: actions.answer, args: [slate] }).start();
      const early = isCancelled(thread);
      if (form === "async") await thread.joinAsync();
      expect(thread.join()).toBe(true);
      if (early) expect(read(slate)).toBe(undefined);
    }
    // The starter only asks for the thread; main may know of it before it is made.
    const slate = newSlate();
    const [up, goOn] = [new Event(), new Event()];
    const parent = new Thread({ target: actions.startsForOthers, args: [slate, up, goOn] }).start();
    await up.waitAsync();
    const child = enumerate().find(({ name }) => name === "child");
    const early = child && isCancelled(child);
    await child?.joinAsync();
    goOn.set();
    await parent.joinAsync();
    if (early) expect(read(slate)).toBe(undefined);
  });

  it("ends a thread at any moment of its coming up", async () => {
    const delays = [0, 20, 40, 60, 80, 100, 120, 150, 200];
    const ends = delays.map(async (delay) => {
      const thread = new Thread({ target: actions.spinsForEver, args: [new Event()] }).start();
      await new Promise((resolve) => setTimeout(resolve, delay));
      void thread.terminate();
      return thread.joinAsync({ timeout: 20_000 });
    });
    expect(await Promise.all(ends)).toEqual(delays.map(() => true));
  });

  it("again, or after the end, it does nothing", async () => {
    const { thread } = startWaiting();
    await Promise.all([thread.terminate(), thread.terminate()]);
    await thread.terminate();
    expect(thread.state).toBe("dead");
  });

  it("threads that the library did not start are left alone", async () => {
    for (const thread of [mainThread(), currentThread(), new Thread()]) {
      await expect(thread.terminate()).rejects.toThrow(InvalidStateError);
    }
  });

  it("a thread outlives the one that started it, also when that is terminated", async () => {
    const [slate, goOn, done] = [newSlate(), new Event(), newSlate()];
    const parent = new Thread({ target: actions.startsThenSpins, args: [slate, goOn, done] }).start();
    await until("started", () => read(slate));
    await parent.terminate();
    expect(enumerate().map(({ name }) => name)).toContain("child");
    goOn.set();
    await until("the child has ended", () => activeCount() === 1);
    expect(read(done)).toBe("child");
  });
});

describe("out of memory", () => {
  it("costs that thread only, and is reported", async () => {
    const errors: [unknown, Thread][] = [];
    const before = setExcepthook((error, thread) => errors.push([error, thread]));
    const limits = { maxOldGenerationSizeMb: 24 };
    const threads = [1, 2].map(() => new Thread({ target: actions.fillsItsHeap, resourceLimits: limits }));
    // Main is free, then blocked.
    expect(await threads[0]!.start().joinAsync()).toBe(true);
    expect(threads[1]!.start().join()).toBe(true);
    await until("reported", () => errors.length === 2);
    setExcepthook(before);
    for (const [index, [error, thread]] of errors.entries()) {
      expect(error).toMatchObject({ code: "ERR_WORKER_OUT_OF_MEMORY" });
      expect(thread).toBe(threads[index]);
    }
  });
});
