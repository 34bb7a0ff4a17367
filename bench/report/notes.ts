// What a reader has to know about a run beside its figures.

import { BUSY } from "../contest/load.ts";
import { percent } from "./format.ts";
import type { JudgedGroup } from "./judge.ts";

/** Who would be worth comparing with, and why they are never there. */
const NEVER = [
  "semafy and atomics-sync, the nearest relatives on npm, can not be installed from every registry: left out.",
];

/** What was left out or went wrong, each once. */
export function notes(groups: readonly JudgedGroup[]): string[] {
  const found = groups.flatMap(({ group, performances }) => {
    if (group.absent !== undefined) return [`${group.name}: left out, because ${group.absent}.`];
    return performances.flatMap(({ contestant, problem, failed }) => {
      if (problem === undefined) return [];
      return [failed ? `${group.name}, ${contestant.name}: FAILED: ${problem}.` : `Left out, because ${problem}.`];
    });
  });
  return [...new Set([...found, ...busy(groups), ...NEVER])];
}

function busy(groups: readonly JudgedGroup[]): string[] {
  const most = Math.max(0, ...groups.map(({ others = 0 }) => others));
  if (most < BUSY) return [];
  return [
    `Other programs used up to ${percent(most)} of the processors during a contest: rows with several threads may be far off. With --patient such contests are repeated.`,
  ];
}
