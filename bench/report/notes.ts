// What a reader has to know about a run beside its figures.

import type { Heat, Performance } from "../contest/contest.ts";
import { BUSY } from "../contest/load.ts";
import { percent } from "./format.ts";
import type { JudgedGroup } from "./judge.ts";

/** Who would be worth comparing with, and why they are never there. */
const NEVER = [
  "semafy and atomics-sync, the nearest relatives on npm, can not be installed from every registry: left out.",
];

/** What was left out or went wrong, each once. */
export function notes(groups: readonly JudgedGroup[]): string[] {
  const found = groups.flatMap(({ group, heats }) => {
    if (group.absent !== undefined) return [`${group.name}: left out, because ${group.absent}.`];
    return heats.flatMap(performancesIn).flatMap(({ contestant, problem, failed }) => {
      if (problem === undefined) return [];
      return [failed ? `${group.name}, ${contestant.name}: FAILED: ${problem}.` : `Left out, because ${problem}.`];
    });
  });
  return [...new Set([...underNewer(groups), ...found, ...busy(groups), ...NEVER])];
}

/** Who was measured under another Node than the rest. */
function underNewer(groups: readonly JudgedGroup[]): string[] {
  return groups
    .flatMap(({ heats }) => heats.slice(1))
    .flatMap(({ node, performances }) =>
      performances.flatMap(({ contestant: { needs } }) =>
        needs
          ? [
              `${needs.what} needs Node ${needs.node}: it was measured under Node ${node}, and compared with ours in that Node, not ` +
                "with the figure in the row.",
            ]
          : [],
      ),
    );
}

function performancesIn({ performances }: Heat): readonly Performance[] {
  return performances;
}

function busy(groups: readonly JudgedGroup[]): string[] {
  const most = Math.max(0, ...groups.flatMap(({ heats }) => heats.map(({ others = 0 }) => others)));
  if (most < BUSY) return [];
  return [
    `Other programs used up to ${percent(most)} of the processors during a contest: rows with several threads may be far off. With --patient such contests are repeated.`,
  ];
}
