// The table as a person reads it in a terminal.

import { type Performance, seriesOf } from "../contest/contest.ts";
import type { Metric } from "../contest/contestant.ts";
import { median } from "../contest/statistics.ts";
import { cell, figure, metricFigure, percent, wrongItems } from "./format.ts";
import type { JudgedGroup, JudgedRow } from "./judge.ts";

export const HEAD: readonly string[] = [
  "#",
  "row",
  "ours",
  "mark",
  "× floor",
  "× CPython",
  "against others",
  "wrong items",
  "verdict",
];
const METRICS: readonly Metric[] = ["cost", "share", "longestWait"];

/** The rows of all groups, one line each. */
export function table(groups: readonly JudgedGroup[]): string {
  const lines = groups.flatMap(({ rows }) => rows.map(cells));
  const widths = HEAD.map((head, column) => Math.max(head.length, ...lines.map((line) => line[column]?.length ?? 0)));
  const write = (line: readonly string[]) =>
    line
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [write(HEAD), widths.map((width) => "-".repeat(width)).join("  "), ...lines.map(write)].join("\n");
}

/** A row's cells, in the order of the head. */
export function cells(judged: JudgedRow): string[] {
  const { row, value, verdict } = judged;
  return [
    row.number,
    row.name,
    figure(value, row.unit),
    cell(judged, "figure"),
    cell(judged, "floor"),
    cell(judged, "CPython"),
    cell(judged, "peer"),
    wrongItems(judged),
    verdict,
  ];
}

/** All contestants of a group: the median of each figure, and the smallest and the largest. */
export function contestants({ group, heats }: JudgedGroup): string {
  const width = Math.max(...group.contestants.map(({ name }) => name.length));
  return heats
    .flatMap(({ node, performances, others }, index) => [
      (index === 0 ? group.name : `${group.name}, Node ${node}`) +
        (others === undefined ? "" : ` (other programs used ${percent(others)} of the processors)`),
      ...performances.map((performance) =>
        `  ${performance.contestant.name.padEnd(width)}  ${figures(performance).join(", ")}`.trimEnd(),
      ),
    ])
    .join("\n");
}

/** What is known of a contestant. */
export function figures(performance: Performance): string[] {
  const known = METRICS.flatMap((metric) => {
    const series = seriesOf(performance, metric);
    if (series.length === 0 || (metric === "longestWait" && median(series) === 0)) return [];
    const [least, middle, most] = [Math.min(...series), median(series), Math.max(...series)];
    const label = metric === "cost" ? "" : metric === "share" ? "share " : "longest wait ";
    return [
      `${label}${metricFigure(middle, metric)} (${metricFigure(least, metric)} to ${metricFigure(most, metric)})`,
    ];
  });
  const { checked, problem, failed } = performance;
  if (checked) known.push(`${checked.wrong} of ${checked.items} items wrong`);
  return problem === undefined ? known : [...known, `${failed ? "FAILED" : "left out"}: ${problem}`];
}
