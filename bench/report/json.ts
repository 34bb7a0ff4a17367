// A run as data, for programs that compare runs.

import type { JudgedGroup } from "./judge.ts";
import type { Machine } from "./machine.ts";

export function toJson(groups: readonly JudgedGroup[], machine: Machine): string {
  const result = {
    machine,
    groups: groups.map(({ group, heats, rows }) => ({
      name: group.name,
      rows: rows.map(({ row, value, comparisons, verdict }) => ({
        number: row.number,
        name: row.name,
        metric: row.metric ?? "cost",
        value,
        comparisons,
        verdict,
      })),
      heats: heats.map(({ node, others, performances }) => ({
        node,
        others,
        contestants: performances.map(({ contestant, samples, checked, problem }) => ({
          name: contestant.name,
          role: contestant.role,
          samples,
          checked,
          problem,
        })),
      })),
    })),
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}
