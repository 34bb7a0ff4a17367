import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import {
  Arena,
  BlockingNotAllowedError,
  endAgent,
  fromHandle,
  type Handle,
  InvalidStateError,
  NotOwnerError,
  TIMEOUT_MAX,
  toHandle,
} from "@conc/atomics";
import { Lock, RLock, Semaphore } from "@conc/lock";
import {
  conditionSuite,
  type Flow,
  Flows,
  quiet,
  type TaskFlow,
  type ThreadFlow,
  until,
  waitersOf,
} from "@conc/testkit";
import { makeCells, type Waited, waiting } from "@conc/testkit/condition-actions.ts";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { Condition, Event } from "../src/index.ts";

const actions = new URL(import.meta.resolve("@conc/testkit/condition-actions.ts"));
const flows = new Flows(actions);
const { agent } = Arena.default;

afterAll(() => flows.end());

afterEach(() => {
  expect(agent.pending).toBe(0);
});

it("smoke: a waiter goes on once it is notified", async () => {
  const condition = new Condition();
  condition.acquire();
  expect(condition.wait({ timeout: 1 })).toBe(false);
  condition.release();
  const wait = condition.runExclusiveAsync(() => condition.waitAsync());
  await until("it waits", () => waiting(condition) === 1);
  await condition.runExclusiveAsync(() => condition.notify());
  expect(await wait).toBe(true);
});

for (const kinds of ["threads", "tasks", "mixed"] as const) {
  conditionSuite(`Condition of ${kinds}`, {
    make: (lock) => new Condition(lock),
    makeLock: () => new Lock(),
    makeRLock: () => new RLock(),
    flows: (count) => flows.take(count, kinds),
  });
}

const locks: [name: string, make: () => Lock | RLock][] = [
  ["Lock", () => new Lock()],
  ["RLock", () => new RLock()],
];

describe("Condition: what it is made of, and how it shows", () => {
  it("CV-009 a lock that is none is a TypeError", () => {
    const Any = Condition as new (...args: unknown[]) => Condition;
    for (const lock of [1, null, "lock", {}, { acquire() {}, release() {} }, new Semaphore(), new Condition()]) {
      expect(() => new Any(lock)).toThrow(TypeError);
    }
    expect(() => new Any(new Lock(), "wide")).toThrow(new TypeError("unexpected argument: wide"));
  });

  it("CV-007 locked says whether somebody holds the lock, through either object", () => {
    for (const [, make] of locks) {
      const lock = make();
      const condition = new Condition(lock);
      expect(condition.locked).toBe(false);
      lock.acquire();
      expect(condition.locked).toBe(true);
      condition.release();
      expect(condition.locked).toBe(false);
    }
  });

  it("CV-003 CV-004 inside a scope a try fails, after it succeeds", () => {
    const lock = new Lock();
    const condition = new Condition(lock);
    {
      using _held = condition.guard();
      expect(lock.acquire({ blocking: false })).toBe(false);
      expect(condition.acquire({ blocking: false })).toBe(false);
      expect(condition.tryAcquire()).toBe(false);
      expect(() => condition.guard({ timeout: 0 })).toThrow("not acquired in time");
    }
    expect(lock.acquire({ blocking: false })).toBe(true);
    lock.release();
  });

  it("has the scopes of its lock, blocking and async", async () => {
    const condition = new Condition();
    expect(condition.runExclusive(() => [condition.locked])).toEqual([true]);
    expect(await condition.runExclusiveAsync(async () => [condition.locked])).toEqual([true]);
    expect(() => condition.runExclusive(() => Promise.resolve())).toThrow(TypeError);
    {
      using _held = await condition.guardAsync();
      expect(condition.locked).toBe(true);
      condition.notify();
    }
    expect(condition.locked).toBe(false);
  });

  it("CV-010 shows its lock and how many wait", async () => {
    const condition = new Condition();
    expect(String(condition)).toMatch(/^Condition@[0-9a-f]+\(RLock@[0-9a-f]+\(unlocked\), 0 waiting\)$/);
    expect(inspect({ condition })).toContain("0 waiting");
    expect(Object.prototype.toString.call(condition)).toBe("[object Condition]");
    const plain = new Condition(new Lock());
    plain.acquire();
    expect(inspect(plain)).toMatch(/Lock@[0-9a-f]+\(locked\), 0 waiting/);
    const waits = [plain.waitAsync()];
    plain.acquire();
    waits.push(plain.waitAsync());
    expect(inspect(plain)).toMatch(/Lock@[0-9a-f]+\(unlocked\), 2 waiting/);
    for (const wait of waits) {
      plain.acquire();
      plain.notify();
      plain.release();
      await wait;
      plain.release();
    }
  });

  it("a blocked wait sleeps and does not poll", () => {
    const park = vi.spyOn(agent.memory, "wait");
    const condition = new Condition();
    condition.acquire();
    expect(condition.wait({ timeout: 30 })).toBe(false);
    expect(condition.waitFor(() => false, { timeout: 30 })).toBe(false);
    condition.release();
    expect(park.mock.calls.length).toBeLessThan(10);
    park.mockRestore();
  });
});

describe("Condition: misuse", () => {
  const wrong: [options: unknown, error: typeof Error][] = [
    [{ timeout: -5 }, RangeError],
    [{ timeout: -1 }, RangeError],
    [{ timeout: 1e100 }, RangeError],
    [{ timeout: TIMEOUT_MAX + 1 }, RangeError],
    [{ timeout: Number.NaN }, RangeError],
    [{ timeout: "5" }, TypeError],
    [{ timeout: null }, TypeError],
    [5, TypeError],
    [null, TypeError],
  ];

  it.each(locks)("CV-016 CV-017 wait with wrong options is an error, and a %s stays held", async (_name, make) => {
    const condition = new Condition(make());
    for (const [options, error] of wrong) expect(() => condition.wait(options as object)).toThrow(error);
    condition.acquire();
    for (const [options, error] of wrong) {
      expect(() => condition.wait(options as object)).toThrow(error);
      await expect(condition.waitAsync(options as object)).rejects.toThrow(error);
    }
    await expect(condition.waitAsync({ signal: {} as AbortSignal })).rejects.toThrow(TypeError);
    expect([condition.locked, waiting(condition)]).toEqual([true, 0]);
    condition.release();
    expect(condition.locked).toBe(false);
  });

  it("CV-017 Infinity and the longest finite timeout are legal", async () => {
    const condition = new Condition(new Lock());
    for (const timeout of [Number.POSITIVE_INFINITY, TIMEOUT_MAX]) {
      condition.acquire();
      const wait = condition.waitAsync({ timeout });
      condition.acquire();
      condition.notify();
      condition.release();
      expect(await wait).toBe(true);
      condition.release();
    }
  });

  it("CV-046 waitFor with wrong options is an error, also where the predicate is true already", async () => {
    const condition = new Condition();
    condition.acquire();
    for (const value of [false, true]) {
      for (const [options, error] of wrong) {
        expect(() => condition.waitFor(() => value, options as object)).toThrow(error);
        await expect(condition.waitForAsync(() => value, options as object)).rejects.toThrow(error);
      }
      await expect(condition.waitForAsync(() => value, { signal: {} as AbortSignal })).rejects.toThrow(TypeError);
    }
    expect([condition.locked, waiting(condition)]).toEqual([true, 0]);
    condition.release();
  });

  it("notify takes an integer or Infinity", async () => {
    const condition = new Condition();
    condition.acquire();
    const wait = condition.waitAsync();
    condition.acquire();
    for (const n of ["1", null, {}, 1n]) expect(() => condition.notify(n as number)).toThrow(TypeError);
    for (const n of [Number.NaN, 0.5, 1.5]) expect(() => condition.notify(n)).toThrow(RangeError);
    expect(waiting(condition)).toBe(1);
    condition.notify(Number.POSITIVE_INFINITY);
    expect(waiting(condition)).toBe(0);
    condition.release();
    expect(await wait).toBe(true);
    condition.release();
  });

  it("where blocking is not allowed wait throws, keeps the lock and queues nobody", () => {
    const refuse = vi.spyOn(agent, "mayBlock").mockImplementation((asyncForm) => {
      throw new BlockingNotAllowedError(`use ${asyncForm}()`);
    });
    for (const [, make] of locks) {
      const condition = new Condition(make());
      condition.acquire();
      expect(() => condition.wait()).toThrow("use waitAsync()");
      expect(() => condition.waitFor(() => false, { timeout: 5 })).toThrow(BlockingNotAllowedError);
      expect([condition.locked, waiting(condition)]).toEqual([true, 0]);
      condition.release();
    }
    refuse.mockRestore();
  });

  it("CV-049 a predicate of waitFor that returns a promise is an error, for a promise is always truthy", () => {
    const condition = new Condition();
    condition.acquire();
    expect(() => condition.waitFor(async () => false)).toThrow(TypeError);
    let calls = 0;
    const later = (): unknown => (++calls === 1 ? 0 : Promise.resolve(0));
    expect(() => condition.waitFor(later, { timeout: 1 })).toThrow("waitForAsync");
    expect([condition.locked, waiting(condition), calls]).toEqual([true, 0, 2]);
    condition.release();
  });

  it("a predicate that is no function is a TypeError", async () => {
    const condition = new Condition();
    for (const predicate of [undefined, null, true, "ready"] as unknown as (() => boolean)[]) {
      expect(() => condition.waitFor(predicate)).toThrow(TypeError);
      await expect(condition.waitForAsync(predicate)).rejects.toThrow(TypeError);
    }
  });

  it("a plain lock that a third party releases just as the wait begins: an error, and nobody stays in the line", async () => {
    const lock = new Lock();
    const condition = new Condition(lock);
    // As the check of the wait saw it, a moment before.
    Object.defineProperty(lock, "locked", { get: () => true, configurable: true });
    expect(() => condition.wait({ timeout: 10 })).toThrow(InvalidStateError);
    await expect(condition.waitAsync()).rejects.toThrow(InvalidStateError);
    Reflect.deleteProperty(lock, "locked");
    expect([lock.locked, waiting(condition)]).toEqual([false, 0]);
    expect(condition.acquire()).toBe(true);
    expect(condition.wait({ timeout: 1 })).toBe(false);
    condition.release();
  });
});

describe("Condition: waitFor, in each form", () => {
  it("a predicate that is no function, or that returns a promise to waitFor, is an error", async () => {
    const condition = new Condition();
    condition.acquire();
    expect(() => condition.waitFor(async () => false)).toThrow("use waitForAsync()");
    expect(() => condition.waitFor(true as never)).toThrow("predicate must be of type function, got boolean");
    await expect(condition.waitForAsync(undefined as never)).rejects.toThrow(TypeError);
    expect(condition.locked).toBe(true);
    condition.release();
  });

  it("CV-044 after each notification it waits for the time that is left", async () => {
    const [thread] = (await flows.take(1, "threads")) as [Flow];
    const condition = new Condition();
    const cells = makeCells();
    let raises: Promise<unknown>[] = [];
    // Each time it is asked it has the thread notify once, as soon as the lock is free.
    const predicate = (): boolean => {
      if (raises.length === 3) return true;
      raises.push(thread.run("raise", condition, cells));
      return false;
    };
    const timeouts = (calls: unknown[][]): number[] =>
      calls.map(([options]) => (options as { timeout: number }).timeout);
    for (const form of ["wait", "waitAsync"] as const) {
      const wait = vi.spyOn(condition, form);
      raises = [];
      condition.acquire();
      if (form === "wait") condition.waitFor(predicate, { timeout: 10_000 });
      else await condition.waitForAsync(predicate, { timeout: 10_000 });
      condition.release();
      await Promise.all(raises);
      const [first, second, third] = timeouts(wait.mock.calls) as [number, number, number];
      expect(wait).toHaveBeenCalledTimes(3);
      expect(first).toBeLessThanOrEqual(10_000);
      expect(second).toBeLessThan(first);
      expect(third).toBeLessThan(second);
    }
  });

  it("CV-049 a promise that the predicate returns is awaited and not taken for true", async () => {
    const condition = new Condition();
    let ready: unknown = "";
    let calls = 0;
    const predicate = async (): Promise<unknown> => {
      calls++;
      await new Promise(setImmediate);
      return ready;
    };
    const wait = condition.runExclusiveAsync(() => condition.waitForAsync(predicate));
    await until("it waits", () => waiting(condition) === 1);
    await condition.runExclusiveAsync(() => condition.notify());
    await until("it waits again", () => calls === 2 && waiting(condition) === 1);
    ready = { items: 3 };
    await condition.runExclusiveAsync(() => condition.notify());
    expect(await wait).toBe(ready);
    expect(calls).toBe(3);
    expect(await condition.waitForAsync(async () => 7)).toBe(7);
  });

  it("CV-047 CV-049 a rejection of the predicate comes through, and the lock is still held", async () => {
    const condition = new Condition();
    await condition.runExclusiveAsync(async () => {
      const failure = new Error("no idea");
      await expect(condition.waitForAsync(() => Promise.reject(failure))).rejects.toBe(failure);
      condition.notify();
    });
    expect(condition.locked).toBe(false);
  });

  it("an abort ends it with the lock held, and refuses even a predicate that is true", async () => {
    const condition = new Condition();
    const controller = new AbortController();
    const { signal } = controller;
    const wait = condition.runExclusiveAsync(async () => {
      const reason = await condition.waitForAsync(() => false, { signal }).catch((error: unknown) => error);
      condition.notify(0);
      return reason;
    });
    await until("it waits", () => waiting(condition) === 1);
    controller.abort("enough");
    expect(await wait).toBe("enough");
    await expect(condition.waitForAsync(() => true, { signal })).rejects.toBe("enough");
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("Condition: abort", () => {
  it.each(locks)("CV-022 CV-023 CV-068 an aborted wait gets its %s again before it rejects", async (_name, make) => {
    const condition = new Condition(make());
    const [sleeper, holder] = (await flows.take(2, "tasks")) as [Flow, Flow];
    const controller = new AbortController();
    await sleeper.call(condition, "acquire");
    let over = false;
    const reason = new Error("enough");
    const wait = sleeper.call(condition, "wait", { signal: controller.signal }).catch((error: unknown) => {
      over = true;
      return error;
    });
    await until("it waits", () => waiting(condition) === 1);
    await holder.call(condition, "acquire");
    controller.abort(reason);
    await quiet();
    expect([over, waiting(condition)]).toEqual([false, 0]);
    await holder.call(condition, "notify");
    await holder.call(condition, "release");
    expect(await wait).toBe(reason);
    expect(condition.locked).toBe(true);
    expect(await holder.call(condition, "acquire", { timeout: 0 })).toBe(false);
    await sleeper.call(condition, "release");
    expect(condition.locked).toBe(false);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("a signal that is aborted already rejects at once: nothing is released or queued", async () => {
    const condition = new Condition(new Lock());
    condition.acquire();
    const wait = condition.waitAsync({ signal: AbortSignal.abort("no") });
    expect(condition.locked).toBe(true);
    await expect(wait).rejects.toBe("no");
    expect([condition.locked, waiting(condition)]).toEqual([true, 0]);
    condition.release();
  });

  it.each(["threads", "tasks"] as const)(
    "CV-069 aborted after it was notified, while it waits for the lock: it rejects, the notification goes to another of %s",
    async (kinds) => {
      const condition = new Condition();
      const [sleeper] = (await flows.take(1, "tasks")) as [Flow];
      const [holder, spare] = (await flows.take(2, kinds)) as [Flow, Flow];
      const controller = new AbortController();
      await sleeper.call(condition, "acquire");
      const wait = sleeper.call(condition, "wait", { signal: controller.signal });
      wait.catch(() => {});
      await until("the first waits", () => waiting(condition) === 1);
      const other = spare.run<Waited>("waitOnce", condition, makeCells());
      await until("the second waits", () => waiting(condition) === 2);
      await holder.call(condition, "acquire");
      await holder.call(condition, "notify");
      expect(waiting(condition)).toBe(1);
      controller.abort(new Error("enough"));
      await quiet();
      // Not before it has the lock again.
      expect(waiting(condition)).toBe(1);
      await holder.call(condition, "release");
      await expect(wait).rejects.toThrow("enough");
      expect([condition.locked, waiting(condition)]).toEqual([true, 0]);
      await sleeper.call(condition, "release");
      expect(await other).toMatchObject({ result: true, held: true });
    },
  );

  it("CV-070 abort and notify in one turn, in either order: one of the two waiters is notified", async () => {
    for (const steps of ["abort notify release", "notify abort release", "notify release abort"]) {
      const condition = new Condition(new Lock());
      const controller = new AbortController();
      condition.acquire();
      const first = condition.waitAsync({ signal: controller.signal }).finally(() => condition.release());
      condition.acquire();
      const second = condition.waitAsync().finally(() => condition.release());
      condition.acquire();
      for (const step of steps.split(" ")) {
        if (step === "abort") controller.abort("enough");
        else if (step === "notify") condition.notify();
        else condition.release();
      }
      const outcome = await first.catch((reason: unknown) => reason);
      if (outcome === true) {
        expect(waiting(condition)).toBe(1);
        await condition.runExclusiveAsync(() => condition.notify());
      } else {
        expect(outcome).toBe("enough");
      }
      expect(await second).toBe(true);
      expect(condition.locked).toBe(false);
    }
  });

  it("CV-067 of three async waiters notify(1) wakes one, notify(2048) the rest", async () => {
    const condition = new Condition();
    const sleepers = await flows.take(3, "tasks");
    const ended: number[] = [];
    const waits: Promise<unknown>[] = [];
    for (const [index, flow] of sleepers.entries()) {
      waits.push(flow.run("waitOnce", condition, makeCells()).then(() => ended.push(index)));
      await until("it waits", () => waiting(condition) === index + 1);
    }
    await condition.runExclusiveAsync(() => condition.notify(1));
    await waits[0];
    await quiet();
    expect(ended).toEqual([0]);
    await condition.runExclusiveAsync(() => condition.notify(2048));
    await Promise.all(waits);
    expect(ended).toEqual([0, 1, 2]);
  });

  it("one signal for a thousand waits is left without listeners", async () => {
    const { signal } = new AbortController();
    const condition = new Condition(new Lock());
    for (let time = 0; time < 1000; time++) {
      condition.acquire();
      const wait = condition.waitAsync({ signal, timeout: time % 10 ? 10_000 : 0 });
      expect(getEventListeners(signal, "abort")).toHaveLength(time % 10 ? 1 : 0);
      if (time % 10) await condition.runExclusiveAsync(() => condition.notify());
      expect(await wait).toBe(time % 10 !== 0);
      condition.release();
    }
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("Condition: tasks of one thread", () => {
  it("while one task waits nobody else owns its lock, and what another one acquires meanwhile is not the first one's", async () => {
    const lock = new RLock();
    const condition = new Condition(lock);
    const [sleeper, other, third] = (await flows.take(3, "tasks")) as [Flow, Flow, Flow];
    const depths = async () => [
      await sleeper.call(lock, "depth"),
      await other.call(lock, "depth"),
      await third.call(lock, "depth"),
      lock.depth,
    ];
    for (const [flow, depth] of [
      [other, 1],
      [third, 2],
    ] as const) {
      await sleeper.call(condition, "acquire");
      await sleeper.call(condition, "acquire");
      await sleeper.call(condition, "acquire");
      const wait = sleeper.call(condition, "wait");
      await until("it waits", () => waiting(condition) === 1);
      for (let time = 0; time < depth; time++) await flow.call(condition, "acquire");
      expect([await other.call(lock, "depth"), await third.call(lock, "depth"), lock.depth]).toEqual(
        flow === other ? [1, 0, 0] : [0, 2, 0],
      );
      expect(() => condition.notify()).toThrow(NotOwnerError);
      expect(() => condition.release()).toThrow(NotOwnerError);
      await flow.call(condition, "notify");
      for (let time = 0; time < depth; time++) await flow.call(condition, "release");
      expect(await wait).toBe(true);
      expect(await depths()).toEqual([3, 0, 0, 0]);
      await expect(flow.call(condition, "notify")).rejects.toThrow(NotOwnerError);
      await expect(flow.call(condition, "wait")).rejects.toThrow(NotOwnerError);
      for (let time = 0; time < 3; time++) await sleeper.call(condition, "release");
      expect(await depths()).toEqual([0, 0, 0, 0]);
    }
  });

  it("what a task started before does not own the lock while the task waits, and does again afterwards", async () => {
    const lock = new RLock();
    const condition = new Condition(lock);
    const [other] = (await flows.take(1, "tasks")) as [TaskFlow];
    let look = (): void => {};
    const seen: boolean[] = [];
    await condition.runExclusiveAsync(async () => {
      const child = async (): Promise<void> => {
        for (let time = 0; time < 4; time++) {
          seen.push(lock.owned);
          await new Promise<void>((resolve) => {
            look = resolve;
          });
        }
      };
      const done = child();
      const wait = condition.waitAsync();
      look();
      await until("the child has looked while its task waits", () => seen.length === 2);
      await other.call(condition, "acquire");
      look();
      await until("the child has looked while another task owns the lock", () => seen.length === 3);
      await other.call(condition, "notify");
      await other.call(condition, "release");
      expect(await wait).toBe(true);
      look();
      await until("the child has looked after the wait", () => seen.length === 4);
      look();
      await done;
    });
    expect(seen).toEqual([true, false, false, true]);
    expect(lock.locked).toBe(false);
  });

  it("what the thread acquired with the blocking form it may wait for with the async one", async () => {
    const lock = new RLock();
    const condition = new Condition(lock);
    const [other] = (await flows.take(1, "tasks")) as [Flow];
    condition.acquire();
    condition.acquire();
    const wait = condition.waitAsync();
    expect([lock.locked, lock.depth]).toEqual([false, 0]);
    await other.run("notify", condition);
    expect(await wait).toBe(true);
    expect(lock.depth).toBe(2);
    condition.release();
    condition.release();
    expect(lock.locked).toBe(false);
  });

  it("a thread that blocks while a notified task of its own is on its way to the lock keeps nobody from it", async () => {
    const lock = new Lock();
    const condition = new Condition(lock);
    const passed = new Event();
    const [thread] = (await flows.take(1, "threads")) as [Flow];
    const task = condition.runExclusiveAsync(() => condition.waitAsync());
    await until("the task waits", () => waiting(condition) === 1);
    condition.acquire();
    condition.notify();
    const set = thread.run("setInside", lock, passed);
    await until("the thread wants the lock", () => waitersOf(lock) === 2);
    condition.release();
    const inTime = passed.wait({ timeout: 200 });
    await Promise.all([task, set.then(() => thread.call(lock, "release"))]);
    expect(inTime).toBe(true);
  });

  it("1,000 tasks wait and are notified one by one, in the order in which they came", async () => {
    const condition = new Condition();
    const order: number[] = [];
    const waits = Array.from({ length: 1000 }, (_, index) =>
      condition.runExclusiveAsync(async () => {
        await condition.waitAsync();
        order.push(index);
      }),
    );
    await until("all wait", () => waiting(condition) === 1000);
    for (let notified = 1; notified <= 1000; notified++) {
      await condition.runExclusiveAsync(() => {
        condition.notify();
        expect(waiting(condition)).toBe(1000 - notified);
      });
    }
    await Promise.all(waits);
    expect(order).toEqual([...order.keys()]);
  });
});

describe("Condition: the death of a waiter", () => {
  // Threads of testkit are plain workers, of whose end nobody tells the arena.
  async function kill(victim: ThreadFlow, id: number): Promise<void> {
    await victim.end();
    expect(endAgent(agent, id)).toBe(true);
  }

  it.each(["waitOnce", "waitInTask"])(
    "CV-073 a thread terminated in %s is not notified: the notification goes to the next",
    async (action) => {
      const condition = new Condition();
      const [victim] = (await new Flows(actions).take(1, "threads")) as [ThreadFlow];
      const spares = await flows.take(2, "mixed");
      const id = await victim.run<number>("agentId");
      victim.run(action, condition, makeCells()).catch(() => {});
      await until("the victim waits", () => waiting(condition) === 1);
      const cells = makeCells();
      const waits: Promise<Waited>[] = [];
      for (const spare of spares) {
        waits.push(spare.run<Waited>("waitOnce", condition, cells));
        await until("all wait", () => waiting(condition) === 1 + waits.length);
      }
      await kill(victim, id);
      expect(waiting(condition)).toBe(2);
      for (const [index, wait] of waits.entries()) {
        await condition.runExclusiveAsync(() => {
          condition.notify();
          expect(waiting(condition)).toBe(1 - index);
        });
        expect(await wait).toMatchObject({ result: true, held: true });
      }
      expect(condition.locked).toBe(false);
    },
  );

  it("a thread that dies after it was notified, while it waits for the lock, does not keep others from it", async () => {
    for (const action of ["waitOnce", "waitInTask"]) {
      const condition = new Condition(new Lock());
      const [victim] = (await new Flows(actions).take(1, "threads")) as [ThreadFlow];
      const [thread, task] = (await flows.take(2, "mixed")) as [Flow, Flow];
      const id = await victim.run<number>("agentId");
      victim.run(action, condition, makeCells()).catch(() => {});
      await until("the victim waits", () => waiting(condition) === 1);
      condition.acquire();
      condition.notify();
      const acquired = [thread, task].map((flow) => flow.run("notify", condition));
      await kill(victim, id);
      condition.release();
      await Promise.all(acquired);
      expect(condition.locked).toBe(false);
    }
  });

  it("the death of another thread is no notification to those who wait", async () => {
    const condition = new Condition();
    const cells = makeCells();
    const sleepers = await flows.take(4, "mixed");
    const [victim] = (await new Flows(actions).take(1, "threads")) as [ThreadFlow];
    const id = await victim.run<number>("agentId");
    let ended = 0;
    const waits = sleepers.map((flow, index) =>
      flow.run<Waited>("waitOnce", condition, cells, index < 2 ? {} : { timeout: 10_000 }).finally(() => ended++),
    );
    await until("all wait", () => waiting(condition) === 4);
    await kill(victim, id);
    await quiet();
    expect([ended, waiting(condition)]).toEqual([0, 4]);
    await condition.runExclusiveAsync(() => condition.notifyAll());
    for (const wait of waits) expect(await wait).toMatchObject({ result: true, held: true });
  });
});

describe("Condition: handles", () => {
  it.each(locks)("a condition sent to a thread works with the %s that was sent beside it", async (_name, make) => {
    const [thread] = (await flows.take(1, "threads")) as [Flow];
    const lock = make();
    const condition = new Condition(lock);
    expect(await thread.run("sameLock", { lock, condition })).toBe(true);
    const another = new Condition(lock);
    expect(await thread.run("sameLock", { condition: another, lock })).toBe(true);
    expect(await thread.run("sameLock", { lock, condition })).toBe(true);
    expect(lock.locked).toBe(false);
    lock.acquire();
    await expect(thread.call(condition, "acquire", { timeout: 0 })).resolves.toBe(false);
    lock.release();
  });

  it("CV-005 conditions of one lock that nobody sent share it in another thread, too", async () => {
    const lock = new RLock();
    const [thread] = (await flows.take(1, "threads")) as [Flow];
    const conditions = [new Condition(lock), new Condition(lock)] as const;
    await thread.call(conditions[0], "acquire");
    expect(conditions[1].locked).toBe(true);
    await thread.call(conditions[1], "notify");
    await thread.call(conditions[1], "release");
    expect(lock.locked).toBe(false);
  });

  it("its handle is plain JSON and finds the same object and the same lock", () => {
    const lock = new Lock();
    const condition = new Condition(lock);
    const handle = JSON.parse(JSON.stringify(toHandle(condition))) as Handle;
    expect(fromHandle(handle)).toBe(condition);
    expect(fromHandle(handle.lock as Handle)).toBe(lock);
  });
});

it("takes no memory of the arena before it is shared or waited for; then its lock moves in as it is held", async () => {
  const { used } = Arena.default;
  const lock = new RLock();
  const condition = new Condition(lock);
  condition.acquire();
  condition.acquire();
  condition.notifyAll();
  expect(condition.waitFor(() => true)).toBe(true);
  expect(`${condition}`).toMatch(/^Condition@[\da-f]+\(RLock@[\da-f]+\(locked, count=2\), 0 waiting\)$/);
  expect(Arena.default.used).toBe(used);
  expect(condition.wait({ timeout: 1 })).toBe(false);
  expect(Arena.default.used).toBeGreaterThan(used);
  expect([lock.owned, lock.depth]).toEqual([true, 2]);
  condition.release();
  condition.release();
  expect(condition.locked).toBe(false);
  expect(fromHandle(toHandle(condition))).toBe(condition);
});
