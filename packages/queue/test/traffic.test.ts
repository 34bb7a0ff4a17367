import { setTimeout as sleep } from "node:timers/promises";
import { Arena } from "@conc/atomics";
import { startThread } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { countLost, expectOrder, HOUR, isThrough, KINDS, newTraffic } from "./direct-traffic.ts";
import { both, stop, type Taken } from "./workers/traffic.ts";

const THREADS = new URL("./workers/traffic.ts", import.meta.url);

describe.each(["patient", "timeouts", "aborts"] as const)(
  "QU-009 QU-011 QU-012 QU-013 QU-090 four producers and four consumers, threads and tasks mixed, %s:",
  (manners) => {
    it.each(KINDS)(
      "of a %s of size %i every item arrives once and whole",
      async (_, maxSize, Class) => {
        const traffic = newTraffic(Class, maxSize, manners);
        const makers = [0, 1].map((from) => startThread<void>(THREADS, "produce", traffic, from));
        const takers = [0, 1].map(() => startThread<Taken>(THREADS, "consume", traffic));
        const tasks = [startThread<Taken>(THREADS, "both", traffic, 2).result, both(traffic, 3)];
        await Promise.all(makers.map(({ result }) => result));
        while (!isThrough(traffic)) await sleep(1);
        await stop(traffic, 4);
        const taken = await Promise.all([...takers.map(({ result }) => result), ...tasks]);
        expect(countLost(traffic)).toBe(0);
        expectOrder(traffic, taken);
        expect(traffic.queue.empty).toBe(true);
        expect(traffic.queue.join?.({ timeout: 0 })).not.toBe(false);
        expect(Arena.default.agent.pending).toBe(0);
      },
      HOUR,
    );
  },
);
