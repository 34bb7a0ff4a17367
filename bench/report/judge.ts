// Compares a row with its marks.

import { type Outcome, type Performance, seriesOf } from "../contest/contest.ts";
import type { Contestant, Group, Mark, Metric, Row } from "../contest/contestant.ts";
import { median, ratioOf } from "../contest/statistics.ts";

/** `near`: beyond the mark, by no more than measurements of this kind vary. `-`: there was nothing to compare with. */
export type Verdict = "ok" | "near" | "MISSED" | "FAILED" | "-";

/** From good to bad. */
const ORDER: readonly Verdict[] = ["-", "ok", "near", "MISSED", "FAILED"];

/** Where in the table a comparison stands. */
export type Column = "floor" | "peer" | "CPython" | "figure";

/** One row against one mark. */
export interface Comparison {
  readonly column: Column;
  /** With whom; empty for a figure. */
  readonly against: string;
  /** `times`: so many times the other's. `faster`: the other's is so many times ours. `figure`: the row's own. */
  readonly kind: "times" | "faster" | "figure";
  readonly value: number;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly verdict: Verdict;
}

/** A row with its figures. */
export interface JudgedRow {
  readonly row: Row;
  /** The median; in nanoseconds, but for `share`. */
  readonly value: number;
  readonly comparisons: readonly Comparison[];
  readonly verdict: Verdict;
  readonly problem: string | undefined;
}

/** A contest with its figures. */
export interface JudgedGroup {
  readonly group: Group;
  readonly performances: readonly Performance[];
  readonly rows: readonly JudgedRow[];
  /** As in `Outcome`. */
  readonly others: number | undefined;
}

export function judge(group: Group, { performances, others }: Outcome): JudgedGroup {
  return { group, performances, others, rows: group.rows.map((row) => judgeRow(group, row, performances)) };
}

function judgeRow(group: Group, row: Row, performances: readonly Performance[]): JudgedRow {
  const { metric = "cost" } = row;
  const find = (name: string) => performances.find(({ contestant }) => contestant.name === name);
  const own = find(row.ours);
  const ours = seriesOf(own, metric);
  const comparisons = [...row.marks, ...unmarked(row, performances)].flatMap((mark): Comparison[] => {
    if (mark.against === undefined) return [judgeFigure(group, mark, median(ours), metric)];
    const other = find(mark.against);
    if (!other) throw new Error(`${group.name} has no contestant ${mark.against}`);
    const others = seriesOf(other, metric);
    return others.length === 0 || ours.length === 0 ? [] : [judgeRatio(group, mark, ours, others, other.contestant)];
  });
  const verdicts = comparisons.map(({ verdict }) => verdict);
  if (own?.failed) verdicts.push("FAILED");
  return { row, value: median(ours), comparisons, verdict: worst(verdicts), problem: own?.problem };
}

/** Where a row has no mark for a kind of contestant, the best of them is compared all the same. */
function unmarked(row: Row, performances: readonly Performance[]): Mark[] {
  if (row.metric === "share") return [];
  const marked = new Set(row.marks.map(({ against }) => against));
  return (["floor", "peer", "CPython"] as const).flatMap((role) => {
    const all = performances.filter(({ contestant }) => contestant.role === role);
    if (all.length === 0 || all.some(({ contestant }) => marked.has(contestant.name))) return [];
    if (role === "CPython" && all.length > 1) return [];
    const best = all
      .map(({ contestant }, index) => ({ contestant, value: median(seriesOf(all[index], row.metric ?? "cost")) }))
      .sort((a, b) => (a.value || Number.POSITIVE_INFINITY) - (b.value || Number.POSITIVE_INFINITY))[0];
    return best && best.value > 0 ? [{ against: best.contestant.name }] : [];
  });
}

function judgeRatio(
  group: Group,
  mark: Mark,
  ours: readonly number[],
  others: readonly number[],
  { name, role }: Contestant,
): Comparison {
  const faster = mark.atLeast !== undefined || (mark.atMost === undefined && role !== "floor");
  const value = faster ? ratioOf(others, ours) : ratioOf(ours, others);
  return {
    ...bounds(mark),
    column: role as Column,
    against: name,
    kind: faster ? "faster" : "times",
    value,
    verdict: verdictOf(mark, value, group.tolerance),
  };
}

function judgeFigure(group: Group, mark: Mark, value: number, metric: Metric): Comparison {
  // Marks for times are in milliseconds, the figures in nanoseconds.
  const inUnit = metric === "longestWait" ? value / 1e6 : value;
  return {
    ...bounds(mark),
    column: "figure",
    against: "",
    kind: "figure",
    value: inUnit,
    verdict: verdictOf(mark, inUnit, group.tolerance),
  };
}

function bounds({ atMost, atLeast }: Mark): { atMost?: number; atLeast?: number } {
  return { ...(atMost !== undefined && { atMost }), ...(atLeast !== undefined && { atLeast }) };
}

function verdictOf({ atMost, atLeast }: Mark, value: number, tolerance: number): Verdict {
  if (Number.isNaN(value) || (atMost === undefined && atLeast === undefined)) return "-";
  const beyond = Math.max(atMost === undefined ? 0 : value / atMost, atLeast === undefined ? 0 : atLeast / value);
  if (beyond <= 1) return "ok";
  return beyond <= tolerance ? "near" : "MISSED";
}

function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce((a, b) => (ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b), "-");
}
