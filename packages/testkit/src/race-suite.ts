import { getEventListeners } from "node:events";
import { Arena } from "@conc/atomics";
import { describe, expect, it } from "vitest";
import { sharedCells } from "./exclusion-world.ts";
import type { Flow } from "./flow.ts";
import { GO, READY, STOP, type WayName } from "./race-actions.ts";

/** What the cases of a race between a wake-up and the end of a wait need. */
export interface RaceWorld {
  readonly way: WayName;
  /** What is waited for. */
  make(): any;
  /** Whether each is good for one wait only. */
  readonly once?: boolean;
  /** Puts one in its first state again; whether it is there, and nobody waits. */
  settle(object: any): boolean;
  /** So many flows, whose module is `race-actions.ts`. */
  threads(count: number): Promise<Flow[]>;
  tasks(count: number): Promise<Flow[]>;
  readonly rounds?: number;
}

/** How many races are on at a time. */
const BATCH = 250;
/** Milliseconds for which they last. */
const SPAN = 3;

/**
 * What every waiting call promises when it is called off in the moment in which it is woken: nothing is lost.
 *
 * In each round two tasks wait. The first one is called off at about the moment at which one is woken, and passes on what it gets
 * all the same; a thread that passes by does so, too. So the second one gets it in any case, once.
 */
export function raceSuite(name: string, world: RaceWorld): void {
  const { rounds = 10_000 } = world;

  describe(name, () => {
    it.each(["abort", "timeout"] as const)(
      `${rounds} waits that end by %s as a thread or a task wakes them lose nothing, and leave nothing behind`,
      async (how) => {
        const { visit } = (await import("./race-actions.ts")).ways[world.way];
        const form = { kind: "async", call: callAsync } as const;
        const [thread, passer] = (await world.threads(2)) as [Flow, Flow];
        const [task] = (await world.tasks(1)) as [Flow];
        const cells = sharedCells(4);
        const timers = countTimers();
        const outcomes = { got: 0, calledOff: 0 };
        let objects = Array.from({ length: BATCH }, () => world.make());
        const passing = world.once ? undefined : passer.run<number>("passBy", world.way, objects, cells);
        // How long it takes until all wait, as measured the last time.
        let lead = SPAN;

        for (let batch = 1; batch <= rounds / BATCH; batch++) {
          if (world.once) objects = objects.map(() => world.make());
          const waker = batch % 2 ? thread : task;
          const woken = waker.run("wakeAll", world.way, objects, cells, batch, SPAN);
          while (Atomics.load(cells, READY) !== batch) await turn();
          const start = performance.now();
          let begun = 0;
          const countBegun = (): void => {
            begun++;
          };
          const controllers = objects.map(() => new AbortController());
          const waits = objects.map((object, index) => {
            const { signal } = controllers[index] as AbortController;
            const moment = lead + (index / BATCH) * SPAN + Math.random() - 0.5;
            const options = how === "abort" ? { signal } : { signal, timeout: Math.max(0.1, moment) };
            const first = visit(form, object, options, false, countBegun).catch(
              (reason: unknown) => reason === "enough" && "off",
            );
            return { first, second: visit(form, object, undefined, true, countBegun) };
          });
          while (begun < 2 * BATCH) await turn();
          lead = performance.now() - start;
          Atomics.store(cells, GO, batch);
          if (how === "abort") await abortAll(controllers);
          await woken;
          for (const [index, { first, second }] of waits.entries()) {
            const outcome = await first;
            expect(outcome === true || outcome === (how === "abort" ? "off" : false), String(outcome)).toBe(true);
            outcomes[outcome === true ? "got" : "calledOff"]++;
            expect(await second).toBe(true);
            expect(getEventListeners((controllers[index] as AbortController).signal, "abort")).toEqual([]);
          }
          expect(Arena.default.agent.pending).toBe(0);
        }

        Atomics.store(cells, STOP, 1);
        await passing;
        expect(objects.filter((object) => !world.settle(object))).toEqual([]);
        expect(outcomes.got + outcomes.calledOff).toBe(rounds);
        expect(Math.min(outcomes.got, outcomes.calledOff)).toBeGreaterThan(0);
        expect(countTimers()).toBeLessThanOrEqual(timers);
      },
      60_000,
    );
  });
}

/** Aborts one wait after the other, each at about the moment at which it is woken. */
async function abortAll(controllers: readonly AbortController[]): Promise<void> {
  const start = performance.now();
  for (const [index, controller] of controllers.entries()) {
    const moment = start + (index / BATCH) * SPAN + Math.random() / 2 - 0.25;
    while (performance.now() < moment) await turn();
    controller.abort("enough");
  }
}

function callAsync(target: any, method: string, ...args: unknown[]): any {
  return target[`${method}Async`](...args);
}

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((what) => what === "Timeout").length;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
