import { getEventListeners } from "node:events";
import { Arena, InvalidStateError, toHandle } from "@conc/atomics";
import { Flows, until } from "@conc/testkit";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Barrier, BrokenBarrierError } from "../src/index.ts";
import { actsSlowly, type Ended, fails, remember, timesActed } from "./workers/parties.ts";

const flows = new Flows(new URL("./workers/parties.ts", import.meta.url));

afterAll(() => flows.end());

afterEach(() => {
  expect(Arena.default.agent.pending).toBe(0);
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("Barrier: an action", () => {
  it("BR-018 runs once in each round, before anybody goes on", async () => {
    let [acted, passed] = [0, 0];
    const barrier = new Barrier(3, {
      action: () => {
        expect([passed % 3, barrier.waiting]).toEqual([0, 3]);
        acted++;
      },
    });
    const party = async (): Promise<void> => {
      for (let round = 1; round <= 20; round++) {
        await barrier.waitAsync();
        expect(acted).toBeGreaterThanOrEqual(round);
        passed++;
      }
    };
    await Promise.all([party(), party(), party()]);
    expect(acted).toBe(20);
  });

  it("BR-019 BR-026 a registered one travels, and runs in the thread that comes last", async () => {
    const barrier = new Barrier(2, { action: remember });
    const [one, two] = await flows.take(2, "threads");
    const counts = async (): Promise<unknown[]> => [
      await one?.run("timesActed"),
      await two?.run("timesActed"),
      timesActed(),
    ];
    expect(await counts()).toEqual([0, 0, 0]);
    for (const [first, last] of [
      [one, two],
      [two, one],
    ]) {
      const wait = first?.run<Ended>("arrive", barrier);
      await until("it waits", () => barrier.waiting === 1);
      expect(await last?.run<Ended>("arrive", barrier)).toMatchObject({ outcome: 1 });
      expect(await wait).toMatchObject({ outcome: 0 });
    }
    const wait = one?.run<Ended>("arrive", barrier);
    await until("it waits", () => barrier.waiting === 1);
    expect(barrier.wait()).toBe(1);
    await wait;
    expect(await counts()).toEqual([1, 1, 1]);
  });

  it("BR-026 one that is not registered keeps the barrier from being sent, and says what to do", async () => {
    let acted = 0;
    const barrier = new Barrier(2, {
      action: function count() {
        acted++;
      },
    });
    const { used } = Arena.default;
    expect(() => toHandle(barrier)).toThrow(/call tasks\(import\.meta, \{ count \}\)/);
    expect(() => toHandle(barrier)).toThrow(TypeError);
    expect(Arena.default.used).toBe(used);
    await Promise.all([barrier.waitAsync(), barrier.waitAsync()]);
    expect(acted).toBe(1);
  });

  it("BR-020 BR-022 BR-023 what it throws goes to the one that runs it, and breaks the barrier until it is reset", async () => {
    const error = new Error("no");
    let throws = true;
    const barrier = new Barrier(1, {
      action: () => {
        if (throws) throw error;
      },
    });
    expect(() => barrier.wait()).toThrow(error);
    expect(barrier.broken).toBe(true);
    expect(() => barrier.wait()).toThrow(BrokenBarrierError);
    throws = false;
    barrier.reset();
    expect(barrier.wait()).toBe(0);
    throws = true;
    await expect(barrier.waitAsync()).rejects.toBe(error);
  });

  it("BR-021 the others get the error of a broken barrier", async () => {
    const [one, two] = await flows.take(2, "mixed");
    for (const [first, last] of [
      [one, two],
      [two, one],
    ]) {
      const barrier = new Barrier(2, { action: fails });
      const wait = first?.run<Ended>("arrive", barrier);
      await until("it waits", () => barrier.waiting === 1);
      await expect(last?.call(barrier, "wait")).rejects.toThrow("the action fails");
      expect(await wait).toMatchObject({ outcome: "BrokenBarrierError" });
      expect([barrier.broken, barrier.waiting]).toEqual([true, 0]);
    }
  });

  it("BR-024 can not wait at its own barrier; it can abort and reset it", async () => {
    for (const wait of [(barrier: Barrier) => barrier.wait(), (barrier: Barrier) => barrier.waitAsync()]) {
      const barrier: Barrier = new Barrier(1, { action: () => wait(barrier) });
      await expect(barrier.waitAsync()).rejects.toThrow(InvalidStateError);
    }
    for (const end of ["abort", "reset"] as const) {
      const barrier: Barrier = new Barrier(2, { action: () => barrier[end]() });
      const outcomes = await Promise.allSettled([barrier.waitAsync(), barrier.waitAsync()]);
      for (const { status } of outcomes) expect(status).toBe("rejected");
      expect([barrier.broken, barrier.waiting]).toEqual([end === "abort", 0]);
    }
  });

  it("may block, also on primitives that others have", async () => {
    const [thread] = await flows.take(1, "threads");
    const inner = new Barrier(2);
    const barrier = new Barrier(2, { action: () => void inner.wait() });
    const wait = barrier.waitAsync();
    const helper = thread?.call(inner, "wait");
    expect(barrier.wait()).toBe(1);
    expect(await wait).toBe(0);
    await helper;
  });
});

describe("Barrier: an async action", () => {
  it("BR-025 is awaited before anybody goes on", async () => {
    let acted = false;
    const barrier = new Barrier(2, {
      async action() {
        await pause(20);
        acted = true;
      },
    });
    const seen = await Promise.all([barrier.waitAsync(), barrier.waitAsync()].map((wait) => wait.then(() => acted)));
    expect(seen).toEqual([true, true]);
  });

  it("of a blocked last party is an error that says what to do", async () => {
    const barrier = new Barrier(2, { action: actsSlowly });
    const wait = barrier.waitAsync().catch((error: Error) => error.name);
    expect(() => barrier.wait()).toThrow("use waitAsync()");
    expect([barrier.broken, await wait]).toEqual([true, "BrokenBarrierError"]);
  });

  it("that rejects breaks the barrier, and tells who called it", async () => {
    const error = new Error("no");
    const barrier = new Barrier(2, {
      async action() {
        await pause(5);
        throw error;
      },
    });
    const wait = barrier.waitAsync().catch((reason: Error) => reason.name);
    await expect(barrier.waitAsync()).rejects.toBe(error);
    expect([barrier.broken, await wait]).toEqual([true, "BrokenBarrierError"]);
  });

  it("is not waited for by one whose time runs out: the barrier breaks", async () => {
    let finish = (): void => {};
    const barrier = new Barrier(2, {
      action: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    });
    const waits = [barrier.waitAsync({ timeout: 20 }), barrier.waitAsync()].map((wait) =>
      wait.catch(({ name }) => name),
    );
    expect(await Promise.all(waits)).toEqual(["BrokenBarrierError", "BrokenBarrierError"]);
    // What it comes to later is about a round that is over.
    barrier.reset();
    const next = [barrier.waitAsync()];
    finish();
    await pause(5);
    expect(barrier.waiting).toBe(1);
    next.push(barrier.waitAsync());
    await until("the next action has begun", () => barrier.waiting === 2);
    finish();
    expect(await Promise.all(next)).toEqual([0, 1]);
  });

  it("BR-017 BR-049 BR-051 who comes meanwhile waits for the next round, and is not touched by a reset", async () => {
    const ends: (() => void)[] = [];
    const barrier = new Barrier(2, { action: () => new Promise<void>((resolve) => ends.push(resolve)) });
    const first = [barrier.waitAsync(), barrier.waitAsync()];
    const second = [barrier.waitAsync(), barrier.waitAsync()];
    await pause(5);
    expect([ends.length, barrier.waiting]).toEqual([1, 2]);
    ends[0]?.();
    expect(await Promise.all(first)).toEqual([0, 1]);
    await until("the second round is complete", () => ends.length === 2);
    const third = [barrier.waitAsync(), barrier.waitAsync()];
    const refused = Promise.allSettled(second);
    barrier.reset();
    expect((await refused).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await until("the third round is complete", () => ends.length === 3);
    ends[2]?.();
    expect(await Promise.all(third)).toEqual([0, 1]);
  });

  it("BR-052 abort refuses those who wait for the next round, too", async () => {
    const barrier = new Barrier(2, { action: () => new Promise<void>(() => {}) });
    const waits = [barrier.waitAsync(), barrier.waitAsync(), barrier.waitAsync()];
    const outcomes = Promise.allSettled(waits);
    barrier.abort();
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });

  it("who gives up waiting for the next round breaks that one, and not the one at hand", async () => {
    let finish = (): void => {};
    const barrier = new Barrier(2, {
      action: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    });
    const passes = [barrier.waitAsync(), barrier.waitAsync()];
    const others = barrier.waitAsync().catch(({ name }) => name);
    await expect(barrier.waitAsync({ timeout: 10 })).rejects.toThrow(BrokenBarrierError);
    expect(await others).toBe("BrokenBarrierError");
    expect([barrier.broken, barrier.waiting]).toEqual([false, 2]);
    finish();
    expect(await Promise.all(passes)).toEqual([0, 1]);
    expect(barrier.broken).toBe(true);
  });

  // Whatever comes between the end of the round at hand and the arrival in the next one.
  it.each(Array.from({ length: 12 }, (_, turns) => turns))(
    "who is aborted at the door, %i turns after it has been opened, is not counted among the next",
    async (turns) => {
      const controller = new AbortController();
      const reason = new Error("aborted");
      const starts: boolean[] = [];
      let finish = (): void => {};
      const barrier = new Barrier(1, {
        action() {
          starts.push(controller.signal.aborted);
          return new Promise<void>((resolve) => {
            finish = resolve;
          });
        },
      });
      const first = barrier.waitAsync();
      const outcome = barrier.waitAsync({ signal: controller.signal }).catch((error) => error);
      await pause(5);
      finish();
      for (let turn = 0; turn < turns; turn++) await undefined;
      controller.abort(reason);
      expect(await first).toBe(0);
      expect(await outcome).toBe(reason);
      expect(starts).not.toContain(true);
      expect(barrier.broken).toBe(true);
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    },
  );
});
