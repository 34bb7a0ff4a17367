// Figures as they are written.

import type { Checked } from "../contest/arrivals.ts";
import type { Metric, Unit } from "../contest/contestant.ts";
import type { Column, Comparison, JudgedRow } from "./judge.ts";

/** A number with three digits that count. */
export function digits(value: number): string {
  if (Number.isNaN(value)) return "?";
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** A figure with its unit: `17.2 ns`, `0.93 M/s`. */
export function figure(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return "-";
  switch (unit) {
    case "µs":
      return `${digits(value / 1e3)} µs`;
    case "ms":
      return `${digits(value / 1e6)} ms`;
    case "M/s":
      return `${digits(1e3 / value)} M/s`;
    case "ns":
      return `${digits(value)} ns`;
    default:
      return digits(value);
  }
}

/** Nanoseconds in the unit that fits. */
export function duration(nanoseconds: number): string {
  if (nanoseconds >= 1e6) return figure(nanoseconds, "ms");
  return figure(nanoseconds, nanoseconds >= 1e4 ? "µs" : "ns");
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** One metric of a contestant, for the list of all figures. */
export function metricFigure(value: number, metric: Metric): string {
  return metric === "share" ? digits(value) : duration(value);
}

/**
 * A row's comparisons of one column: `1.04 (≤ 1.2)` for so many times the cost of the other, `3.9× (≥ 3)` for so many times as fast.
 */
export function cell({ comparisons }: JudgedRow, column: Column): string {
  return comparisons
    .filter((comparison) => comparison.column === column)
    .map((comparison) => (named(comparison) ? `${comparison.against} ${ratio(comparison)}` : ratio(comparison)))
    .join("; ");
}

/** How many of the items arrived wrong: of the row's own, then of others, with their names. */
export function wrongItems({ row, arrivals }: JudgedRow): string {
  return arrivals
    .map(({ contestant: { name }, checked }) => `${name === row.ours ? "" : `${name} `}${wrongOf(checked as Checked)}`)
    .join("; ");
}

/** As a share only if it is more than a few: `0`, `3`, `98 %`. */
export function wrongOf({ wrong, items }: Checked): string {
  return wrong < items / 100 ? String(wrong) : percent(wrong / items);
}

/** Whether the column does not say already with whom a row is compared. */
function named({ column, against }: Comparison): boolean {
  return column === "peer" || (column === "figure" && against !== "");
}

function ratio({ value, kind, atMost, atLeast }: Comparison): string {
  const mark = atMost !== undefined ? ` (≤ ${bound(atMost)})` : atLeast !== undefined ? ` (≥ ${bound(atLeast)})` : "";
  return `${digits(value)}${kind === "faster" ? "×" : ""}${mark}`;
}

/** A mark, which may be the inverse of a round number. */
function bound(value: number): string {
  return String(Math.round(value * 100) / 100);
}
