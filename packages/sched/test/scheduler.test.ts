import { getEventListeners } from "node:events";
import { InvalidStateError } from "@conc/atomics";
import { runThreads, startThread, until } from "@conc/testkit";
import { describe, expect, it, vi } from "vitest";
import { type ScheduledEvent, Scheduler } from "../src/index.ts";
import { FakeClock } from "./fake-clock.ts";

const WORKER = new URL("./workers/runs.ts", import.meta.url);

it("smoke: runs events at their times", async () => {
  const scheduler = new Scheduler();
  const ran: string[] = [];
  scheduler.enter(10, 1, (name: string) => ran.push(name), ["second"]);
  scheduler.enter(5, 1, (name: string) => ran.push(name), ["first"]);
  await scheduler.runAsync();
  expect(ran).toEqual(["first", "second"]);
});

/** Runs all, blocking or not. */
const FORMS = {
  run: async (scheduler: Scheduler) => void scheduler.run(),
  runAsync: (scheduler: Scheduler) => scheduler.runAsync(),
};

describe.each(Object.entries(FORMS))("the order of events: %s", (_name, run) => {
  const ranBy = async (
    enterAll: (scheduler: Scheduler, note: (value: unknown) => void) => void,
  ): Promise<unknown[]> => {
    const { scheduler } = new FakeClock();
    const ran: unknown[] = [];
    enterAll(scheduler, (value) => ran.push(value));
    await run(scheduler);
    expect(scheduler.empty).toBe(true);
    return ran;
  };

  it("SC-001 is that of their times", async () => {
    const delays = [50, 40, 30, 20, 10];
    const ran = await ranBy((scheduler, note) => {
      for (const delay of delays) scheduler.enter(delay, 1, note, [delay]);
    });
    expect(ran).toEqual([10, 20, 30, 40, 50]);
  });

  it("SC-002 also of times that are given", async () => {
    const ran = await ranBy((scheduler, note) => {
      for (const time of [5, 1, 4, 2, 3]) scheduler.enterAbs(time, 1, note, [time]);
    });
    expect(ran).toEqual([1, 2, 3, 4, 5]);
  });

  it("SC-003 SC-005 at the same time that of their priorities, the lowest first", async () => {
    const priorities = [1, 2, 3, 2, 1, -1, 5, -2];
    const ran = await ranBy((scheduler, note) => {
      for (const priority of priorities) scheduler.enterAbs(10, priority, note, [priority]);
    });
    expect(ran).toEqual([-2, -1, 1, 1, 2, 2, 3, 5]);
  });

  it("SC-004 SC-012 and else that in which they were entered, also if one between is cancelled", async () => {
    const ran = await ranBy((scheduler, note) => {
      const events = [...new Array(20).keys()].map((number) => scheduler.enterAbs(10, 1, () => note(number)));
      for (const number of [3, 11, 0, 19]) scheduler.cancel(events[number] as ScheduledEvent);
    });
    expect(ran).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18]);
  });

  it("SC-006 cancel takes out that very event, not one that looks the same", async () => {
    const ran = await ranBy((scheduler, note) => {
      const [, middle] = ["a", "b", "c"].map((name) => scheduler.enterAbs(1, 1, note, [name]));
      scheduler.cancel(middle as ScheduledEvent);
    });
    expect(ran).toEqual(["a", "c"]);
  });

  it("SC-028 five events, the first and the last cancelled", async () => {
    const ran = await ranBy((scheduler, note) => {
      const events = [1, 2, 3, 4, 5].map((time) => scheduler.enterAbs(time, 1, note, [time]));
      scheduler.cancel(events[0] as ScheduledEvent);
      scheduler.cancel(events[4] as ScheduledEvent);
    });
    expect(ran).toEqual([2, 3, 4]);
  });

  it("SC-010 SC-011 times count from when they are entered; what is past runs at once", async () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    clock.scheduler.enter(10, 1, () => ran.push("at 10"));
    clock.now = 8;
    clock.scheduler.enter(-5, 1, () => ran.push("at 3"));
    clock.scheduler.enterAbs(1, 1, () => ran.push("at 1"));
    clock.scheduler.enter(3, 1, () => ran.push("at 11"));
    await run(clock.scheduler);
    expect([ran, clock.now]).toEqual([["at 1", "at 3", "at 10", "at 11"], 11]);
  });

  it("SC-019 events that actions enter run in the same call", async () => {
    const ran = await ranBy((scheduler, note) => {
      const nest = (depth: number): void => {
        note(depth);
        if (depth < 3) scheduler.enter(1, 1, nest, [depth + 1]);
      };
      nest(0);
    });
    expect(ran).toEqual([0, 1, 2, 3]);
  });

  it("SC-020 events that actions cancel do not run", async () => {
    const ran = await ranBy((scheduler, note) => {
      const later = scheduler.enter(5, 1, note, ["later"]);
      scheduler.enter(1, 1, () => scheduler.cancel(later));
    });
    expect(ran).toEqual([]);
  });

  it("SC-021 an action may run the others itself", async () => {
    const ran = await ranBy((scheduler, note) => {
      scheduler.enter(1, 1, () => {
        note("outer");
        scheduler.run();
        note("outer again");
      });
      for (const time of [2, 3]) scheduler.enter(time, 1, note, [time]);
    });
    expect(ran).toEqual(["outer", 2, 3, "outer again"]);
  });

  it("SC-017 SC-018 what an action throws is thrown; its event is gone, the rest run the next time", async () => {
    const { scheduler } = new FakeClock();
    const ran: number[] = [];
    const error = new Error("no");
    scheduler.enter(1, 1, () => ran.push(1));
    scheduler.enter(2, 1, () => {
      throw error;
    });
    scheduler.enter(3, 1, () => ran.push(3));
    await expect(run(scheduler)).rejects.toBe(error);
    expect([ran, scheduler.queue.length]).toEqual([[1], 1]);
    await run(scheduler);
    expect(ran).toEqual([1, 3]);
  });

  it("SC-023 SC-034 asks for the delays of its own clock: once for each gap, and once for 0 after each action", async () => {
    const clock = new FakeClock();
    const now = vi.spyOn(performance, "now");
    for (const time of [3, 3, 10]) clock.scheduler.enterAbs(time, 1, () => {});
    const before = now.mock.calls.length;
    clock.scheduler.run();
    expect(now.mock.calls.length).toBe(before);
    now.mockRestore();
    expect(clock.delays).toEqual([3, 0, 0, 7, 0]);
  });

  it("SC-024 SC-025 a delay that ends early is asked for again; one that ends late is no matter", async () => {
    const clock = new FakeClock();
    clock.delay = (delay) => {
      clock.delays.push(delay);
      clock.now += delay > 0 ? 1 : 0;
    };
    clock.scheduler.enterAbs(3, 1, () => {});
    await run(clock.scheduler);
    expect(clock.delays).toEqual([3, 2, 1, 0]);

    clock.delays.length = 0;
    clock.delay = (delay) => {
      clock.delays.push(delay);
      clock.now += delay > 0 ? 100 : 0;
    };
    for (const time of [10, 20]) clock.scheduler.enterAbs(time, 1, () => {});
    await run(clock.scheduler);
    expect(clock.delays).toEqual([7, 0, 0]);
  });

  it("SC-022 what the delay throws is thrown, and the event stays", async () => {
    const clock = new FakeClock();
    const error = new Error("no");
    clock.delay = () => {
      throw error;
    };
    clock.scheduler.enterAbs(3, 1, () => {});
    await expect(run(clock.scheduler)).rejects.toBe(error);
    expect(clock.scheduler.queue).toHaveLength(1);
  });

  it("SC-035 an event that is entered during a delay runs in its turn, if the delay is not cut short", async () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    clock.delay = (delay) => {
      if (clock.now === 0) clock.scheduler.enterAbs(2, 1, () => ran.push(`2 at ${clock.now}`));
      clock.now += delay;
    };
    clock.scheduler.enterAbs(3, 1, () => ran.push(`3 at ${clock.now}`));
    await run(clock.scheduler);
    expect(ran).toEqual(["2 at 3", "3 at 3"]);
  });

  it("SC-036 events cancelled during a delay never run, and the end is that of the last one that does", async () => {
    const clock = new FakeClock();
    const ran: number[] = [];
    const events = [5, 10, 20].map((time) => clock.scheduler.enterAbs(time, 1, () => ran.push(time)));
    const { delay } = clock;
    clock.delay = (left) => {
      if (clock.now === 0) for (const event of events.slice(1)) clock.scheduler.cancel(event);
      delay(left);
    };
    await run(clock.scheduler);
    expect([ran, clock.now]).toEqual([[5], 5]);
  });

  it("SC-013 SC-014 an empty one returns at once, and gives nothing", async () => {
    expect(await run(new Scheduler())).toBeUndefined();
    expect(new Scheduler().run({ blocking: false })).toBeUndefined();
  });

  it("SC-032 SC-033 passes the arguments on; none if there are none, and no two events share them", async () => {
    const seen: unknown[][] = [];
    const note = (...args: unknown[]): void => {
      seen.push([...args]);
      args.push("mine");
    };
    const { scheduler } = new FakeClock();
    scheduler.enter(1, 1, note);
    scheduler.enter(2, 1, note);
    scheduler.enter(3, 1, note, []);
    scheduler.enter(4, 1, note, [1, { a: 2 }]);
    await run(scheduler);
    expect(seen).toEqual([[], [], [], [1, { a: 2 }]]);
  });
});

describe("events", () => {
  it("SC-007 tell their time, priority, number, action and arguments", () => {
    const { scheduler } = new FakeClock();
    const action = (): void => {};
    const first = scheduler.enter(5, 2, action, []);
    expect(first).toMatchObject({ time: 5, priority: 2, sequence: 0, action, args: [] });
    expect(scheduler.enterAbs(7, -1, String, ["x"])).toMatchObject({
      time: 7,
      sequence: 1,
      action: String,
      args: ["x"],
    });
  });

  it("SC-008 SC-009 queue is a sorted copy", () => {
    const { scheduler } = new FakeClock();
    const events = [5, 1, 4, 2, 3].map((time) => scheduler.enterAbs(time, 1, () => {}));
    const { queue } = scheduler;
    expect(queue.map(({ time }) => time)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(queue)).toEqual(new Set(events));
    queue.length = 0;
    expect(scheduler.queue).toHaveLength(5);
  });

  it("SC-030 empty tells whether there are any", () => {
    const { scheduler } = new FakeClock();
    expect(scheduler.empty).toBe(true);
    scheduler.enter(1, 1, () => {});
    expect(scheduler.empty).toBe(false);
    scheduler.run();
    expect(scheduler.empty).toBe(true);
  });

  it("SC-029 SC-031 cancel of one that is not in the queue is an error", () => {
    const { scheduler } = new FakeClock();
    const [done, twice, others] = [1, 2, 3].map((time) => scheduler.enterAbs(time, 1, () => {})) as [
      ScheduledEvent,
      ScheduledEvent,
      ScheduledEvent,
    ];
    scheduler.cancel(twice);
    expect(() => scheduler.cancel(twice)).toThrow(InvalidStateError);
    expect(() => new Scheduler().cancel(others)).toThrow(InvalidStateError);
    scheduler.run();
    expect(() => scheduler.cancel(done)).toThrow(InvalidStateError);
    for (const wrong of [undefined, null, 1, {}, { ...done }]) {
      expect(() => scheduler.cancel(wrong as ScheduledEvent)).toThrow(TypeError);
    }
  });

  it("wrong arguments are errors, and enter nothing", () => {
    const scheduler = new Scheduler();
    const act = (): void => {};
    const enter = scheduler.enter.bind(scheduler) as (...args: unknown[]) => unknown;
    const enterAbs = scheduler.enterAbs.bind(scheduler) as (...args: unknown[]) => unknown;
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => enter(wrong, 1, act)).toThrow(RangeError);
      expect(() => enterAbs(wrong, 1, act)).toThrow(RangeError);
      expect(() => enter(1, wrong, act)).toThrow(RangeError);
    }
    for (const wrong of ["1", null, undefined]) {
      expect(() => enter(wrong, 1, act)).toThrow(TypeError);
      expect(() => enter(1, wrong, act)).toThrow(TypeError);
      expect(() => enter(1, 1, wrong)).toThrow(TypeError);
    }
    expect(() => enter(1, 1, act, "ab")).toThrow(TypeError);
    expect(() => new Scheduler({ timefunc: 1 as never })).toThrow(TypeError);
    expect(() => new Scheduler({ delayfunc: null as never })).toThrow(TypeError);
    expect(() => scheduler.run({ blocking: 1 as never })).toThrow(TypeError);
    expect(() => new Scheduler({ delay: 1 } as object)).toThrow(
      new TypeError("unknown option delay: there is timefunc, delayfunc"),
    );
    expect(() => scheduler.run({ block: false } as object)).toThrow(
      new TypeError("unknown option block: there is blocking"),
    );
    expect(scheduler.empty).toBe(true);
  });

  it("100,000 of them are entered, cancelled and run, in order", () => {
    const clock = new FakeClock();
    let seed = 1;
    const random = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return seed;
    };
    let last = -1;
    let ran = 0;
    const events = Array.from({ length: 100_000 }, () => {
      const time = random() % 50_000;
      return clock.scheduler.enterAbs(time, 1, () => {
        expect(time >= last).toBe(true);
        last = time;
        ran++;
      });
    });
    const start = performance.now();
    for (const [index, event] of events.entries()) if (index % 2) clock.scheduler.cancel(event);
    const cancelled = performance.now() - start;
    clock.scheduler.run();
    expect(ran).toBe(50_000);
    // Half a minute is what looking for each would take.
    expect(cancelled).toBeLessThan(5000);
  });
});

describe("run without blocking", () => {
  it("SC-015 runs all that is due, and says how long it is until the next", () => {
    const clock = new FakeClock();
    const ran: number[] = [];
    for (const time of [1, 2, 7]) clock.scheduler.enterAbs(time, 1, () => ran.push(time));
    clock.now = 2;
    expect(clock.scheduler.run({ blocking: false })).toBe(5);
    expect(ran).toEqual([1, 2]);
    clock.now = 7;
    expect(clock.scheduler.run({ blocking: false })).toBeUndefined();
    expect(ran).toEqual([1, 2, 7]);
  });

  it("SC-016 runs nothing if nothing is due", () => {
    const { scheduler } = new FakeClock();
    for (const time of [6, 7, 10]) scheduler.enterAbs(time, 1, () => expect.unreachable());
    expect(scheduler.run({ blocking: false })).toBe(6);
    expect(scheduler.queue).toHaveLength(3);
  });
});

describe("run", () => {
  it("SC-026 an action that returns a promise is an error: run can not wait for it", () => {
    const { scheduler } = new FakeClock();
    scheduler.enter(1, 1, async () => {
      throw new Error("nobody hears this");
    });
    scheduler.enter(2, 1, () => {});
    expect(() => scheduler.run()).toThrow("use runAsync()");
    expect(scheduler.queue).toHaveLength(1);
  });

  it("SC-027 blocks the thread: promises and timers wait", async () => {
    const scheduler = new Scheduler();
    let turned = false;
    setTimeout(() => {
      turned = true;
    }, 1);
    const start = performance.now();
    scheduler.enter(20, 1, () => expect(turned).toBe(false));
    scheduler.run();
    expect(performance.now() - start).toBeGreaterThanOrEqual(20);
    await until("the timer has fired", () => turned);
  });

  it("SC-037 goes by a clock that the system's time does not move", () => {
    const wall = vi.spyOn(Date, "now").mockReturnValue(0);
    const scheduler = new Scheduler();
    scheduler.enter(5, 1, () => {});
    const [event] = scheduler.queue;
    expect((event as ScheduledEvent).time - performance.now()).toBeLessThanOrEqual(5);
    scheduler.run();
    expect(wall).not.toHaveBeenCalled();
    wall.mockRestore();
  });

  it("works in another thread", async () => {
    const { order, elapsed } = await startThread<{ order: string[]; elapsed: number }>(WORKER, "runs").result;
    expect(order).toEqual(["a", "b", "c"]);
    expect(elapsed).toBeGreaterThanOrEqual(30);
  });
});

describe("runAsync", () => {
  it("SC-026 awaits each action before the next", async () => {
    const scheduler = new Scheduler();
    const seen: string[] = [];
    scheduler.enter(1, 1, async () => {
      seen.push("begins");
      await new Promise((resolve) => setTimeout(resolve, 10));
      seen.push("ends");
    });
    scheduler.enter(1, 2, () => seen.push("next"));
    await scheduler.runAsync();
    expect(seen).toEqual(["begins", "ends", "next"]);
  });

  it("leaves the thread to others meanwhile, also while one event is due after the other", async () => {
    const scheduler = new Scheduler();
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const end = performance.now() + 60;
    const again = (): void => {
      if (performance.now() < end) scheduler.enter(0, 1, again);
    };
    again();
    await scheduler.runAsync();
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });

  it("takes notice at once of an event that is entered before the one it waits for, and of one that is cancelled", async () => {
    const scheduler = new Scheduler();
    const ran: string[] = [];
    const late = scheduler.enter(3_600_000, 1, () => ran.push("late"));
    const running = scheduler.runAsync();
    await Promise.resolve();
    scheduler.enter(1, 1, () => ran.push("early"));
    await until("it has run", () => ran.length > 0);
    expect(ran).toEqual(["early"]);
    scheduler.cancel(late);
    await running;
    expect(ran).toEqual(["early"]);
  });

  it("SC-038 threads hand in events by message, and none is lost", async () => {
    const scheduler = new Scheduler();
    const ran: number[] = [];
    const end = scheduler.enter(3_600_000, 1, () => {});
    const running = scheduler.runAsync();
    const posted = await runThreads<number>(4, WORKER, "echo");
    for (const number of posted) scheduler.enter(0, 1, () => ran.push(number));
    await until("all have run", () => ran.length === 4);
    scheduler.cancel(end);
    await running;
    expect(ran).toEqual([0, 1, 2, 3]);
  });

  it("SC-039 two at once run each event once", async () => {
    const scheduler = new Scheduler();
    const ran: number[] = [];
    for (let number = 0; number < 100; number++) scheduler.enter(number / 10, 1, () => ran.push(number));
    await Promise.all([scheduler.runAsync(), scheduler.runAsync(), scheduler.runAsync()]);
    expect(ran).toEqual([...new Array(100).keys()]);
  });

  it("SC-040 waits longer than a timer can count", async () => {
    let now = 0;
    let ranAt: number | undefined;
    const delays: number[] = [];
    const scheduler = new Scheduler({ timefunc: () => now });
    scheduler.enter(2 ** 31 + 5000, 1, () => {
      ranAt = now;
    });
    const timer = vi.spyOn(globalThis, "setTimeout").mockImplementation(((wake: () => void, delay: number) => {
      delays.push(delay);
      now += delay;
      queueMicrotask(wake);
    }) as typeof setTimeout);
    try {
      await scheduler.runAsync();
    } finally {
      timer.mockRestore();
    }
    expect(delays).toEqual([2 ** 31 - 1, 5001]);
    expect(ranAt).toBe(2 ** 31 + 5000);
  });

  it("ends when aborted, between two events: the others stay", async () => {
    const scheduler = new Scheduler();
    const reason = new Error("enough");
    const controller = new AbortController();
    const ran: number[] = [];
    scheduler.enter(1, 1, () => ran.push(1));
    scheduler.enter(3_600_000, 1, () => ran.push(2));
    const running = scheduler.runAsync({ signal: controller.signal });
    await until("the first has run", () => ran.length === 1);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect([ran, scheduler.queue.length]).toEqual([[1], 1]);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    await expect(scheduler.runAsync({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(scheduler.runAsync({ signal: {} as AbortSignal })).rejects.toThrow(TypeError);
    await expect(scheduler.runAsync({ sginal: 1 } as object)).rejects.toThrow(
      new TypeError("unknown option sginal: there is signal"),
    );
  });

  it("ends when aborted in the middle of a delay of one's own", async () => {
    const scheduler = new Scheduler({ delayfunc: () => new Promise(() => {}) });
    const controller = new AbortController();
    scheduler.enter(1000, 1, () => {});
    const running = scheduler.runAsync({ signal: controller.signal });
    controller.abort("enough");
    await expect(running).rejects.toBe("enough");
    expect(scheduler.queue).toHaveLength(1);
  });

  it("SC-022 what a delay of one's own rejects with is passed on", async () => {
    const error = new Error("no");
    const scheduler = new Scheduler({ delayfunc: () => Promise.reject(error) });
    scheduler.enter(1000, 1, () => {});
    await expect(scheduler.runAsync()).rejects.toBe(error);
    expect(scheduler.queue).toHaveLength(1);
  });
});
