import type { AffinityPlan } from "../contest/affinity.ts";
import { type Contestant, sharing } from "../contest/contestant.ts";
import { sharedWords, sleepWhile, wakeOne } from "./raw-futex.ts";

/**
 * Two threads that wake each other by turns with nothing but the platform's own calls: one word says whose turn it is.
 *
 * @param polls How often each looks before it sleeps.
 */
export function rawTurns(name: string, affinity: AffinityPlan, polls: number): Contestant {
  return sharing({
    name,
    role: "floor",
    threads: 2,
    operations: 2,
    affinity,
    share: () => ({ turn: sharedWords(1) }),
    prepare:
      ({ index, shared: { turn } }) =>
      (times) => {
        const other = 1 - index;
        for (let time = 0; time < times; time++) {
          for (let poll = 0; poll < polls && Atomics.load(turn, 0) === other; poll++);
          while (Atomics.load(turn, 0) === other) sleepWhile(turn, 0, other);
          Atomics.store(turn, 0, other);
          wakeOne(turn, 0);
        }
      },
  });
}
