import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { AGENT_FOREIGN, Arena, agentsOf, fromHandle, pack, toHandle, unpack } from "@conc/atomics";
import { Flows, startThread, until, waitersOf } from "@conc/testkit";
import { afterAll, describe, expect, it } from "vitest";
import { BoundedSemaphore, Lock, RLock, Semaphore } from "../src/index.ts";

const THREAD = new URL("./workers/share.ts", import.meta.url);
const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/lock-actions.ts")));

afterAll(() => flows.end());

describe.each([Lock, RLock, Semaphore, BoundedSemaphore])("%o shared", (Class) => {
  it("LK-016 a handle is plain JSON, and comes back as the very same object", () => {
    const lock = new Class();
    const handle = toHandle(lock);
    expect(JSON.parse(JSON.stringify(handle))).toEqual(handle);
    expect(handle.type).toBe(Class.name);
    expect(fromHandle(handle)).toBe(lock);
    expect(fromHandle(structuredClone(handle))).toBe(lock);
    expect(fromHandle(toHandle(lock))).toBe(lock);
    expect(toHandle(new Class()).offset).not.toBe(handle.offset);
  });

  it("LK-016 it travels in maps, sets and lists, and arrives as the same object everywhere", () => {
    const lock = new Class();
    const value = {
      map: new Map<unknown, unknown>([
        ["a", lock],
        [lock, "b"],
      ]),
      set: new Set([lock]),
      list: [[lock]],
    };
    const copy = unpack(structuredClone(pack(value))) as typeof value;
    expect(copy.map).not.toBe(value.map);
    expect(copy.map.get("a")).toBe(lock);
    expect(copy.map.get(lock)).toBe("b");
    expect([...copy.set]).toEqual([lock]);
    expect(copy.list[0]?.[0]).toBe(lock);
  });

  it("LK-016 in another thread it is the same lock: what one does, the other sees", async () => {
    const lock = new Class();
    const [thread] = await flows.take(1, "threads");
    lock.acquire();
    expect(await thread?.call(lock, "locked")).toBe(true);
    expect(await thread?.call(lock, "tryAcquire")).toBe(false);
    expect(await thread?.call(lock, "toString")).toBe(String(lock));
    lock.release();
    expect(await thread?.call(lock, "acquire")).toBe(true);
    expect(lock.locked).toBe(true);
    expect(lock.tryAcquire()).toBe(false);
    await thread?.call(lock, "release");
    expect(lock.locked).toBe(false);
    expect(await startThread<boolean>(THREAD, "decode", lock, toHandle(lock)).result).toBe(true);
  });

  it("LK-015 a thread that the library did not start takes part, and is not listed as one of its threads", async () => {
    const lock = new Class();
    const agents = agentsOf(Arena.default);
    const listed = (): number[] => agents.ids().filter((id) => (agents.flags(id) & AGENT_FOREIGN) === 0);
    const before = listed();
    const { id, foreign } = await startThread<{ id: number; foreign: boolean }>(THREAD, "whoAmI", lock).result;
    expect(foreign).toBe(true);
    expect(listed()).toEqual(before);
    expect(before).not.toContain(id);
    expect(lock.locked).toBe(false);
  });
});

describe("shared locks", () => {
  it.each(["Lock", "RLock", "Semaphore"])("LK-016 a %s made in another thread can be used here", async (name) => {
    const thread = startThread<Lock>(THREAD, "makeHeld", name);
    const lock = await thread.result;
    expect(lock).toBeInstanceOf({ Lock, RLock, Semaphore }[name]);
    expect(lock.locked).toBe(true);
    expect(lock.tryAcquire()).toBe(false);
    expect(await lock.acquireAsync({ timeout: 5 })).toBe(false);
    if (name === "RLock") return;
    lock.release();
    expect(lock.tryAcquire()).toBe(true);
    lock.release();
  });

  it("LK-016 locks and semaphores nested in one argument arrive each as itself", async () => {
    const [lock, other, semaphore] = [new Lock(), new Lock(), new Semaphore(0)];
    lock.acquire();
    const locks = new Map([
      ["lock", lock],
      ["other", other],
    ]);
    const thread = startThread<boolean[]>(THREAD, "useNested", { locks, list: [lock, { semaphore }] });
    expect(await thread.result).toEqual([true, false]);
    expect(lock.locked).toBe(false);
    expect(semaphore.value).toBe(2);
  });

  it("LK-015 LK-016 a raw Worker adopts the arena by a message, and takes the lock of a handle", async () => {
    const lock = new Lock();
    lock.acquire();
    const worker = new Worker(
      `const { parentPort, workerData } = require("node:worker_threads");
      parentPort.once("message", async ({ arena, handle }) => {
        const { Arena, fromHandle } = await import(workerData.atomics);
        await import(workerData.lock);
        Arena.adopt(arena);
        const lock = fromHandle(handle);
        lock.acquire();
        parentPort.postMessage("acquired");
      });`,
      {
        eval: true,
        workerData: {
          atomics: import.meta.resolve("@conc/atomics"),
          lock: new URL("../src/index.ts", import.meta.url).href,
        },
      },
    );
    worker.postMessage({ arena: Arena.default.buffer, handle: toHandle(lock) });
    await until("the worker waits", () => waitersOf(lock) === 1);
    const acquired = once(worker, "message");
    lock.release();
    expect(await acquired).toEqual(["acquired"]);
    expect(lock.locked).toBe(true);
    lock.release();
    await worker.terminate();
  });
});
