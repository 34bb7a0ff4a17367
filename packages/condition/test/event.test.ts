import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { Arena, BlockingNotAllowedError, endAgent, fromHandle, TIMEOUT_MAX, toHandle } from "@conc/atomics";
import { Lock } from "@conc/lock";
import { eventSuite, type Flow, Flows, type ThreadFlow, until, waitingFor } from "@conc/testkit";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { Event } from "../src/index.ts";

const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/condition-actions.ts")));
const { agent } = Arena.default;

afterAll(() => flows.end());

afterEach(() => {
  expect(agent.pending).toBe(0);
});

it("smoke: a wait is true once the event is set", async () => {
  const event = new Event();
  expect(event.wait({ timeout: 1 })).toBe(false);
  const wait = event.waitAsync();
  event.set();
  expect(await wait).toBe(true);
  expect(event.wait()).toBe(true);
});

for (const kinds of ["threads", "tasks", "mixed"] as const) {
  eventSuite(`Event of ${kinds}`, {
    make: () => new Event(),
    makeLock: () => new Lock(),
    flows: (count) => flows.take(count, kinds),
  });
}

describe("Event: bounds and misuse", () => {
  it("takes no arguments", () => {
    const Any = Event as new (...args: unknown[]) => Event;
    for (const value of [true, 0, null, {}]) expect(() => new Any(value)).toThrow(TypeError);
  });

  it("CV-059 CV-060 wrong options are errors before anything else, also where no wait would be", async () => {
    const wrong: [unknown, typeof Error][] = [
      [{ timeout: -1 }, RangeError],
      [{ timeout: Number.NaN }, RangeError],
      [{ timeout: 1e100 }, RangeError],
      [{ timeout: TIMEOUT_MAX + 1 }, RangeError],
      [{ timeout: Number.NEGATIVE_INFINITY }, RangeError],
      [{ timeout: "5" }, TypeError],
      [{ timeout: null }, TypeError],
      [{ timeout: 5n }, TypeError],
      [5, TypeError],
      [null, TypeError],
    ];
    for (const set of [false, true]) {
      const event = new Event();
      if (set) event.set();
      for (const [options, error] of wrong) {
        expect(() => event.wait(options as object)).toThrow(error);
        await expect(event.waitAsync(options as object)).rejects.toThrow(error);
      }
      await expect(event.waitAsync({ signal: {} as AbortSignal })).rejects.toThrow(TypeError);
      expect(waitingFor(event)).toBe(0);
    }
  });

  it("CV-060 Infinity and the longest finite timeout are legal", async () => {
    const event = new Event();
    const waits = [event.waitAsync({ timeout: Number.POSITIVE_INFINITY }), event.waitAsync({ timeout: TIMEOUT_MAX })];
    expect(waitingFor(event)).toBe(2);
    event.set();
    expect(await Promise.all(waits)).toEqual([true, true]);
  });

  it("CV-061 shows whether it is set", () => {
    const event = new Event();
    expect(String(event)).toMatch(/^Event@[0-9a-f]+\(unset\)$/);
    event.set();
    expect(inspect(event)).toMatch(/^Event@[0-9a-f]+\(set\)$/);
    event.clear();
    expect(inspect({ event })).toMatch(/\(unset\)/);
    expect(Object.prototype.toString.call(event)).toBe("[object Event]");
  });

  it("a blocked wait sleeps and does not poll", () => {
    const park = vi.spyOn(agent.memory, "wait");
    expect(new Event().wait({ timeout: 30 })).toBe(false);
    expect(park.mock.calls.length).toBeLessThan(5);
    park.mockRestore();
  });

  it("where blocking is not allowed wait throws, if it would have to wait", () => {
    const refuse = vi.spyOn(agent, "mayBlock").mockImplementation((asyncForm) => {
      throw new BlockingNotAllowedError(`use ${asyncForm}()`);
    });
    const event = new Event();
    expect(() => event.wait()).toThrow("use waitAsync()");
    expect([event.wait({ timeout: 0 }), waitingFor(event)]).toEqual([false, 0]);
    event.set();
    expect(event.wait()).toBe(true);
    refuse.mockRestore();
  });

  it("shows as unset while somebody waits, and after he has left", async () => {
    const event = new Event();
    const wait = event.waitAsync({ timeout: 5 });
    expect([event.isSet, waitingFor(event)]).toEqual([false, 1]);
    event.clear();
    expect(event.isSet).toBe(false);
    expect(await wait).toBe(false);
    expect([event.isSet, waitingFor(event)]).toEqual([false, 0]);
    event.set();
    expect(event.isSet).toBe(true);
  });
});

describe("Event: abort", () => {
  it("CV-071 an aborted wait rejects with the reason, set later is no error, the others go on", async () => {
    const event = new Event();
    const controller = new AbortController();
    const reason = new Error("enough");
    const others = [event.waitAsync()];
    const aborted = event.waitAsync({ signal: controller.signal });
    others.push(event.waitAsync({ signal: new AbortController().signal }));
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    expect(waitingFor(event)).toBe(2);
    event.set();
    expect(await Promise.all(others)).toEqual([true, true]);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("a signal that is aborted already rejects at once, even if the event is set", async () => {
    const event = new Event();
    await expect(event.waitAsync({ signal: AbortSignal.abort("no") })).rejects.toBe("no");
    event.set();
    await expect(event.waitAsync({ signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(waitingFor(event)).toBe(0);
  });

  it("set wins over an abort that comes after it in the same turn, and the other way round", async () => {
    const event = new Event();
    const [early, late] = [new AbortController(), new AbortController()];
    const waits = [event.waitAsync({ signal: early.signal }), event.waitAsync({ signal: late.signal })];
    early.abort();
    event.set();
    late.abort();
    const [first, second] = await Promise.allSettled(waits);
    expect(first?.status).toBe("rejected");
    // Let go before the abort, but it had not seen that yet: either is right, as long as it ends.
    expect(second?.status).toMatch(/fulfilled|rejected/);
    expect(waitingFor(event)).toBe(0);
  });

  it("one signal for a thousand waits is left without listeners", async () => {
    const { signal } = new AbortController();
    for (let time = 0; time < 1000; time++) {
      const event = new Event();
      const wait = event.waitAsync({ signal, ...(time % 2 ? { timeout: 10_000 } : {}) });
      expect(getEventListeners(signal, "abort")).toHaveLength(1);
      event.set();
      expect(await wait).toBe(true);
    }
    const timedOut = Array.from({ length: 5 }, () => new Event().waitAsync({ signal, timeout: 1 }));
    expect(await Promise.all(timedOut)).toEqual(new Array(5).fill(false));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("Event: set at the moment of a clear, a timeout, a death", () => {
  it("CV-072 tasks that wait are let go by set and clear in one turn", async () => {
    const event = new Event();
    const waits = Array.from({ length: 100 }, () => event.waitAsync());
    event.set();
    event.clear();
    const next = event.waitAsync({ timeout: 5 });
    expect(await Promise.all(waits)).toEqual(new Array(100).fill(true));
    expect(await next).toBe(false);
  });

  it("CV-055 CV-063 five threads and five tasks are let go by each of 500 sets, cleared at once", async () => {
    const rounds = 500;
    const events = [new Event(), new Event()] as const;
    const [setter, ...threads] = (await flows.take(6, "threads")) as [Flow, ...Flow[]];
    const sleepers = [...threads, ...(await flows.take(5, "tasks"))];
    const waits = sleepers.map((flow) => flow.run<number>("waitByTurns", events, rounds));
    for (let round = 0; round < rounds; round++) {
      const event = events[round % 2] as Event;
      await until("all are waiting", () => waitingFor(event) === sleepers.length);
      // From a task of this thread and from another thread, by turns.
      if (round % 2) {
        await setter.run("pulse", event);
      } else {
        event.set();
        event.clear();
      }
    }
    expect(await Promise.all(waits)).toEqual(new Array(10).fill(rounds));
    for (const event of events) expect([waitingFor(event), event.isSet]).toEqual([0, false]);
  });

  it("waits that time out around a set end either way, and leave the event as it should be", async () => {
    let [released, timedOut] = [0, 0];
    for (let round = 0; round < 200; round++) {
      const event = new Event();
      const waits = Array.from({ length: 10 }, () => event.waitAsync({ timeout: 1 }));
      const end = performance.now() + 0.8 + (round % 10) / 10;
      while (performance.now() < end) if (round % 3) await new Promise(setImmediate);
      event.set();
      event.clear();
      for (const result of await Promise.all(waits)) result ? released++ : timedOut++;
      expect([waitingFor(event), event.isSet]).toEqual([0, false]);
    }
    expect(released).toBeGreaterThan(0);
    expect(timedOut).toBeGreaterThan(0);
  });

  it("a thread that dies while it waits is no longer in the line, and the others are let go", async () => {
    const event = new Event();
    const doomed = new Flows(new URL(import.meta.resolve("@conc/testkit/condition-actions.ts")));
    const [victim] = (await doomed.take(1, "threads")) as [ThreadFlow];
    const [thread, task] = await flows.take(2, "mixed");
    const id = await victim.run<number>("agentId");
    const lost = victim.call(event, "wait");
    lost.catch(() => {});
    await until("it waits", () => waitingFor(event) === 1);
    const waits = [thread, task].map((flow) => flow?.call(event, "wait"));
    await until("all wait", () => waitingFor(event) === 3);
    await victim.end();
    await expect(lost).rejects.toThrow("ended");
    expect(endAgent(agent, id)).toBe(true);
    expect(waitingFor(event)).toBe(2);
    expect(event.isSet).toBe(false);
    event.set();
    expect(await Promise.all(waits)).toEqual([true, true]);
    event.clear();
    expect(await event.waitAsync({ timeout: 1 })).toBe(false);
  });
});

describe("Event: the deaths of others while waits come and go", () => {
  it("a wait that is over leaves nothing behind that could be signalled", async () => {
    const event = new Event();
    const controller = new AbortController();
    const waits = [event.waitAsync({ timeout: 1 }), event.waitAsync({ signal: controller.signal }).catch(() => false)];
    controller.abort();
    expect(await Promise.all(waits)).toEqual([false, false]);
    // Those that were used last are used again first.
    const waiters = [agent.open(), agent.open()];
    expect(waiters.map((waiter) => waiter.state)).toEqual([0, 0]);
    for (const waiter of waiters) agent.close(waiter);
  });

  // A death signals all who wait, and so one that is just giving up: its node was once used again while it was still to be popped,
  // and the stack of the woken became a circle.
  it("waits are aborted, end by set or go on as if nobody died", async () => {
    // How many have died, and whether that is enough.
    const cells = new Int32Array(new SharedArrayBuffer(8));
    const [mortal, thread] = (await flows.take(2, "threads")) as [Flow, Flow];
    const event = new Event();
    const patient = new Event();
    const waits = [patient.waitAsync(), thread.call(patient, "wait")];
    await until("both wait", () => waitingFor(patient) === 2);
    const died = mortal.run("dieOften", cells);
    const outcomes = { set: 0, aborted: 0 };
    const end = performance.now() + 1000;
    for (let round = 0; performance.now() < end || Atomics.load(cells, 0) < 100; round++) {
      const controllers = Array.from({ length: 20 }, () => new AbortController());
      const hasty = controllers.map(({ signal }) =>
        event.waitAsync({ signal }).then(
          () => outcomes.set++,
          () => outcomes.aborted++,
        ),
      );
      for (const controller of controllers.slice(round % 3)) controller.abort();
      event.set();
      event.clear();
      await Promise.all(hasty);
      if (round % 100 === 0) await new Promise(setImmediate);
    }
    Atomics.store(cells, 1, 1);
    await died;
    expect(Math.min(outcomes.set, outcomes.aborted)).toBeGreaterThan(0);
    expect([waitingFor(event), waitingFor(patient)]).toEqual([0, 2]);
    patient.set();
    expect(await Promise.all(waits)).toEqual([true, true]);
  });
});

describe("Event: handles", () => {
  it("is the same event in another thread, at any depth of a message", async () => {
    const event = new Event();
    const [thread] = await flows.take(1, "threads");
    const wait = thread?.run<boolean>("waitForNested", { deep: [{ event }] });
    await until("it waits", () => waitingFor(event) === 1);
    event.set();
    expect(await wait).toBe(true);
    expect(fromHandle(JSON.parse(JSON.stringify(toHandle(event))))).toBe(event);
  });

  it("shows what was written before the set to those whose wait it ends", async () => {
    const flag = new Event();
    const [thread] = await flows.take(1, "threads");
    for (let value = 1; value <= 50; value++) {
      const event = value % 2 ? flag : new Event();
      event.clear();
      const cells = new Int32Array(new SharedArrayBuffer(4));
      const seen = thread?.run<number>("readAfter", event, cells);
      await until("it waits", () => waitingFor(event) === 1);
      cells[0] = value;
      event.set();
      expect(await seen).toBe(value);
    }
  });
});
