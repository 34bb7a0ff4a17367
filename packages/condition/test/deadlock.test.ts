import { Arena, DeadlockError } from "@conc/atomics";
import { Lock, RLock } from "@conc/lock";
import { type Flow, Flows, quiet, until, waitersOf } from "@conc/testkit";
import { waiting } from "@conc/testkit/condition-actions.ts";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Condition } from "../src/index.ts";

const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/condition-actions.ts")));

afterEach(() => expect(Arena.default.agent.pending).toBe(0));
afterAll(() => flows.end());

describe.each([Lock, RLock])("a circle by way of a condition with a %o", (Class) => {
  it.each([
    ["who was notified", undefined],
    ["whose time has run out", 20],
  ])("one %s gets its lock again: the other one in the circle is refused", async (_name, timeout) => {
    const [sleeper, other] = (await flows.take(2, "threads")) as [Flow, Flow];
    for (let round = 0, time = timeout; round < 20; ) {
      const condition = new Condition(new Class({ name: "door" }));
      const key = new Lock({ name: "key" });
      await sleeper.call(key, "acquire");
      await sleeper.call(condition, "acquire");
      let over = false;
      const wait = sleeper.call(condition, "wait", { timeout: time }).finally(() => {
        over = true;
      });
      await until("it waits", () => over || (waiting(condition) === 1 && !condition.locked));
      if (!(await other.call(condition, "acquire", { timeout: 0 }))) {
        // On a busy machine its time may have run out by now.
        time = (time as number) * 2;
        await wait;
        await sleeper.call(condition, "release");
        await sleeper.call(key, "release");
        continue;
      }
      if (timeout === undefined) await other.call(condition, "notify");
      const refused = await other.call(key, "acquire").catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(DeadlockError);
      expect((refused as Error).message).toMatch(
        /^this wait would never end:\n {2}\w+ waits for lock "key", held by \w+\n {2}\w+ waits for lock "door", held by \w+$/,
      );
      if (round++ === 0) await quiet();
      expect([over, condition.locked, key.locked, waitersOf(key)]).toEqual([false, true, true, 0]);
      await other.call(condition, "release");
      expect(await wait).toBe(timeout === undefined);
      await sleeper.call(condition, "release");
      await sleeper.call(key, "release");
      expect([condition.locked, key.locked]).toEqual([false, false]);
    }
  });

  it("a wait for a notification is none, for it may come from anywhere", async () => {
    const [sleeper, other, third] = (await flows.take(3, "threads")) as [Flow, Flow, Flow];
    const condition = new Condition(new Class());
    const key = new Lock();
    await sleeper.call(key, "acquire");
    await sleeper.call(condition, "acquire");
    const wait = sleeper.call(condition, "wait");
    await until("it waits", () => waiting(condition) === 1 && !condition.locked);
    const got = other.call(key, "acquire");
    await until("the other one waits for the key", () => waitersOf(key) === 1);
    await quiet();
    expect(waitersOf(key)).toBe(1);
    await third.run("notify", condition);
    expect(await wait).toBe(true);
    await sleeper.call(condition, "release");
    await sleeper.call(key, "release");
    expect(await got).toBe(true);
    await other.call(key, "release");
  });
});

it("a circle that a third party closes, by a notification while all sleep, is found as well", async () => {
  const [sleeper, other, third] = (await flows.take(3, "threads")) as [Flow, Flow, Flow];
  const condition = new Condition(new Lock());
  const key = new Lock();
  await sleeper.call(key, "acquire");
  await sleeper.call(condition, "acquire");
  const wait = sleeper.call(condition, "wait");
  await until("it waits", () => waiting(condition) === 1 && !condition.locked);
  await other.call(condition, "acquire");
  const refused = other.call(key, "acquire").catch((error: unknown) => error);
  await until("the other one waits for the key", () => waitersOf(key) === 1);
  await quiet();
  // Of a plain lock it is no matter who holds it.
  await third.call(condition, "notify");
  expect(await refused).toBeInstanceOf(DeadlockError);
  await other.call(condition, "release");
  expect(await wait).toBe(true);
  await sleeper.call(condition, "release");
  await sleeper.call(key, "release");
});
