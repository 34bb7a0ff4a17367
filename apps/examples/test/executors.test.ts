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
