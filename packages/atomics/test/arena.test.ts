import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  Agents,
  Arena,
  AtomicInt32,
  endAgent,
  fromHandle,
  type Handle,
  InvalidStateError,
  OpenArena,
  Place,
  ThreadMemory,
  toHandle,
  Word,
} from "@conc/atomics";
import { startThread, until } from "@conc/testkit";
import { describe, expect, test } from "vitest";
import { HEADER_HEAP_LOCK } from "../src/layout.ts";

const workers = new URL("./workers/words.ts", import.meta.url);

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

describe("Arena", () => {
  test("a thread that makes something waits for those who are using the heap", async () => {
    const cells = new Int32Array(new SharedArrayBuffer(4));
    const thread = startThread(workers, "freeHeapLock", cells);
    await until("it is there", () => cells[0] === 1);
    Atomics.store(Arena.default.heap.words, HEADER_HEAP_LOCK, 1);
    expect(new Word(7).load()).toBe(7);
    await thread.result;
  });

  test("an adopted arena is the same for all threads", async () => {
    const thread = startThread<{ id: number; agent: number }>(workers, "lookAround");
    const { id, agent } = await thread.result;
    expect(id).toBe(Arena.default.id);
    expect(agent).not.toBe(Arena.default.agent.id);
    expect(Arena.adopt(Arena.default.buffer as SharedArrayBuffer)).toBe(Arena.default);
    expect(Arena.find(id)).toBe(Arena.default);
  });

  test("what is no arena can not be adopted", () => {
    for (const buffer of [undefined, null, 5, new ArrayBuffer(64), new SharedArrayBuffer(4)]) {
      expect(() => Arena.adopt(buffer as never)).toThrow(TypeError);
    }
    const foreign = new SharedArrayBuffer(1024);
    new Int32Array(foreign)[0] = 7;
    expect(() => Arena.adopt(foreign)).toThrow("not the SharedArrayBuffer of an arena");
  });

  test("a handle of an arena that is not known names the remedy", () => {
    const handle: Handle = { ...toHandle(new Word()), arena: 1 };
    expect(() => fromHandle(handle)).toThrow(InvalidStateError);
    expect(() => fromHandle(handle)).toThrow("Arena.adopt(buffer)");
    expect(() => fromHandle({ ...handle, type: "Nonsense" })).toThrow("import it in this thread");
    expect(() => fromHandle({} as Handle)).toThrow(TypeError);
    expect(() => toHandle({} as never)).toThrow(TypeError);
  });

  test("an object that nobody has any more gives its memory back, and its handle says so", async () => {
    // Tables that stay have been made by then.
    toHandle(new Word());
    collectGarbage();
    const { used } = Arena.default;
    let handle: Handle | undefined;
    (() => {
      for (let i = 0; i < 1_000; i++) new Word(i);
      const shared = new Word(7);
      handle = toHandle(shared);
      // Back in the same thread: the count that went with the handle is taken over by whoever reads it first, here.
      fromHandle(handle);
    })();
    await until("the memory is free", () => {
      collectGarbage();
      const { words } = Arena.default.heap;
      // Its block is counted no more, and other garbage may have gone before.
      return Arena.default.used <= used && words[(handle as Handle).offset / 4] !== 1;
    });
    expect(() => fromHandle(handle as Handle)).toThrow("exists no more");
  });

  test("a stale handle is told from what lies there now", () => {
    const word = new Word(1);
    const handle = toHandle(word);
    expect(() => fromHandle({ ...handle, serial: handle.serial + 1000 })).toThrow("exists no more");
  });

  test("what a dead thread had is free again", async () => {
    const arena = Arena.default;
    const before = arena.used;
    const shared = new AtomicInt32(5);
    const thread = startThread<{ agent: number }>(workers, "lookAround");
    const { agent } = await thread.result;
    await thread.exit;
    expect(endAgent(arena.agent, agent)).toBe(true);
    expect(endAgent(arena.agent, agent)).toBe(false);
    expect(new Agents(arena.heap).isAlive(agent)).toBe(false);
    expect(shared.load()).toBe(5);
    expect(arena.used).toBeLessThanOrEqual(before + 1024);
  });

  test("AT-043 without shared memory the primitives work async, and a blocking wait says what to do", async () => {
    const maxByteLength = 2 ** 24;
    const arena = new OpenArena(new ThreadMemory(new ArrayBuffer(2 ** 20, { maxByteLength })));
    const place = arena.create(16);
    const word: Word = Reflect.construct(Word, [new Place(arena, place)]);
    expect(() => word.wait(0)).toThrow(
      "a browser's main thread, and one without shared memory, must not block: use waitAsync()",
    );
    const wait = word.waitAsync(0);
    word.store(1);
    expect(word.notify()).toBe(1);
    expect(await wait).toBe("ok");
    expect(await word.waitAsync(1, { timeout: 5 })).toBe("timed-out");
  });

  test("AT-039 AT-040 the engine's own errors are kept for what no primitive stands in front of", () => {
    expect(() => Atomics.wait(new Float64Array(new SharedArrayBuffer(8)) as never, 0, 0)).toThrow(TypeError);
    expect(() => Atomics.load(Arena.default.heap.words, Arena.default.heap.words.length)).toThrow(RangeError);
  });
});
