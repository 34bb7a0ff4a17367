import { Arena, SIGNALLED, TIMEOUT_MAX } from "@conc/atomics";
import { Event } from "@conc/condition";
import { until } from "@conc/testkit";
import { sleep, sleepAsync, Thread } from "@conc/thread";
import { expect, it, vi } from "vitest";
import { noFailures } from "./start-waiting.ts";
import * as actions from "./workers/actions.ts";

noFailures();

it("sleep blocks for the time given, sleepAsync does not block", async () => {
  let begin = performance.now();
  sleep(30);
  expect(performance.now() - begin).toBeGreaterThanOrEqual(30);
  let ranMeanwhile = false;
  setTimeout(() => {
    ranMeanwhile = true;
  });
  begin = performance.now();
  await sleepAsync(30);
  // Timers of Node may go off within the last millisecond.
  expect(performance.now() - begin).toBeGreaterThanOrEqual(29);
  expect(ranMeanwhile).toBe(true);
});

it("0 does not wait", async () => {
  const begin = performance.now();
  for (let i = 0; i < 100; i++) sleep(0);
  await sleepAsync(0);
  expect(performance.now() - begin).toBeLessThan(1000);
});

it("what is no span of time is refused", async () => {
  for (const ms of [-1, Number.NaN, TIMEOUT_MAX + 1]) {
    expect(() => sleep(ms)).toThrow(RangeError);
    await expect(sleepAsync(ms)).rejects.toThrow(RangeError);
  }
  for (const ms of ["1", undefined, null, 1n]) {
    expect(() => sleep(ms as never)).toThrow(TypeError);
    await expect(sleepAsync(ms as never)).rejects.toThrow(TypeError);
  }
  await expect(sleepAsync(1, { signal: {} as never })).rejects.toThrow(TypeError);
});

it("an aborted sleepAsync rejects with the reason, at once", async () => {
  const reason = new Error("enough");
  await expect(sleepAsync(1e6, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  for (const ms of [1e6, Number.POSITIVE_INFINITY]) {
    const controller = new AbortController();
    const sleeping = sleepAsync(ms, { signal: controller.signal });
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
  }
  const controller = new AbortController();
  await sleepAsync(1, { signal: controller.signal });
  controller.abort();
});

it("a thread that sleeps for ever shows as blocked, and can be terminated", async () => {
  const thread = new Thread({ target: actions.sleepsForEver, args: [new Event()] }).start();
  await until("asleep", () => thread.state === "blocked");
  await thread.terminate();
  expect(thread.state).toBe("dead");
});

it("a thread that is told something while it sleeps sleeps on, and does not look all the time", () => {
  const { agent } = Arena.default;
  const wait = vi.spyOn(agent.memory, "wait");
  try {
    wait.mockImplementationOnce((words, index) => void Atomics.store(words, index, SIGNALLED));
    sleep(20);
    expect(wait.mock.calls.length).toBeLessThan(10);
  } finally {
    wait.mockRestore();
  }
});
