import { expect } from "vitest";
import { example } from "./example.ts";

example("sched-basic", ({ lines }) => {
  expect(lines.map((line) => line.replace(/\d+ ms$/, "…"))).toEqual([
    "main begins",
    "with an argument: after …",
    "priority 1, at the same time: after …",
    "priority 2: after …",
    "default: after …",
    "main ends",
  ]);
  const times = lines.flatMap((line) => line.match(/(\d+) ms$/)?.[1] ?? []).map(Number);
  for (const [index, least] of [120, 200, 200, 400].entries()) expect(times[index]).toBeGreaterThanOrEqual(least);
});

example("sched-cancel", ({ lines }) => {
  expect(lines).toEqual([
    "empty: true; queue: -",
    "empty: false; queue: a at 10, b at 20, c at 30",
    "b is cancelled",
    "empty: false; queue: a at 10, c at 30",
    "once more: InvalidStateError",
    "at 12: a",
    "without blocking: 18 until the next",
    "empty: false; queue: c at 30",
    "at 30: c",
    "empty: true; queue: -",
  ]);
});

example("executor-submit", ({ lines }) => {
  const counted = lines.filter((line) => line.startsWith("pool_"));
  const numbers = counted.map((line) => Number(line.split(" ")[1])).sort((left, right) => left - right);
  expect(numbers).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9]);
  expect(lines.filter((line) => !line.startsWith("pool_"))).toEqual([
    "first done: false",
    "second done: true",
    "sums: 10, 45",
  ]);
});

example("executor-callback", ({ lines }) => {
  expect([lines[0], lines.at(-1), lines.length]).toEqual(["main goes on", "the pool is closed", 5]);
  expect(lines.slice(1, 4).sort()).toEqual([
    "callback: 1225",
    "callback: 4950",
    "callback: RangeError: no sum up to -1",
  ]);
});

example("executor-map", ({ lines }) => {
  expect(lines).toEqual([
    "the sum below 10 is 45",
    "the sum below 30 is 435",
    "the sum below 50 is 1225",
    "the squares up to there are 1005720",
  ]);
});

example("executor-cancel", ({ lines }) => {
  expect(lines).toEqual([
    "first: running true, cancelled false, done false",
    "second: running false, cancelled false, done false",
    "cancel the first: false",
    "cancel the second: true",
    "second: running false, cancelled true, done true",
    "result of the second: CancelledError",
    "result of the first within 10 ms: TimeoutError",
    "result of the first: result",
    "exception of the first: undefined",
    "exception of the third: Error: it failed",
    "cancel the first, now that it is done: false",
  ]);
});

example("executor-progress", ({ lines }) => {
  expect(lines).toEqual([
    expect.stringMatching(/^60 jobs done, 6 of them failed; half of them took no longer than [\d.]+ ms$/),
  ]);
});
