import { intercept } from "./interception.ts";
import type { Bounds, Report, Scenario, Shared } from "./scenario.ts";
import { Search } from "./search.ts";

/** Rounds with so few preemptions come first: nearly all bugs need no more, and the schedule is short. */
const FEW = [0, 1, 2];

/**
 * Runs the agents of a scenario in all orders in which their operations can take turns, on a simulated memory and without a thread.
 *
 * @throws {InterleavingError} If in one of them an agent throws, everybody who is left sleeps for ever, an agent goes round in circles,
 * or `check` throws. The message shows the schedule, with as few preemptions as lead there.
 *
 * @example
 * const { schedules } = await explore({
 *   share: () => ({ lock: new Lock(), inside: new AtomicInt32() }),
 *   agents: { A: visit, B: visit },
 * });
 */
export async function explore<S extends Shared<S>>(scenario: Scenario<S>, bounds: Bounds = {}): Promise<Report> {
  const start = performance.now();
  const search = new Search(scenario, bounds);
  const { execution } = search;
  const restore = intercept(execution.views, execution);
  const { preemptions = Number.POSITIVE_INFINITY } = bounds;
  try {
    for (const few of FEW) if (few < preemptions) await search.explore(few);
    await search.explore(preemptions);
  } finally {
    restore();
    execution.world.leave();
  }
  return { ...search.report, milliseconds: Math.round(performance.now() - start) };
}
