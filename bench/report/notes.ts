// What a reader has to know about a run beside its figures.

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
  return [...new Set([...found, ...NEVER])];
}
