import { Arena } from "@conc/atomics";
import { describe, expect, it } from "vitest";
import { percentilesOf, STEPS, stepOf } from "../src/times.ts";

describe("steps of times", () => {
  it("grow with the time, without a gap, up to the longest", () => {
    let last = -1;
    for (let ticks = 0; ticks < 5000; ticks++) {
      const step = stepOf(ticks);
      expect([last, last + 1]).toContain(step);
      last = step;
    }
    expect(stepOf(-1)).toBeLessThan(STEPS);
  });

  it("give percentiles that are right up to an eighth", () => {
    const { heap, agent } = Arena.default;
    const place = heap.allocate(STEPS * 4, agent.id);
    for (let ms = 1; ms <= 1000; ms++) {
      const at = place + stepOf(ms * 256);
      (heap.reach(at)[at] as number)++;
    }
    const { p50, p90, p99, max } = percentilesOf(Arena.default, [place]);
    for (const [found, right] of [
      [p50, 500],
      [p90, 900],
      [p99, 990],
      [max, 1000],
    ] as const) {
      expect(Math.abs(found - right)).toBeLessThan(right / 8);
    }
    expect(percentilesOf(Arena.default, [])).toEqual({ p50: 0, p90: 0, p99: 0, max: 0 });
  });
});
