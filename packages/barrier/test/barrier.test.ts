import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { Arena, BlockingNotAllowedError, fromHandle, InvalidStateError, TIMEOUT_MAX, toHandle } from "@conc/atomics";
import { type Flow, Flows, until } from "@conc/testkit";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { Barrier, BrokenBarrierError } from "../src/index.ts";
import type { Ended } from "./workers/parties.ts";

const flows = new Flows(new URL("./workers/parties.ts", import.meta.url));
const { agent } = Arena.default;

afterAll(() => flows.end());

afterEach(() => {
  expect(agent.pending).toBe(0);
});

it("smoke: two tasks pass together", async () => {
  const barrier = new Barrier(2);
  expect(await Promise.all([barrier.waitAsync(), barrier.waitAsync()])).toEqual([0, 1]);
});

describe("Barrier: bounds and misuse", () => {
  it("BR-001 BR-002 the number of parties is an integer from 1", () => {
    for (const parties of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      expect(() => new Barrier(parties)).toThrow(RangeError);
    }
    for (const parties of ["2", null, undefined, 2n])
      expect(() => new Barrier(parties as unknown as number)).toThrow(TypeError);
  });

  it("action and timeout are checked", () => {
    for (const action of [1, null, {}])
      expect(() => new Barrier(2, { action: action as () => void })).toThrow(TypeError);
    for (const timeout of [-1, Number.NaN, TIMEOUT_MAX + 1])
      expect(() => new Barrier(2, { timeout })).toThrow(RangeError);
    expect(() => new Barrier(2, { timeout: "1" as unknown as number })).toThrow(TypeError);
    expect(() => new Barrier(2, null as unknown as object)).toThrow(TypeError);
    const unknown = new TypeError("unknown option timeOut: there is action, timeout");
    expect(() => new Barrier(2, { timeOut: 1 } as object)).toThrow(unknown);
  });

  it("BR-003 BR-004 a new one has its parties, and nobody waits", () => {
    const barrier = new Barrier(3);
    expect([barrier.parties, barrier.waiting, barrier.broken]).toEqual([3, 0, false]);
    expect(() => Object.assign(barrier, { parties: 4 })).toThrow(TypeError);
  });

  it("BR-007 shows how many wait, or that it is broken", async () => {
    const barrier = new Barrier(3);
    expect(String(barrier)).toMatch(/^Barrier@[0-9a-f]+\(waiters=0\/3\)$/);
    const waits = [barrier.waitAsync(), barrier.waitAsync()].map((wait) => wait.catch(() => {}));
    expect(inspect(barrier)).toMatch(/\(waiters=2\/3\)/);
    barrier.abort();
    expect(inspect({ barrier })).toMatch(/\(broken\)/);
    await Promise.all(waits);
  });

  it("BR-008 its error is an InvalidStateError with a code of its own, also from another thread", async () => {
    const [thread] = await flows.take(1, "threads");
    const barrier = new Barrier(2);
    barrier.abort();
    const error = await thread?.call(barrier, "wait").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BrokenBarrierError);
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error).toMatchObject({ name: "BrokenBarrierError", code: "ERR_CONC_BROKEN_BARRIER" });
  });

  it("BR-032 wrong options are errors before anything else, and break nothing", async () => {
    const wrong: [unknown, typeof Error][] = [
      [{ timeout: -1 }, RangeError],
      [{ timeout: Number.NaN }, RangeError],
      [{ timeout: TIMEOUT_MAX + 1 }, RangeError],
      [{ timeout: "5" }, TypeError],
      [{ timeout: null }, TypeError],
      [5, TypeError],
      [null, TypeError],
    ];
    const barrier = new Barrier(2);
    for (const [options, error] of wrong) {
      expect(() => barrier.wait(options as object)).toThrow(error);
      await expect(barrier.waitAsync(options as object)).rejects.toThrow(error);
    }
    await expect(barrier.waitAsync({ signal: {} as AbortSignal })).rejects.toThrow(TypeError);
    expect([barrier.broken, barrier.waiting]).toEqual([false, 0]);
  });

  it("BR-006 nobody waits in it once it is broken, reset, or passed", async () => {
    const barrier = new Barrier(2);
    const refused = barrier.waitAsync().catch((error) => error);
    barrier.abort();
    expect(barrier.waiting).toBe(0);
    barrier.reset();
    expect(barrier.waiting).toBe(0);
    const passes = [barrier.waitAsync(), barrier.waitAsync()];
    // All have been let go, and none has gone on yet.
    expect(barrier.waiting).toBe(0);
    await Promise.all(passes);
    expect(await refused).toBeInstanceOf(BrokenBarrierError);
  });

  it("BR-038 BR-054 abort and reset of an idle barrier", async () => {
    for (const parties of [1, 2]) {
      const barrier = new Barrier(parties);
      barrier.abort();
      expect([barrier.broken, barrier.waiting]).toEqual([true, 0]);
      expect(() => barrier.wait()).toThrow(BrokenBarrierError);
      barrier.reset();
      expect([barrier.broken, barrier.waiting]).toEqual([false, 0]);
    }
  });

  it("where blocking is not allowed wait throws, if it would have to wait", async () => {
    const refuse = vi.spyOn(agent, "mayBlock").mockImplementation((asyncForm) => {
      throw new BlockingNotAllowedError(`use ${asyncForm}()`);
    });
    const barrier = new Barrier(2);
    expect(() => barrier.wait()).toThrow("use waitAsync()");
    expect([barrier.waiting, barrier.broken]).toEqual([0, false]);
    const wait = barrier.waitAsync();
    expect(barrier.wait()).toBe(1);
    expect(await wait).toBe(0);
    refuse.mockRestore();
  });

  it("a blocked wait sleeps and does not poll", () => {
    const park = vi.spyOn(agent.memory, "wait");
    expect(() => new Barrier(2).wait({ timeout: 30 })).toThrow(BrokenBarrierError);
    expect(park.mock.calls.length).toBeLessThan(5);
    park.mockRestore();
  });
});

describe("Barrier: abort signals", () => {
  it("BR-048 an aborted wait rejects with the reason and breaks the barrier for the others", async () => {
    const [thread] = await flows.take(1, "threads");
    const barrier = new Barrier(4);
    const controller = new AbortController();
    const reason = new Error("enough");
    const others = [thread?.run<Ended>("arrive", barrier), barrier.waitAsync().catch((error: Error) => error.message)];
    await until("both wait", () => barrier.waiting === 2);
    const aborted = barrier.waitAsync({ signal: controller.signal });
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    expect(await Promise.all(others)).toMatchObject([
      { outcome: "BrokenBarrierError" },
      expect.stringContaining("called off by its signal"),
    ]);
    expect([barrier.broken, barrier.waiting]).toEqual([true, 0]);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("a signal that is aborted already breaks nothing", async () => {
    const barrier = new Barrier(2);
    await expect(barrier.waitAsync({ signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect([barrier.broken, barrier.waiting]).toEqual([false, 0]);
  });

  it("an abort after all have passed is too late", async () => {
    const barrier = new Barrier(2);
    const controller = new AbortController();
    const waits = [barrier.waitAsync({ signal: controller.signal }), barrier.waitAsync()];
    controller.abort();
    expect(await Promise.all(waits)).toEqual([0, 1]);
    expect(barrier.broken).toBe(false);
  });

  it("one signal for a thousand waits is left without listeners", async () => {
    const { signal } = new AbortController();
    const barrier = new Barrier(2);
    for (let time = 0; time < 500; time++) {
      expect(await Promise.all([barrier.waitAsync({ signal }), barrier.waitAsync({ signal, timeout: 9999 })])).toEqual([
        0, 1,
      ]);
    }
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("Barrier: what has passed has passed", () => {
  it("BR-037 BR-050 BR-052 abort or reset after the last one has come takes nobody's pass back", async () => {
    for (const end of ["abort", "reset"] as const) {
      const barrier = new Barrier(2);
      const passes = [barrier.waitAsync(), barrier.waitAsync()];
      const next = barrier.waitAsync().catch((error: Error) => error.name);
      barrier[end]();
      expect(await Promise.all(passes)).toEqual([0, 1]);
      expect(await next).toBe("BrokenBarrierError");
      expect(barrier.broken).toBe(end === "abort");
    }
  });

  it("a hundred rounds of tasks in one turn of the event loop", async () => {
    const barrier = new Barrier(10);
    const indexes = await Promise.all(Array.from({ length: 1000 }, () => barrier.waitAsync()));
    expect(indexes).toEqual(Array.from({ length: 1000 }, (_, index) => index % 10));
  });
});

describe("Barrier: handles", () => {
  it("is the same barrier in another thread, and comes back as the same object", async () => {
    const [thread] = await flows.take(1, "threads");
    const barrier = new Barrier(2, { timeout: 20_000 });
    const wait = thread?.call(barrier, "wait");
    expect(await barrier.waitAsync()).toBeGreaterThanOrEqual(0);
    await wait;
    expect(fromHandle(JSON.parse(JSON.stringify(toHandle(barrier))))).toBe(barrier);
    expect(await thread?.call(barrier, "parties")).toBe(2);
  });

  it("takes its own timeout along", async () => {
    const [thread] = (await flows.take(1, "threads")) as [Flow];
    const barrier = new Barrier(2, { timeout: 30 });
    const { outcome, elapsed } = await thread.run<Ended>("arrive", barrier);
    expect(outcome).toBe("BrokenBarrierError");
    expect(elapsed).toBeGreaterThanOrEqual(30);
  });
});
