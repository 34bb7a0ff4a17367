import { getEventListeners } from "node:events";
import { Arena, anyPrimitive, countWaiting, fromHandle, toHandle, WaitQueue, Word } from "@conc/atomics";
import { runThreads, startThread, until } from "@conc/testkit";
import { afterEach, describe, expect, test } from "vitest";

const workers = new URL("./workers/words.ts", import.meta.url);
/** How many wait for a word, blocked or async. */
function waiting(word: Word): number {
  const place = toHandle(word).offset / 4;
  return countWaiting(new WaitQueue(Arena.default.agent, place + 2, anyPrimitive));
}

afterEach(() => expect(Arena.default.agent.pending).toBe(0));

describe("Word", () => {
  test("reads, writes and wraps around", () => {
    const word = new Word(5);
    expect(word.load()).toBe(5);
    word.store(2 ** 31 - 1);
    expect(word.add(1)).toBe(2 ** 31 - 1);
    expect(word.load()).toBe(-(2 ** 31));
    expect(word.exchange(1)).toBe(-(2 ** 31));
    expect(word.compareExchange(2, 3)).toBe(1);
    expect(word.compareExchange(1, 3)).toBe(1);
    expect(String(word)).toMatch(/^Word@[0-9a-f]+\(3\)$/);
    expect(() => new Word("1" as never)).toThrow(TypeError);
    expect(() => new Word(null as never)).toThrow("got null");
  });

  test("AT-028 two threads race for the same compare-exchange and exactly one wins each time", async () => {
    const word = new Word(0);
    await runThreads(2, workers, "winRaces", word, 20_000);
    expect(word.load()).toBe(40_000);
  });

  test("AT-029 a value that changed before the wait is answered at once", async () => {
    const word = new Word(1);
    expect(word.wait(0)).toBe("not-equal");
    expect(await word.waitAsync(0)).toBe("not-equal");
  });

  test("AT-030 notify(k) of n waiters wakes k, and says so", async () => {
    const word = new Word(0);
    const ended: number[] = [];
    const waits = [0, 1, 2, 3, 4].map((number) => word.waitAsync(0).then(() => ended.push(number)));
    await until("five wait", () => waiting(word) === 5);
    expect(word.notify(2)).toBe(2);
    await until("two have ended", () => ended.length === 2);
    expect(ended).toEqual([0, 1]);
    expect(word.notify(100)).toBe(3);
    await Promise.all(waits);
    expect(ended).toEqual([0, 1, 2, 3, 4]);
    expect(word.notify()).toBe(0);
  });

  test("AT-031 the oldest waiter is woken first, async or blocked", async () => {
    const word = new Word(0);
    const order: string[] = [];
    const first = word.waitAsync(0).then(() => order.push("async"));
    const thread = startThread(workers, "waitForWord", word);
    thread.result.then(() => order.push("blocked"));
    await until("both wait", () => waiting(word) === 2);
    expect(word.notify(1)).toBe(1);
    await first;
    expect(waiting(word)).toBe(1);
    expect(word.notify(1)).toBe(1);
    expect(await thread.result).toBe("ok");
    await until("both have ended", () => order.length === 2);
    expect(order).toEqual(["async", "blocked"]);
  });

  test("AT-032 an aborted wait swallows no notify, and leaves no listener", async () => {
    const word = new Word(0);
    const controller = new AbortController();
    const aborted = word.waitAsync(0, { signal: controller.signal });
    const other = word.waitAsync(0);
    await until("both wait", () => waiting(word) === 2);
    // Woken and aborted in one turn: the wake-up goes to the next.
    expect(word.notify(1)).toBe(1);
    controller.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    expect(await other).toBe("ok");
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    await expect(word.waitAsync(0, { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
  });

  test("AT-033 a wait that timed out is not counted by a later notify", async () => {
    const word = new Word(0);
    expect(await word.waitAsync(0, { timeout: 5 })).toBe("timed-out");
    expect(word.wait(0, { timeout: 5 })).toBe("timed-out");
    expect(word.notify()).toBe(0);
  });

  test("AT-034 bad timeouts are refused before anything happens", async () => {
    const word = new Word(0);
    for (const timeout of [-1, Number.NaN, 2 ** 31]) {
      expect(() => word.wait(1, { timeout })).toThrow(RangeError);
      await expect(word.waitAsync(1, { timeout })).rejects.toThrow(RangeError);
    }
    for (const timeout of ["5", null]) {
      expect(() => word.wait(1, { timeout: timeout as never })).toThrow(TypeError);
      await expect(word.waitAsync(1, { timeout: timeout as never })).rejects.toThrow(TypeError);
    }
    expect(() => word.wait(1, 5 as never)).toThrow("options must be of type object, got number");
    expect(() => word.wait(1, null as never)).toThrow("got null");
    await expect(word.waitAsync(1, { signal: {} as never })).rejects.toThrow(TypeError);
  });

  test("AT-035 a wait of no time, or for another value, is answered without a wait", async () => {
    const word = new Word(0);
    expect(word.wait(0, { timeout: 0 })).toBe("timed-out");
    expect(await word.waitAsync(0, { timeout: 0 })).toBe("timed-out");
    expect(waiting(word)).toBe(0);
  });

  test("AT-041 AT-042 timeouts are measured on one clock, up to the longest one", async () => {
    const word = new Word(0);
    for (let round = 0; round < 50; round++) {
      const start = performance.now();
      expect(await word.waitAsync(0, { timeout: 2 })).toBe("timed-out");
      expect(performance.now() - start).toBeGreaterThanOrEqual(2);
    }
    const long = word.waitAsync(0, { timeout: 2 ** 31 - 1 });
    // A timer above the platform's limit would fire after a millisecond.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(waiting(word)).toBe(1);
    word.notify();
    expect(await long).toBe("ok");
  });

  test("AT-046 two threads pass a turn back and forth without losing a wake-up", async () => {
    const turn = new Word(1);
    const threads = [
      startThread(workers, "pingPong", turn, 1, 2, 3_000),
      startThread(workers, "pingPong", turn, 2, 1, 3_000),
    ];
    expect(await Promise.all(threads.map((thread) => thread.result))).toEqual([3_000, 3_000]);
  });

  test("is the same object when its handle comes back, and the same memory in another thread", async () => {
    const word = new Word(0);
    expect(fromHandle(toHandle(word))).toBe(word);
    expect(fromHandle(JSON.parse(JSON.stringify(toHandle(word))))).toBe(word);
    const thread = startThread(workers, "waitForWord", word);
    await until("the thread waits", () => waiting(word) === 1);
    word.store(1);
    word.notify();
    expect(await thread.result).toBe("ok");
  });
});
