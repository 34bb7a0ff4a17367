// A run as data, for programs that compare runs.

import type { JudgedGroup } from "./judge.ts";
import type { Machine } from "./machine.ts";

export function toJson(groups: readonly JudgedGroup[], machine: Machine): string {
  const result = {
    machine,
    groups: groups.map(({ group, performances, rows, others }) => ({
      name: group.name,
      others,
      rows: rows.map(({ row, value, comparisons, verdict }) => ({
        number: row.number,
        name: row.name,
        metric: row.metric ?? "cost",
        value,
        comparisons,
        verdict,
      })),
      contestants: performances.map(({ contestant, samples, problem }) => ({
        name: contestant.name,
        role: contestant.role,
        samples,
        problem,
      })),
    })),
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}
