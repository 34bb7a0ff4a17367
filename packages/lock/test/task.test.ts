import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { queryObjects } from "node:v8";
import { NotOwnerError } from "@conc/atomics";
import { Flows, until, waitersOf } from "@conc/testkit";
import { afterAll, describe, expect, it } from "vitest";
import { type Guard, RLock } from "../src/index.ts";
import { currentTask, Task } from "../src/task.ts";

const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/lock-actions.ts")));

afterAll(() => flows.end());

/** Calls a function outside of any task that holds a lock. */
const outside = AsyncLocalStorage.snapshot();

/** A point at which other tasks run: of another kind each time. */
function pause(kind: number): Promise<unknown> | null {
  switch (kind % 5) {
    case 0:
      return null;
    case 1:
      return new Promise((resolve) => setImmediate(resolve));
    case 2:
      return new Promise((resolve) => process.nextTick(resolve));
    case 3:
      return Promise.all([Promise.resolve(), null]);
    default:
      return new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** Holds a lock while `body` runs. */
type Hold = (lock: RLock, body: () => Promise<void>) => Promise<void>;

function toldToLeave(): { told: Promise<void>; leave: () => void } {
  let leave = (): void => {};
  const told = new Promise<void>((resolve) => {
    leave = resolve;
  });
  return { told, leave };
}

/** Has a task hold a lock until it is told to leave; it is inside when this returns. */
async function stay(lock: RLock, hold: Hold): Promise<{ held: Promise<void>; leave: () => void }> {
  const { told, leave } = toldToLeave();
  let inside = false;
  const held = hold(lock, async () => {
    inside = true;
    await told;
    expect(lock.depth).toBe(1);
  });
  await until("the task is in", () => inside);
  return { held, leave };
}

/** The ways in which a task holds a lock. */
const ways: Record<string, Hold> = {
  acquireAsync: async (lock, body) => {
    expect(await lock.acquireAsync()).toBe(true);
    try {
      await body();
    } finally {
      lock.release();
    }
  },
  guardAsync: async (lock, body) => {
    using _held = await lock.guardAsync();
    await body();
  },
  "await using guardAsync": async (lock, body) => {
    await using _held = await lock.guardAsync();
    await body();
  },
  runExclusiveAsync: (lock, body) => lock.runExclusiveAsync(body),
  "acquireAsync().then": (lock, body) => lock.acquireAsync().then(() => body().finally(() => lock.release())),
};

describe.each(Object.entries(ways))("a task that holds an RLock by %s", (_name, hold) => {
  it("LK-067 keeps all other tasks of its thread out, also while it awaits", async () => {
    const lock = new RLock();
    let inside = 0;
    let sum = 0;
    const task = (number: number): Promise<void> =>
      hold(lock, async () => {
        expect(++inside).toBe(1);
        expect([lock.owned, lock.depth]).toEqual([true, 1]);
        const before = sum;
        for (let step = 0; step < 4; step++) {
          await pause(number + step);
          expect(inside).toBe(1);
          expect(lock.owned).toBe(true);
        }
        sum = before + 1;
        inside--;
      });
    // Some in one go, some in turns of their own, some one after the other.
    const late = Promise.all(
      Array.from({ length: 100 }, async (_, number) => {
        await pause(number);
        await task(number);
        expect(lock.owned).toBe(false);
        await task(number + 1);
      }),
    );
    await Promise.all(Array.from({ length: 100 }, (_, number) => task(number)));
    await late;
    expect(sum).toBe(300);
    expect(lock.locked).toBe(false);
    expect(currentTask()).toBe(undefined);
  });

  it("LK-067 two that were started by one Promise.all exclude each other", async () => {
    const lock = new RLock();
    const order: string[] = [];
    const task = (name: string): Promise<void> =>
      hold(lock, async () => {
        order.push(`${name} in`);
        for (let kind = 0; kind < 5; kind++) await pause(kind);
        order.push(`${name} out`);
      });
    await Promise.all([task("a"), task("b"), task("c")]);
    expect(order).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
  });

  it("LK-067 keeps the thread itself out too, which goes on after a wait of its own", async () => {
    const lock = new RLock();
    const { held, leave } = await stay(lock, hold);
    for (let kind = 0; kind < 5; kind++) {
      await pause(kind);
      expect([lock.owned, lock.depth]).toEqual([false, 0]);
      expect(lock.tryAcquire()).toBe(false);
      expect(lock.acquire({ timeout: 0 })).toBe(false);
      expect(await lock.acquireAsync({ timeout: 0 })).toBe(false);
      expect(() => lock.release()).toThrow(NotOwnerError);
    }
    leave();
    await held;
    expect(lock.tryAcquire()).toBe(true);
    lock.release();
  });

  it("LK-068 still owns it after awaits of all kinds, and releases it itself", async () => {
    const lock = new RLock();
    for (let kind = 0; kind < 5; kind++) {
      await hold(lock, async () => {
        await pause(kind);
        expect([lock.owned, lock.depth]).toEqual([true, 1]);
      });
      expect(lock.locked).toBe(false);
    }
  });

  it("LK-067 enters again in helpers that it calls, of every form", async () => {
    const lock = new RLock();
    const helper = async (levels: number): Promise<number> => {
      let depth = 0;
      for (const again of Object.values(ways)) {
        await again(lock, async () => {
          await pause(levels);
          depth = lock.depth;
          if (levels > 1) depth = await helper(levels - 1);
        });
      }
      return depth;
    };
    await hold(lock, async () => {
      expect(await helper(3)).toBe(4);
      expect(lock.depth).toBe(1);
      expect(lock.runExclusive(() => lock.depth)).toBe(2);
      expect(lock.tryAcquire()).toBe(true);
      expect(lock.acquire({ timeout: 0 })).toBe(true);
      expect(lock.depth).toBe(3);
      lock.release();
      lock.release();
    });
    expect(lock.locked).toBe(false);
  });

  it("LK-067 shares it with tasks that it starts while it holds it, and no longer", async () => {
    const lock = new RLock();
    let started: Promise<unknown> | undefined;
    const depths: number[] = [];
    await hold(lock, async () => {
      started = (async () => {
        await lock.acquireAsync();
        depths.push(lock.depth);
        lock.release();
        while (lock.owned) await pause(1);
        // By now the one that started it has released it, and somebody else is in.
        depths.push(lock.depth);
        await lock.acquireAsync();
        depths.push(lock.depth);
        lock.release();
      })();
      for (let kind = 0; kind < 5; kind++) await pause(kind);
    });
    const other = hold(lock, async () => {
      for (let kind = 0; kind < 5; kind++) await pause(kind);
      expect(depths).toEqual([2, 0]);
    });
    await Promise.all([started, other]);
    expect(depths).toEqual([2, 0, 1]);
    expect(lock.locked).toBe(false);
  });

  it("LK-067 keeps it until the last one who entered it has left, also one that outlives it", async () => {
    const lock = new RLock();
    const { told, leave } = toldToLeave();
    let child: Promise<void> | undefined;
    await hold(lock, async () => {
      child = hold(lock, () => told);
      await until("the child is in", () => lock.depth === 2);
    });
    expect(lock.locked).toBe(true);
    expect(await lock.acquireAsync({ timeout: 0 })).toBe(false);
    leave();
    await child;
    expect(lock.locked).toBe(false);
  });

  it("LK-051 is the only one of its thread to release it", async () => {
    const lock = new RLock();
    const other = new RLock();
    const { held, leave } = await stay(lock, hold);
    // A task of its own kind, that holds something else.
    await hold(other, async () => {
      expect(lock.owned).toBe(false);
      expect(() => lock.release()).toThrow(NotOwnerError);
      expect(() => lock.release()).toThrow("another task");
    });
    expect(lock.locked).toBe(true);
    leave();
    await held;
    expect(lock.locked).toBe(false);
  });

  it("LK-054 LK-106 gets bad options and aborted signals refused although it would not have to wait", async () => {
    const lock = new RLock();
    await hold(lock, async () => {
      await expect(lock.acquireAsync({ timeout: -1 })).rejects.toThrow(RangeError);
      await expect(lock.acquireAsync({ signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
      await expect(lock.guardAsync({ signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
      expect(lock.depth).toBe(1);
    });
    expect(lock.locked).toBe(false);
  });

  it("holds several at a time, and gives them back in any order", async () => {
    const [first, second] = [new RLock(), new RLock()];
    await hold(first, async () => {
      await second.acquireAsync();
      expect([first.depth, second.depth]).toEqual([1, 1]);
      await pause(1);
      await first.acquireAsync();
      expect([first.depth, second.depth]).toEqual([2, 1]);
      second.release();
      expect([first.depth, second.depth]).toEqual([2, 0]);
      first.release();
      expect(first.owned).toBe(true);
    });
    expect([first.locked, second.locked]).toEqual([false, false]);
  });

  it("leaves nothing behind but itself in what its body throws", async () => {
    const lock = new RLock();
    await expect(
      hold(lock, async () => {
        await pause(1);
        throw new Error("from the body");
      }),
    ).rejects.toThrow("from the body");
    expect(lock.locked).toBe(false);
    expect(currentTask()).toBe(undefined);
  });

  it("waits for another thread that holds it, and keeps that out", async () => {
    const lock = new RLock();
    const [thread] = await flows.take(1, "threads");
    await thread?.call(lock, "acquire");
    let inside = false;
    const held = hold(lock, async () => {
      inside = true;
      expect(await thread?.call(lock, "acquire", { timeout: 0 })).toBe(false);
      await expect(thread?.call(lock, "release")).rejects.toThrow(NotOwnerError);
      expect(lock.depth).toBe(1);
    });
    await until("it waits", () => waitersOf(lock) === 1);
    expect(inside).toBe(false);
    await thread?.call(lock, "release");
    await held;
    expect(inside).toBe(true);
    expect(lock.locked).toBe(false);
  });

  it("leaves no task in memory after many cycles", async () => {
    const locks = [new RLock(), new RLock()] as const;
    const before = queryObjects(Task, { format: "count" });
    for (let round = 0; round < 2000; round++) {
      await hold(locks[round % 2] as RLock, async () => {
        if (round % 10 === 0) await hold(locks[(round + 1) % 2] as RLock, async () => {});
      });
    }
    expect(queryObjects(Task, { format: "count" }) as unknown as number).toBeLessThan(Number(before) + 100);
  });
});

describe("tasks that hold RLocks", () => {
  it("a flow that goes from lock to lock, hand over hand, leaves no chain of tasks in memory", async () => {
    const [first, second] = [new RLock(), new RLock()];
    const before = Number(queryObjects(Task, { format: "count" }));
    await first.acquireAsync();
    for (let round = 0; round < 1000; round++) {
      await second.acquireAsync();
      first.release();
      await first.acquireAsync();
      second.release();
    }
    expect(Number(queryObjects(Task, { format: "count" }))).toBeLessThan(before + 100);
    first.release();
    expect([first.locked, second.locked]).toEqual([false, false]);
  });

  it("a guard releases from wherever it is disposed of", async () => {
    const lock = new RLock();
    const guard = await (async () => lock.guardAsync())();
    expect(lock.locked).toBe(true);
    guard.release();
    expect(lock.locked).toBe(false);
  });

  it("what a holder enters in the turn in which it got the lock does not become a part of its task", async () => {
    const lock = new RLock();
    const pooled = new AsyncResource("pooled");
    const seen: boolean[] = [];
    const holder = async (): Promise<void> => {
      await lock.acquireAsync();
      seen.push(
        pooled.runInAsyncScope(() => lock.owned),
        outside(() => lock.owned),
        lock.owned,
      );
      await pause(1);
      seen.push(
        pooled.runInAsyncScope(() => lock.owned),
        outside(() => lock.owned),
        lock.owned,
      );
      lock.release();
    };
    await holder();
    expect(seen).toEqual([false, false, true, false, false, true]);
  });

  it("a refused or aborted acquire makes nobody an owner", async () => {
    const lock = new RLock();
    const holder = await lock.guardAsync();
    const other = async (): Promise<void> => {
      await expect(lock.acquireAsync({ timeout: -1 })).rejects.toThrow(RangeError);
      await expect(lock.acquireAsync({ signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
      expect(await lock.acquireAsync({ timeout: 1 })).toBe(false);
      await expect(lock.acquireAsync({ signal: AbortSignal.timeout(1) })).rejects.toThrow();
      expect([lock.owned, lock.depth]).toEqual([false, 0]);
    };
    await outside(other);
    holder.release();
    expect(lock.locked).toBe(false);
  });

  describe("of an acquire that is not awaited itself, and at once", () => {
    const indirect: Readonly<Record<string, (promise: Promise<unknown>) => Promise<unknown>>> = {
      "awaited late": async (promise) => {
        await pause(1);
        return promise;
      },
      "awaited by Promise.all": async (promise) => (await Promise.all([promise]))[0],
      "awaited by a helper": async (promise) => await promise,
    };

    it.each(Object.entries(indirect))("%s: nobody owns the lock, but a guard frees it", async (_name, through) => {
      const lock = new RLock();
      const { release } = await outside(async () => {
        const guard = (await through(lock.guardAsync())) as Guard;
        expect([lock.owned, lock.locked]).toEqual([false, true]);
        expect(() => lock.release()).toThrow(NotOwnerError);
        return { release: () => guard.release() };
      });
      release();
      expect(lock.locked).toBe(false);
      expect(await through(lock.runExclusiveAsync(() => lock.depth))).toBe(1);
      expect(lock.locked).toBe(false);
    });
  });
});
