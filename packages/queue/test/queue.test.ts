import { Arena, AtomicInt32, endAgent, Heap, InvalidStateError } from "@conc/atomics";
import { sharedCells, startThread, until } from "@conc/testkit";
import { describe, expect, it, vi } from "vitest";
import {
  LifoQueue,
  PriorityQueue,
  Queue,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  SimpleQueue,
} from "../src/index.ts";
import { DONES, GETS, PUTS, SEEN, TALLIES } from "../src/layout.ts";

const THREADS = new URL("./workers/calls.ts", import.meta.url);

const FULL = [Queue, LifoQueue, PriorityQueue] as const;
const ALL = [...FULL, SimpleQueue] as const;

/** So many that wait in the queue, in this thread and others. */
async function waiting(count: number): Promise<void> {
  await until(`${count} wait`, () => Arena.default.agent.pending === count);
}

/** Does tasks, async, until the queue is shut down. */
async function work(queue: Queue<number>): Promise<number> {
  let count = 0;
  for await (const _ of queue) {
    queue.taskDone();
    count++;
  }
  return count;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

describe.each(ALL)("%o", (Class) => {
  it("QU-004 QU-058 a new one is empty; size and empty follow what is put and got", () => {
    const queue = new Class<number>();
    expect([queue.empty, queue.size]).toEqual([true, 0]);
    queue.put(1);
    queue.putNowait(2);
    expect([queue.empty, queue.size]).toEqual([false, 2]);
    queue.getNowait();
    queue.get();
    expect([queue.empty, queue.size]).toEqual([true, 0]);
  });

  it("QU-017 QU-021 QU-054 a get from an empty one that must not wait throws QueueEmptyError at once", async () => {
    const queue = new Class();
    expect(() => queue.getNowait()).toThrow(QueueEmptyError);
    expect(() => queue.get({ blocking: false })).toThrow(QueueEmptyError);
    expect(() => queue.get({ timeout: 0 })).toThrow(QueueEmptyError);
    await expect(queue.getAsync({ timeout: 0 })).rejects.toThrow(QueueEmptyError);
  });

  it("QU-018 QU-054 a get waits as long as its timeout says, then throws QueueEmptyError", async () => {
    const queue = new Class();
    const start = performance.now();
    expect(() => queue.get({ timeout: 30 })).toThrow(QueueEmptyError);
    expect(performance.now() - start).toBeGreaterThanOrEqual(29);
    await expect(queue.getAsync({ timeout: 30 })).rejects.toThrow(QueueEmptyError);
    expect(performance.now() - start).toBeGreaterThanOrEqual(58);
    expect(Arena.default.agent.pending).toBe(0);
  });

  it.each([-1, Number.NaN, 1e100])(
    "QU-022 QU-023 QU-024 QU-025 QU-027 QU-055 QU-056 a timeout of %d is a RangeError, whether or not it would wait",
    async (timeout) => {
      const queue = new Class<number>();
      expect(() => queue.put(1, { timeout })).toThrow(RangeError);
      expect(() => queue.put(1, { timeout, blocking: false })).toThrow(RangeError);
      await expect(queue.putAsync(1, { timeout })).rejects.toThrow(RangeError);
      expect(queue.empty).toBe(true);
      queue.put(1);
      expect(() => queue.get({ timeout })).toThrow(RangeError);
      expect(() => queue.get({ timeout, blocking: false })).toThrow(RangeError);
      await expect(queue.getAsync({ timeout })).rejects.toThrow(RangeError);
      expect(queue.size).toBe(1);
    },
  );

  it("QU-026 blocking: false and a timeout exclude each other", () => {
    const queue = new Class<number>();
    expect(() => queue.put(1, { blocking: false, timeout: 5 })).toThrow(RangeError);
    expect(() => queue.get({ blocking: false, timeout: 5 })).toThrow(RangeError);
    expect(() => queue.get({ timeout: "1" as never })).toThrow(TypeError);
  });

  it("QU-014 undefined, null, 0, -0, NaN, false and the empty string are items", () => {
    for (const item of [undefined, null, 0, -0, Number.NaN, false, "", 0n, 1.5, 2 ** 40, -1, 2 ** 31]) {
      const queue = new Class<unknown>();
      const priority = { priority: 1 } as object;
      queue.put(item, priority);
      expect(queue.size).toBe(1);
      expect(Object.is(queue.get(), item), String(item)).toBe(true);
    }
  });

  it("QU-034 an item arrives as a copy; a primitive in it as the same primitive", () => {
    const queue = new Class<unknown>();
    const count = new AtomicInt32(7);
    const item = { count, list: [new Map([["a", new Date(5)]])] };
    queue.put(item, { priority: 1 } as object);
    item.list.push(new Map());
    const copy = queue.get() as typeof item;
    expect(copy.count).toBe(count);
    expect(copy.list).toEqual([new Map([["a", new Date(5)]])]);
  });

  it("QU-033 an item that can not be cloned is refused by put, and the queue stays as it was", async () => {
    const queue = new Class<unknown>();
    queue.put([1, "a"]);
    const priority = { priority: 2 } as object;
    for (const item of [() => 1, { deep: [Symbol("s")] }, Promise.resolve()]) {
      expect(() => queue.put(item, priority)).toThrow(TypeError);
      await expect(queue.putAsync(item, priority)).rejects.toThrow(TypeError);
    }
    const thrower = {
      get field() {
        throw new Error("mine");
      },
    };
    expect(() => queue.put(thrower, priority)).toThrow("mine");
    expect(queue.size).toBe(1);
    expect(queue.get()).toEqual([1, "a"]);
  });

  it("QU-059 a put from within a put, by a getter of its item, loses nothing and hangs nobody", () => {
    const queue = new Class<unknown>();
    const item = {
      get inner() {
        queue.put([2, "inner"], { priority: 2 } as object);
        return 1;
      },
    };
    queue.put(item, { priority: 1 } as object);
    const items = [queue.get(), queue.get()];
    expect(items).toContainEqual([2, "inner"]);
    expect(items).toContainEqual({ inner: 1 });
  });

  it("an item that is larger than the arena is a RangeError with both sizes, and nothing is stuck", () => {
    const queue = new Class<unknown>();
    const most = Arena.default.memory.maxByteLength / 2;
    const huge = new Uint8Array(most + 1000);
    const message = new RegExp(`^an item of \\d+ bytes does not fit into the arena, which takes ${most}$`);
    expect(() => queue.put([1, huge])).toThrow(RangeError);
    expect(() => queue.put([1, huge])).toThrow(message);
    queue.put([1, "small"]);
    expect(queue.get()).toEqual([1, "small"]);
  });

  it("large and small items, many and few, come back whole, and leave the memory as it was", () => {
    const queue = new Class<unknown>();
    const round = (): void => {
      for (let size = 1; size < 3_000_000; size = Math.ceil(size * 1.7)) {
        const bytes = new Uint8Array(size).fill(size);
        queue.put([1, bytes]);
        queue.put([1, "é".repeat(size / 8)]);
        const items = [queue.get(), queue.get()] as [number, string | Uint8Array][];
        expect(items.map(([, part]) => part.length).sort()).toEqual([Math.floor(size / 8), size].sort());
        expect(items.some(([, part]) => part instanceof Uint8Array && part.every((byte) => byte === size % 256))).toBe(
          true,
        );
      }
    };
    round();
    const before = Arena.default.used;
    for (let i = 0; i < 3; i++) round();
    expect(Arena.default.used).toBeLessThanOrEqual(before);
  });

  it("texts whose characters take more than a byte come back whole, whatever stands before them", () => {
    const queue = new Class<string>();
    const texts = [10, 1000, 3000, 15_000].flatMap((length) =>
      ["é", "字", "🙂"].map((character) => "a".repeat(length % 7) + character.repeat(length / character.length)),
    );
    const before: string[] = [];
    for (const text of texts) {
      const items = [`a small one before ${before.length}`, text, `z small one behind ${before.length}`];
      for (const item of items) queue.put(item);
      const got = items.map(() => queue.get());
      expect(new Set(got)).toEqual(new Set(items));
      before.push(...got);
    }
  });

  it("QU-020 a blocked get of another thread ends with a put, QU-019 and a second thread's with the next", async () => {
    const queue = new Class<unknown>();
    const cells = sharedCells(1);
    const threads = [1, 2].map(() => startThread<unknown>(THREADS, "get", queue, cells));
    await until("both run", () => Atomics.load(cells, 0) === 2);
    await turn();
    queue.put([1, "a"]);
    expect(await Promise.race(threads.map(({ result }) => result))).toEqual([1, "a"]);
    queue.put([2, "b"]);
    expect(await Promise.all(threads.map(({ result }) => result))).toContainEqual([2, "b"]);
    expect(queue.empty).toBe(true);
  });

  it("QU-029 of n that wait for an item one goes on with each put", async () => {
    const queue = new Class<number>();
    let got = 0;
    const waits = [1, 2, 3].map(() => queue.getAsync().then(() => got++));
    await waiting(3);
    for (let expected = 1; expected <= 3; expected++) {
      queue.put(expected);
      await until("one more", () => got === expected);
      await turn();
      expect(got).toBe(expected);
    }
    await Promise.all(waits);
  });

  it("QU-086 those who wait are served in the order in which they came", async () => {
    const queue = new Class<number>();
    const order: string[] = [];
    const waits = ["a", "b", "c"].map((name) => queue.getAsync().then(() => order.push(name)));
    for (const item of [1, 2, 3]) queue.putNowait(item);
    await Promise.all(waits);
    expect(order).toEqual(["a", "b", "c"]);
  });

  it("QU-030 who was woken and finds the item gone waits on for the rest of its time", async () => {
    const queue = new Class<number>();
    const start = performance.now();
    const wait = queue.getAsync({ timeout: 40 });
    await waiting(1);
    queue.put(1);
    expect(queue.getNowait()).toBe(1);
    await expect(wait).rejects.toThrow(QueueEmptyError);
    expect(performance.now() - start).toBeGreaterThanOrEqual(39);
  });

  it("QU-082 QU-085 an aborted get takes nothing and leaves nothing behind", async () => {
    const queue = new Class<number>();
    const controllers = Array.from({ length: 100 }, () => new AbortController());
    const waits = controllers.map(({ signal }) => queue.getAsync({ signal }).catch((reason: unknown) => reason));
    const last = queue.getAsync();
    for (const controller of controllers) controller.abort("enough");
    expect(new Set(await Promise.all(waits))).toEqual(new Set(["enough"]));
    expect(Arena.default.agent.pending).toBe(1);
    queue.put(5);
    expect(await last).toBe(5);
    await expect(queue.getAsync({ signal: AbortSignal.abort("before") })).rejects.toBe("before");
  });

  it("QU-083 a get that is aborted in the moment in which an item comes loses nothing: the next one has it", async () => {
    const queue = new Class<number>();
    for (let round = 0; round < 50; round++) {
      const controller = new AbortController();
      const first = queue.getAsync({ signal: controller.signal }).catch(() => -1);
      const second = queue.getAsync({ timeout: 1000 });
      queue.put(round);
      if (round % 2 === 0) controller.abort();
      else queueMicrotask(() => controller.abort());
      const item = await first;
      if (item !== -1) queue.put(round);
      expect(await second).toBe(round);
    }
    expect(queue.empty).toBe(true);
  });
});

describe.each(FULL)("%o, bounded", (Class) => {
  it("QU-005 QU-006 is full with as many items as it holds; 0 or less holds any number", () => {
    const queue = new Class<number>(5);
    for (let i = 0; i < 5; i++) queue.put(i);
    expect([queue.full, queue.empty, queue.maxSize]).toEqual([true, false, 5]);
    for (const maxSize of [0, -1, -5]) {
      const endless = new Class<number>(maxSize);
      for (let i = 0; i < 100; i++) endless.putNowait(i);
      expect([endless.full, endless.maxSize]).toEqual([false, 0]);
    }
  });

  it("QU-007 QU-008 QU-087 the limit is an integer, and stays", () => {
    expect(() => new Class(1.5)).toThrow(RangeError);
    expect(() => new Class("1" as never)).toThrow(TypeError);
    const queue = new Class(3);
    expect(() => Object.assign(queue, { maxSize: 2 })).toThrow(TypeError);
  });

  it("QU-015 QU-016 a put into a full one throws QueueFullError, at once or after its time", async () => {
    const queue = new Class<number>(1);
    queue.put(1);
    expect(() => queue.putNowait(2)).toThrow(QueueFullError);
    expect(() => queue.put(2, { blocking: false })).toThrow(QueueFullError);
    const start = performance.now();
    expect(() => queue.put(2, { timeout: 30 })).toThrow(QueueFullError);
    await expect(queue.putAsync(2, { timeout: 30 })).rejects.toThrow(QueueFullError);
    expect(performance.now() - start).toBeGreaterThanOrEqual(58);
    expect(queue.size).toBe(1);
  });

  it("QU-019 QU-028 of n that wait for room one goes on with each get", async () => {
    const queue = new Class<number>(1);
    queue.put(0);
    let put = 0;
    const waits = [1, 2, 3].map((item) => queue.putAsync(item).then(() => put++));
    await waiting(3);
    for (let expected = 1; expected <= 3; expected++) {
      queue.get();
      await until("one more", () => put === expected);
      await turn();
      expect(put).toBe(expected);
    }
    await Promise.all(waits);
  });

  it("QU-019 a blocked put of another thread ends with a get", async () => {
    const queue = new Class<unknown>(1);
    const cells = sharedCells(1);
    queue.put([0, "first"]);
    const thread = startThread<void>(THREADS, "put", queue, cells, [1, "second"]);
    await until("it runs", () => Atomics.load(cells, 0) === 1);
    await turn();
    expect(queue.size).toBe(1);
    expect(queue.get()).toEqual([0, "first"]);
    await thread.result;
    expect(queue.get()).toEqual([1, "second"]);
  });

  it("QU-084 an aborted put puts nothing, and the next one goes on", async () => {
    const queue = new Class<number>(1);
    queue.put(0);
    const controller = new AbortController();
    const aborted = queue.putAsync(1, { signal: controller.signal });
    const next = queue.putAsync(2);
    controller.abort("enough");
    await expect(aborted).rejects.toBe("enough");
    expect(queue.get()).toBe(0);
    await next;
    expect(queue.get()).toBe(2);
    expect(queue.empty).toBe(true);
  });

  it("a put that a getter of its item aborts puts nothing", async () => {
    const queue = new Class<unknown>(1);
    queue.put([0]);
    const controller = new AbortController();
    const item = {
      get part() {
        controller.abort("enough");
        return 1;
      },
    };
    await expect(queue.putAsync([1, item], { signal: controller.signal })).rejects.toBe("enough");
    expect(queue.get()).toEqual([0]);
    expect(queue.empty).toBe(true);
  });
});

describe.each(FULL)("%o: tasks", (Class) => {
  it("QU-035 QU-036 taskDone is refused when all tasks are done", () => {
    const queue = new Class<number>();
    expect(() => queue.taskDone()).toThrow(RangeError);
    queue.put(1);
    queue.get();
    queue.taskDone();
    expect(() => queue.taskDone()).toThrow(RangeError);
  });

  it("QU-039 QU-088 a join with nothing to do returns at once", async () => {
    const queue = new Class();
    expect(queue.join()).toBe(true);
    expect(await queue.joinAsync()).toBe(true);
  });

  it("QU-040 QU-043 a put counts a task, a get does not end it, taskDone does", async () => {
    const queue = new Class<number>();
    queue.put(1);
    expect(queue.join({ timeout: 0 })).toBe(false);
    queue.get();
    expect(queue.join({ timeout: 5 })).toBe(false);
    expect(await queue.joinAsync({ timeout: 5 })).toBe(false);
    queue.taskDone();
    expect(queue.join({ timeout: 0 })).toBe(true);
  });

  it("QU-037 QU-038 QU-031 join returns when two threads have done 100 tasks, and again after 100 more", async () => {
    const queue = new Class<number>();
    const done = sharedCells(1);
    const workers = [0, 1].map(() => startThread<number>(THREADS, "work", queue, done));
    for (let round = 1; round <= 2; round++) {
      for (let i = 0; i < 100; i++) queue.put(i);
      expect(round === 1 ? queue.join() : await queue.joinAsync()).toBe(true);
      expect(Atomics.load(done, 0)).toBe(round * 100);
    }
    queue.shutdown();
    await Promise.all(workers.map(({ result }) => result));
  });

  it("QU-041 QU-042 all who join return together, after items that were put meanwhile", async () => {
    const queue = new Class<number>();
    queue.put(1);
    let joined = 0;
    const joins = [1, 2, 3].map(() => queue.joinAsync().then(() => joined++));
    await waiting(3);
    queue.put(2);
    queue.get();
    queue.taskDone();
    await turn();
    expect(joined).toBe(0);
    queue.get();
    queue.taskDone();
    await Promise.all(joins);
    expect(joined).toBe(3);
  });

  it("join tells when those who had taken all that is unfinished are dead, instead of waiting for ever", async () => {
    const queue = new Class<number>();
    queue.put(1);
    queue.put(2);
    const cells = sharedCells(1);
    const thread = startThread<void>(THREADS, "takeAndStay", queue, cells, 2);
    const id = await until("it has both", () => Atomics.load(cells, 0));
    const join = queue.joinAsync();
    join.catch(() => {});
    await turn();
    await thread.kill();
    endAgent(Arena.default.agent, id);
    await expect(join).rejects.toMatchObject({ code: "ERR_CONC_OWNER_DIED" });
    queue.taskDone();
    queue.taskDone();
    expect(queue.join()).toBe(true);
  });

  it("join tells that, too, when all that the dead had not taken is done after their death", async () => {
    const queue = new Class<number>();
    queue.put(1);
    const cells = sharedCells(1);
    const thread = startThread<void>(THREADS, "takeAndStay", queue, cells, 1);
    const id = await until("it has the item", () => Atomics.load(cells, 0));
    await thread.kill();
    endAgent(Arena.default.agent, id);
    queue.put(2);
    const join = queue.joinAsync();
    expect(queue.get()).toBe(2);
    queue.taskDone();
    await expect(join).rejects.toMatchObject({ code: "ERR_CONC_OWNER_DIED" });
    queue.taskDone();
    expect(queue.join()).toBe(true);
  });

  it("join takes nobody for dead when an item is put and taken while it looks at who has tasks", () => {
    const queue = new Class<number>();
    const { words, base } = queue as unknown as { words: Int32Array; base: number };
    const { heap } = Arena.default;
    queue.put(1);
    queue.get();
    const tally = words[base + TALLIES];
    const reach = vi.spyOn(heap, "reach").mockImplementation(function (this: Heap, place: number): Int32Array {
      if (place === tally) {
        reach.mockRestore();
        // Another thread, whose tally this look misses, puts an item and takes it; then this one's task is done.
        for (const field of [PUTS, GETS]) Atomics.add(words, base + field, 1);
        queue.taskDone();
      }
      return Heap.prototype.reach.call(this, place);
    });
    expect(queue.join({ timeout: 0 })).toBe(false);
    queue.taskDone();
    expect(queue.join()).toBe(true);
  });
});

describe.each(FULL)("%o: counts", (Class) => {
  it.each([2 ** 31 - 4, -4])("go on where they no longer fit into 32 bits: from %i", (count) => {
    const queue = new Class<number>(3);
    const { words, base } = queue as unknown as { words: Int32Array; base: number };
    for (const field of [PUTS, GETS, SEEN, DONES]) words[base + field] = count;
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 3; i++) queue.put(i);
      expect([queue.size, queue.full, queue.join({ timeout: 0 })]).toEqual([3, true, false]);
      expect(() => queue.putNowait(3)).toThrow(QueueFullError);
      expect([queue.get(), queue.get(), queue.get()].sort()).toEqual([0, 1, 2]);
      expect(() => queue.getNowait()).toThrow(QueueEmptyError);
      for (let i = 0; i < 3; i++) queue.taskDone();
      expect([queue.size, queue.join()]).toEqual([0, true]);
      expect(() => queue.taskDone()).toThrow(RangeError);
    }
  });
});

describe.each(FULL)("%o: shutdown", (Class) => {
  it("QU-060 QU-064 is not shut down at first; again in whatever way is no error and opens nothing", () => {
    const queue = new Class<number>();
    expect(queue.isShutdown).toBe(false);
    for (const immediate of [false, false, true, false]) {
      queue.shutdown({ immediate });
      expect(queue.isShutdown).toBe(true);
      expect(() => queue.put(1)).toThrow(QueueShutDownError);
    }
  });

  it("QU-061 QU-068 QU-069 an empty one that is shut down refuses every put and get at once", async () => {
    const queue = new Class<number>();
    queue.shutdown();
    expect(() => queue.put(1)).toThrow(QueueShutDownError);
    expect(() => queue.putNowait(1)).toThrow(QueueShutDownError);
    await expect(queue.putAsync(1)).rejects.toThrow(QueueShutDownError);
    expect(() => queue.get()).toThrow(QueueShutDownError);
    expect(() => queue.get({ timeout: 10_000 })).toThrow(QueueShutDownError);
    expect(() => queue.getNowait()).toThrow(QueueShutDownError);
    await expect(queue.getAsync()).rejects.toThrow(QueueShutDownError);
  });

  it("QU-062 QU-071 what is there can be taken; then join returns", () => {
    const queue = new Class<number>();
    queue.put(1);
    queue.shutdown();
    expect(queue.get()).toBe(1);
    expect(() => queue.get()).toThrow(QueueShutDownError);
    queue.taskDone();
    expect(queue.join()).toBe(true);
  });

  it("QU-063 QU-072 an immediate one drops what is there, and with it the tasks", () => {
    const queue = new Class<number>();
    queue.put(1);
    queue.put(2);
    queue.shutdown({ immediate: true });
    expect([queue.size, queue.empty]).toEqual([0, true]);
    expect(() => queue.get()).toThrow(QueueShutDownError);
    expect(() => queue.taskDone()).toThrow(RangeError);
    expect(queue.join()).toBe(true);
  });

  it("QU-070 shut down and full: QueueShutDownError", () => {
    const queue = new Class<number>(1);
    queue.put(1);
    queue.shutdown();
    expect(() => queue.putNowait(2)).toThrow(QueueShutDownError);
  });

  it("QU-074 QU-075 after an immediate one join still waits for what is in flight", () => {
    const queue = new Class<number>();
    queue.put(1);
    queue.put(2);
    queue.get();
    queue.shutdown({ immediate: true });
    expect(queue.join({ timeout: 0 })).toBe(false);
    queue.taskDone();
    expect(queue.join({ timeout: 0 })).toBe(true);
    expect(() => queue.taskDone()).toThrow(RangeError);
  });

  it("QU-076 after a graceful one all that was put counts", () => {
    const queue = new Class<number>();
    queue.put(1);
    queue.put(2);
    queue.get();
    queue.shutdown();
    expect(queue.size).toBe(1);
    queue.get();
    queue.taskDone();
    expect(queue.join({ timeout: 0 })).toBe(false);
    queue.taskDone();
    expect(queue.join({ timeout: 0 })).toBe(true);
  });

  it.each([false, true])(
    "QU-065 QU-066 QU-089 who waits for room or an item is told (immediate: %s)",
    async (immediate) => {
      const full = new Class<number>(1);
      const empty = new Class<number>();
      full.put(1);
      const waits = [full.putAsync(2), full.putAsync(3), empty.getAsync(), empty.getAsync()];
      const outcomes = Promise.allSettled(waits);
      await waiting(4);
      full.shutdown({ immediate });
      empty.shutdown({ immediate });
      for (const outcome of await outcomes)
        expect(outcome).toMatchObject({ reason: { code: "ERR_CONC_QUEUE_SHUT_DOWN" } });
      expect(full.size).toBe(immediate ? 0 : 1);
      expect(Arena.default.agent.pending).toBe(0);
    },
  );

  it("QU-067 of three getters and two items exactly one is told", async () => {
    const queue = new Class<number>();
    const waits = [1, 2, 3].map(() => queue.getAsync());
    const outcomes = Promise.allSettled(waits);
    await waiting(3);
    queue.put(1);
    queue.put(2);
    queue.shutdown();
    const refused = (await outcomes).filter(({ status }) => status === "rejected");
    expect(refused).toMatchObject([{ reason: { code: "ERR_CONC_QUEUE_SHUT_DOWN" } }]);
  });

  it("QU-078 a blocked get of another thread ends", async () => {
    const queue = new Class<number>();
    const cells = sharedCells(1);
    const thread = startThread<unknown>(THREADS, "get", queue, cells);
    await until("it runs", () => Atomics.load(cells, 0) === 1);
    await turn();
    queue.shutdown();
    await expect(thread.result).rejects.toThrow("shut down");
  });

  it("QU-073 QU-079 who joins returns, when what was queued is gone and a blocked put was refused", async () => {
    const queue = new Class<number>(1);
    queue.put(1);
    const put = queue.putAsync(2);
    put.catch(() => {});
    const join = queue.joinAsync();
    await waiting(2);
    queue.shutdown({ immediate: true });
    await expect(put).rejects.toThrow(QueueShutDownError);
    expect(await join).toBe(true);
  });

  it.each([false, true])(
    "QU-077 shut down half-way, everybody ends: writers, readers, and who joins (immediate: %s)",
    async (immediate) => {
      const queue = new Class<number>(immediate ? 16 : 10_000);
      const done = sharedCells(1);
      const writers = [1, 2].map(() => startThread<number>(THREADS, "flood", queue));
      const readers = [1, 2].map(() => startThread<number>(THREADS, "work", queue, done));
      const reader = work(queue);
      await until("a thousand tasks are done", () => Atomics.load(done, 0) > 1000);
      const joins = [queue.joinAsync(), queue.joinAsync()];
      queue.shutdown({ immediate });
      let put = 0;
      for (const { result } of writers) put += await result;
      let taken = await reader;
      for (const { result } of readers) taken += await result;
      expect(await Promise.all(joins)).toEqual([true, true]);
      expect(queue.size).toBe(0);
      if (immediate) expect(taken).toBeLessThanOrEqual(put);
      else expect(taken).toBe(put);
    },
  );

  it("QU-091 an iteration takes what is there and ends when the queue is shut down, sync and async", async () => {
    const queue = new Class<number>();
    for (const item of [1, 2, 3]) queue.put(item);
    queue.shutdown();
    expect([...queue].sort()).toEqual([1, 2, 3]);
    const other = new Class<number>();
    const items: number[] = [];
    const loop = (async () => {
      for await (const item of other) items.push(item);
    })();
    other.put(4);
    await until("it was taken", () => items.length === 1);
    other.shutdown();
    await loop;
    expect(items).toEqual([4]);
  });
});

describe("order", () => {
  it("QU-001 QU-010 Queue: the oldest first", () => {
    const queue = new Queue<number>();
    for (const item of [111, 333, 222]) queue.put(item);
    expect([queue.get(), queue.get(), queue.get()]).toEqual([111, 333, 222]);
  });

  it("QU-002 LifoQueue: the newest first", () => {
    const queue = new LifoQueue<number>();
    for (const item of [111, 333, 222]) queue.put(item);
    expect([queue.get(), queue.get(), queue.get()]).toEqual([222, 333, 111]);
  });

  it("QU-003 QU-050 PriorityQueue: the smallest first, of all kinds of numbers, or of strings", () => {
    for (const items of [
      [111, 333, 222],
      [-1, 0.5, -2.5, 2n ** 70n, -(2n ** 70n), 3n, Infinity],
      ["b", "a", "ä", ""],
    ]) {
      const queue = new PriorityQueue<number | bigint | string>();
      for (const item of items) queue.put(item);
      const sorted = [...items].sort((a, b) => (a < b ? -1 : 1));
      expect(items.map(() => queue.get())).toEqual(sorted);
    }
  });

  it("QU-047 QU-048 equal priorities come in the order put; what comes with them is never compared", () => {
    const queue = new PriorityQueue<unknown>();
    const items = Array.from({ length: 500 }, (_, i) => [i % 7, { i }]);
    for (const item of items) queue.put(item);
    for (let i = 0; i < 50; i++) queue.put({ last: i }, { priority: 99 });
    const sorted = [...items].sort(([a], [b]) => (a as number) - (b as number));
    expect(items.map(() => queue.get())).toEqual(sorted);
    for (let i = 0; i < 50; i++) expect(queue.get()).toEqual({ last: i });
  });

  it("QU-049 QU-051 an item without a place in the order is a TypeError, and nothing has changed", () => {
    const queue = new PriorityQueue<unknown>();
    queue.put(1);
    for (const item of [Number.NaN, "text", {}, [], [Number.NaN], null, undefined]) {
      expect(() => queue.put(item), String(item)).toThrow(TypeError);
    }
    expect(() => queue.put(1, { priority: "high" })).toThrow(TypeError);
    expect(queue.size).toBe(1);
    expect(queue.get()).toBe(1);
    queue.taskDone();
    expect(queue.join({ timeout: 0 })).toBe(true);
  });

  it("QU-052 a get takes the smallest that is there at that moment", () => {
    const queue = new PriorityQueue<number>(3);
    for (const item of [5, 3, 4]) queue.put(item);
    expect(queue.get()).toBe(3);
    queue.put(1);
    expect(queue.get()).toBe(1);
  });

  it("QU-053 QU-057 SimpleQueue never makes a put wait, and has no tasks, no limit and no shutdown", () => {
    const queue = new SimpleQueue<number>();
    queue.put(1, { blocking: false });
    for (const name of ["taskDone", "join", "full", "maxSize", "shutdown"]) expect(name in queue).toBe(false);
  });

  it("QU-080 the errors are three, and none is one of the others", () => {
    const errors = [new QueueEmptyError(), new QueueFullError(), new QueueShutDownError()];
    expect(errors.map(({ code }) => code)).toEqual([
      "ERR_CONC_QUEUE_EMPTY",
      "ERR_CONC_QUEUE_FULL",
      "ERR_CONC_QUEUE_SHUT_DOWN",
    ]);
    for (const error of errors) {
      const classes = [QueueEmptyError, QueueFullError, QueueShutDownError].filter((Class) => error instanceof Class);
      expect(classes.length).toBe(1);
      expect(error).not.toBeInstanceOf(InvalidStateError);
    }
  });
});
