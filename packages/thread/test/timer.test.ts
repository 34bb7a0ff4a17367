import { InvalidStateError, TIMEOUT_MAX } from "@conc/atomics";
import { Event } from "@conc/condition";
import { until } from "@conc/testkit";
import { newSlate, read } from "@conc/testkit/slate.ts";
import { setExcepthook, Thread, Timer } from "@conc/thread";
import { expect, it } from "vitest";
import { noFailures } from "./start-waiting.ts";
import * as actions from "./workers/actions.ts";
import { throws } from "./workers/throwing.ts";

noFailures();

const LONG = 1e6;

it("TH-076 a timer calls its function once, in a thread of its own, when the time is over", () => {
  const slate = newSlate();
  const timer = new Timer(200, actions.answerWhen, [slate, "a"]);
  const begin = performance.timeOrigin + performance.now();
  timer.start();
  expect(timer.join()).toBe(true);
  const [when, ...args] = read<unknown[]>(slate) as [number, ...unknown[]];
  expect(when - begin).toBeGreaterThanOrEqual(199);
  expect(args).toEqual(["a"]);
  expect(timer).toBeInstanceOf(Thread);
  expect(timer.name).toMatch(/^Thread-\d+ \(answerWhen\)$/);
});

it("TH-085 a busy main does not delay a timer", () => {
  const slate = newSlate();
  const timer = new Timer(50, actions.answer, [slate, "on time"]).start();
  const giveUp = performance.now() + 20_000;
  while (read(slate) === undefined && performance.now() < giveUp);
  expect(read(slate)).toEqual(["on time"]);
  timer.join();
});

it("TH-076 the time counts from start, not from when the thread has come up", () => {
  class Peeked extends Timer {
    get until(): number {
      return this.delay().until;
    }
  }
  const timer = new Peeked(500, actions.nothing);
  const now = (): number => performance.timeOrigin + performance.now();
  const before = now() + 500;
  const { until } = timer;
  expect(until).toBeGreaterThanOrEqual(before);
  expect(until).toBeLessThanOrEqual(now() + 500);
});

it("TH-077 a timer cancelled before its time never calls", async () => {
  const slate = newSlate();
  const blocked = new Timer(LONG, actions.answer, [slate]).start();
  await until("it waits", () => blocked.state === "blocked");
  blocked.cancel();
  const starting = new Timer(LONG, actions.answer, [slate]).start();
  starting.cancel();
  expect([blocked.join(), starting.join(), read(slate)]).toEqual([true, true, undefined]);
});

it("TH-078 a timer cancelled before its start ends at once without calling", () => {
  const slate = newSlate();
  for (const interval of [0, LONG]) {
    const timer = new Timer(interval, actions.answer, [slate]);
    timer.cancel();
    expect(timer.start().join()).toBe(true);
  }
  expect(read(slate)).toBe(undefined);
});

it("TH-079 TH-080 TH-083 a timer that is done can be cancelled to no effect, but not started again", () => {
  const [slate, other] = [newSlate(), newSlate()];
  const args = [slate, 1];
  const timer = new Timer(0, actions.answer, args);
  const untouched = new Timer(0, actions.answer);
  expect(timer.start().join()).toBe(true);
  timer.cancel();
  timer.cancel();
  expect(() => timer.start()).toThrow(InvalidStateError);
  expect(read(slate)).toEqual([1]);
  // No list of arguments is shared between timers.
  args.push(2);
  const later = new Timer(0, actions.answer, [other]);
  later.start().join();
  expect(read(other)).toEqual([]);
  expect(untouched.state).toBe("new");
});

it("TH-081 TH-084 an interval that is negative, no number or too large is refused", () => {
  for (const interval of [-1, Number.NaN, TIMEOUT_MAX + 1, 1e100]) {
    expect(() => new Timer(interval, actions.nothing)).toThrow(RangeError);
  }
  for (const interval of ["1", undefined, null]) {
    expect(() => new Timer(interval as never, actions.nothing)).toThrow(TypeError);
  }
  for (const target of [undefined, null, "nothing"]) expect(() => new Timer(1, target as never)).toThrow(TypeError);
  expect(() => new Timer(1, actions.nothing, "ab" as never)).toThrow(TypeError);
});

it("TH-084 the longest intervals wait, rather than going off at once", async () => {
  const slate = newSlate();
  const timers = [TIMEOUT_MAX, Number.POSITIVE_INFINITY].map((ms) => new Timer(ms, actions.answer, [slate]).start());
  for (const timer of timers) {
    await until("it waits", () => timer.state === "blocked");
    timer.cancel();
    expect(timer.join()).toBe(true);
  }
  expect(read(slate)).toBe(undefined);
});

it("TH-082 an error of the function goes to the excepthook, and the timer is done", async () => {
  const errors: unknown[] = [];
  const before = setExcepthook((error, thread) => errors.push([error, thread]));
  const timer = new Timer(0, throws, ["error"]).start();
  expect(timer.join()).toBe(true);
  await until("reported", () => errors.length > 0);
  setExcepthook(before);
  expect(errors).toEqual([[new Error("an error"), timer]]);
  timer.cancel();
});

it("a timer may be a daemon, and terminated while it waits", async () => {
  const timer = new Timer(LONG, actions.nothing);
  timer.daemon = true;
  timer.start();
  await until("it waits", () => timer.state === "blocked");
  expect(timer.daemon).toBe(true);
  await timer.terminate();
  expect(timer.join()).toBe(true);
});

it("an event passed to a timer's function is the same event", () => {
  const event = new Event();
  new Timer(0, actions.sets, [event]).start();
  expect(event.wait({ timeout: 20_000 })).toBe(true);
});
