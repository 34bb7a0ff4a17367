import { DeadlockError, TimeoutError } from "@conc/atomics";
import { quiet, startThread } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { asCompleted, Future, type ReturnWhen, type Waited, type WaitOptions, wait, waitSync } from "../src/index.ts";

const THREADS = new URL("./workers/futures.ts", import.meta.url);

const pending = (): Future<number> => new Future<number>();
const done = (value = 1): Future<number> => made((future) => future.setResult(value));
const failed = (): Future<number> => made((future) => future.setException(new Error("failed")));
const cancelled = (): Future<number> => made((future) => future.cancel());

function made(change: (future: Future<number>) => void): Future<number> {
  const future = pending();
  change(future);
  return future;
}

function sizes({ done: ended, notDone }: Waited<unknown>): [number, number] {
  return [ended.size, notDone.size];
}

type Way = (futures: Iterable<Future<number>>, options?: WaitOptions) => Promise<Waited<Future<number>>>;
const WAYS: [string, Way][] = [
  ["wait", wait],
  ["waitSync", async (futures, options) => waitSync(futures, options)],
];

describe.each(WAYS)("%s", (_name, way) => {
  it("EX-037 EX-038 EX-050 EX-051 gives what is done, each once, of any iterable", async () => {
    const [first, second] = [done(), failed()];
    const { done: ended, notDone } = await way(new Set([first, second, first]).values());
    expect([...ended]).toEqual([first, second]);
    expect(notDone.size).toBe(0);
  });

  it("EX-040 FIRST_COMPLETED: returns at once with those that are done", async () => {
    expect(sizes(await way([done(), pending(), done()], { returnWhen: "FIRST_COMPLETED" }))).toEqual([2, 1]);
  });

  it("EX-042 FIRST_EXCEPTION: returns at once if one has failed", async () => {
    expect(sizes(await way([pending(), failed()], { returnWhen: "FIRST_EXCEPTION" }))).toEqual([1, 1]);
  });

  it("EX-024 EX-025 EX-043 one that was cancelled is done, and has not failed", async () => {
    const options: WaitOptions = { returnWhen: "FIRST_EXCEPTION", timeout: 10 };
    expect(sizes(await way([cancelled(), pending()], options))).toEqual([1, 1]);
    expect(sizes(await way([cancelled(), cancelled()]))).toEqual([2, 0]);
  });

  it("EX-045 returns when the time is over, and throws nothing", async () => {
    const before = performance.now();
    expect(sizes(await way([done(), pending()], { timeout: 30 }))).toEqual([1, 1]);
    expect(performance.now() - before).toBeGreaterThanOrEqual(29);
    expect(sizes(await way([pending()], { timeout: 0 }))).toEqual([0, 1]);
  });

  it.each(["ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"] as const)(
    "EX-046 nothing, %s: at once",
    async (returnWhen) => {
      expect(sizes(await way([], { returnWhen }))).toEqual([0, 0]);
    },
  );

  it("EX-047 EX-048 refuses other modes, other things and bad options", async () => {
    await expect(async () => way([], { returnWhen: "SOME" as ReturnWhen })).rejects.toThrow(RangeError);
    await expect(async () => way([1 as never])).rejects.toThrow(TypeError);
    await expect(async () => way(done() as never)).rejects.toThrow(TypeError);
    await expect(async () => way([], { timeout: -1 })).rejects.toThrow(RangeError);
    await expect(async () => way([], { timeOut: 1 } as never)).rejects.toThrow("timeOut");
  });

  it("EX-049 EX-009 a hundred that another thread sets meanwhile are all seen", async () => {
    for (let round = 0; round < 5; round++) {
      const futures = Array.from({ length: 100 }, pending);
      const setter = startThread(THREADS, "setAll", [...futures.keys()], futures);
      expect(sizes(await way(futures))).toEqual([100, 0]);
      await setter.result;
    }
  });

  it("EX-039 FIRST_COMPLETED: goes on when another thread sets one", async () => {
    const futures = [pending(), pending(), pending()];
    startThread(THREADS, "setLater", futures[1], 1);
    const { done: ended } = await way(futures, { returnWhen: "FIRST_COMPLETED" });
    expect([...ended]).toEqual([futures[1]]);
  });

  it("EX-041 EX-044 FIRST_EXCEPTION: goes on when one fails", async () => {
    const futures = [done(), pending(), pending()];
    startThread(THREADS, "failLater", futures[2]);
    expect(sizes(await way(futures, { returnWhen: "FIRST_EXCEPTION" }))).toEqual([2, 1]);
    expect(sizes(await way([done(), done()], { returnWhen: "FIRST_EXCEPTION" }))).toEqual([2, 0]);
  });
});

describe("wait", () => {
  it("is aborted by a signal, and the futures go on", async () => {
    const controller = new AbortController();
    const futures = [pending(), pending()];
    const waiting = wait(futures, { signal: controller.signal });
    controller.abort(new Error("given up"));
    await expect(waiting).rejects.toThrow("given up");
    for (const future of futures) future.setResult(1);
    expect(sizes(await wait(futures))).toEqual([2, 0]);
  });
});

describe("waitSync", () => {
  it("of what no other thread has is an error, not a hang", () => {
    expect(() => waitSync([pending(), done()])).toThrow(DeadlockError);
  });

  it("goes on in another thread when the first one is done", async () => {
    const futures = [pending(), pending()];
    const thread = startThread<number>(THREADS, "untilFirst", futures);
    await quiet();
    futures[1]?.setResult(1);
    expect(await thread.result).toBe(1);
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("asCompleted", () => {
  const ways: [
    string,
    (futures: Iterable<Future<number>>, options?: { timeout?: number }) => Promise<Future<number>[]>,
  ][] = [
    ["for await", (futures, options) => collect(asCompleted(futures, options))],
    ["for", async (futures, options) => [...asCompleted(futures, options)]],
  ];

  it.each(ways)("%s: EX-052 EX-053 EX-057 in the order in which they are done, each once", async (_name, all) => {
    const futures = [pending(), pending(), pending()] as [Future<number>, Future<number>, Future<number>];
    for (const index of [2, 0, 1]) futures[index]?.setResult(index);
    const seen = await all([...futures, ...futures]);
    expect(seen.map((future) => future.result())).toEqual([2, 0, 1]);
  });

  it.each(ways)("%s: EX-054 EX-055 those that are done, then a TimeoutError", async (_name, all) => {
    for (const timeout of [0, 20]) {
      const [ready, never] = [done(), pending()];
      const seen: unknown[] = [];
      const spy = [ready, never];
      await expect(all(spy, { timeout })).rejects.toThrow("1 (of 2) futures were not done in time");
      for (const future of asCompleted([ready])) seen.push(future);
      expect(seen).toEqual([ready]);
    }
    await expect(all([pending()], { timeout: 0 })).rejects.toThrow(TimeoutError);
  });

  it.each(ways)("%s: EX-056 of nothing ends at once", async (_name, all) => {
    expect(await all([])).toEqual([]);
  });

  it("EX-055 yields what is done before it throws", () => {
    const ready = done();
    const steps = asCompleted([ready, pending()], { timeout: 0 })[Symbol.iterator]();
    expect(steps.next().value).toBe(ready);
    expect(() => steps.next()).toThrow(TimeoutError);
  });

  it("EX-057 keeps the order of another thread's results, also for one who is blocked", async () => {
    const order = [3, 1, 4, 0, 2];
    const futures = order.map(pending);
    const blocked = startThread<number[]>(THREADS, "orderOf", futures);
    const awaiting = collect(asCompleted(futures));
    await startThread(THREADS, "setAll", order, futures).result;
    expect(await blocked.result).toEqual(order);
    expect((await awaiting).map((future) => future.result())).toEqual(order);
  });

  it("EX-059 a consumer that stops early leaves nothing behind", async () => {
    const futures = [done(), pending()];
    for await (const future of asCompleted(futures)) {
      expect(future).toBe(futures[0]);
      break;
    }
    for (const future of asCompleted(futures)) {
      expect(future).toBe(futures[0]);
      break;
    }
    futures[1]?.setResult(2);
    expect(await futures[1]).toBe(2);
  });

  it("EX-060 refuses bad options at the call, and counts its time from there", () => {
    expect(() => asCompleted([1 as never])).toThrow(TypeError);
    expect(() => asCompleted([], { timeout: -1 })).toThrow(RangeError);
    expect(() => asCompleted([], { time: 1 } as never)).toThrow("unknown option time");
  });
});
