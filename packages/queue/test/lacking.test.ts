import { type ArenaObject, anyPrimitive, lengthOf, WaitQueue } from "@conc/atomics";
import { Barrier } from "@conc/barrier";
import { Condition, Event } from "@conc/condition";
import { Lock, Semaphore } from "@conc/lock";
import { startThread, until } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from "../src/index.ts";
import { GETTERS } from "../src/layout.ts";
import { countsOf } from "./handles.ts";
import type { Got } from "./workers/lacking.ts";
import { announce } from "./workers/primitives.ts";

const THREAD = new URL("./workers/lacking.ts", import.meta.url);
const MODULE = new URL("./workers/primitives.ts", import.meta.url).href;

/** Packages that a thread may have imported without the module that a function is in. */
const PACKAGES = ["@conc/barrier", "@conc/thread"].map((name) => import.meta.resolve(name));

/** Things for which a thread lacks a module, what it says of each, and what it has imported. */
const STRANGE: [string, () => object | Function, string, string[]?][] = [
  ["Lock", () => new Lock(), "type Lock needs the module that exports Lock: import it in this thread"],
  ["Semaphore", () => new Semaphore(), "type Semaphore needs the module that exports Semaphore"],
  ["Event", () => new Event(), "type Event needs the module that exports Event"],
  ["Condition", () => new Condition(), "type Condition needs the module that exports Condition"],
  ["Barrier", () => new Barrier(2), "type Barrier needs the module that exports Barrier"],
  ["Barrier with an action", () => new Barrier(2, { action: announce }), "type Barrier needs the module that exports"],
  ["function", () => announce, "a function of kind task came: import the package that sends such functions"],
  ["module of a function", () => announce, "did not register announce", PACKAGES],
  ["module of an action", () => new Barrier(2, { action: announce }), "did not register announce", PACKAGES],
];

/** How many wait for an item. */
function getters(queue: ArenaObject): number {
  return lengthOf(new WaitQueue(queue.arena.agent, queue.base + GETTERS, anyPrimitive));
}

describe.each([Queue, LifoQueue, PriorityQueue, SimpleQueue])("an item of a %o that a thread can not read", (Class) => {
  it.each(STRANGE)(
    "for lack of a %s stays there: get says what is missing, and has it after an import",
    async (...of) => {
      const [, make, message, packages = []] = of;
      const queue = new Class<unknown>();
      const strange = make();
      const item = [1, new Map([["deep", [strange]]])];
      queue.put(item);
      const {
        failure,
        size,
        item: got,
      } = await startThread<Got>(THREAD, "getTwice", queue, "get", MODULE, packages).result;
      expect(failure).toContain("TypeError: ");
      expect(failure).toContain(message);
      expect(size).toBe(1);
      expect(got).toEqual(item);
      expect((got as any)[1].get("deep")[0]).toBe(strange);
      // This thread and the other one know it, though that has tried twice.
      if (typeof strange === "object") expect(countsOf(strange)).toEqual({ threads: 2, underway: 0 });
      expect(queue.empty).toBe(true);
    },
  );

  it.each(["get", "getAsync"] as const)("ends its wait for one (%s), and the next in the line has it", async (form) => {
    const queue = new Class<unknown>();
    const thread = startThread<Got>(THREAD, "getTwice", queue, form, MODULE);
    await until("it waits", () => getters(queue) === 1);
    const next = queue.getAsync({ timeout: 10_000 });
    const item = [1, new Lock()];
    queue.put(item);
    expect(await next).toEqual(item);
    const { failure, item: left } = await thread.result;
    expect(failure).toContain("a handle of type Lock");
    expect(left).toBe(undefined);
    queue.put([2, "and on"]);
    expect(queue.get()).toEqual([2, "and on"]);
  });
});
