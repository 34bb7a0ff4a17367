// Compares a row with its marks.

import { type Heat, type Performance, seriesOf } from "../contest/contest.ts";
import type { Group, Mark, Metric, Row } from "../contest/contestant.ts";
import { median, ratioOf } from "../contest/statistics.ts";

/** `near`: beyond the mark, by no more than measurements of this kind vary. `-`: there was nothing to compare with. */
export type Verdict = "ok" | "near" | "MISSED" | "FAILED" | "-";

/** From good to bad. */
const ORDER: readonly Verdict[] = ["-", "ok", "near", "MISSED", "FAILED"];

/** Where in the table a comparison stands; `figure` also for one with another contestant of ours. */
export type Column = "floor" | "peer" | "CPython" | "figure";

/** One row against one mark. */
export interface Comparison {
  readonly column: Column;
  /** With whom; empty for a figure without another. */
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
  /** The row's own and peers, if their items were checked. */
  readonly arrivals: readonly Performance[];
  readonly verdict: Verdict;
  readonly problem: string | undefined;
}

/** A contest with its figures. */
export interface JudgedGroup {
  readonly group: Group;
  /** The first one under this Node, perhaps another one under a newer one; none if the contest is left out. */
  readonly heats: readonly Heat[];
  readonly rows: readonly JudgedRow[];
}

export function judge(group: Group, heats: readonly Heat[]): JudgedGroup {
  return { group, heats, rows: group.rows.map((row) => judgeRow(group, row, heats)) };
}

function judgeRow(group: Group, row: Row, heats: readonly Heat[]): JudgedRow {
  const { metric = "cost" } = row;
  const own = find(heats[0], row.ours);
  const value = median(seriesOf(own, metric));
  const marks = [...row.marks, ...unmarked(row, heats)];
  const comparisons = marks.flatMap((mark): Comparison[] => {
    if (mark.against === undefined) return [judgeFigure(group, mark, value, metric)];
    if (group.contestants.every(({ name }) => name !== mark.against)) {
      throw new Error(`${group.name} has no contestant ${mark.against}`);
    }
    return heats
      .filter((heat) => seriesOf(find(heat, mark.against), metric).length > 0)
      .slice(0, 1)
      .flatMap((heat) => judgeRatio(group, mark, find(heat, row.ours), find(heat, mark.against), metric));
  });
  const arrivals = arrivalsOf(row, marks, heats);
  const verdicts = comparisons.map(({ verdict }) => verdict);
  if (own?.failed || (own?.checked?.wrong ?? 0) > 0) verdicts.push("FAILED");
  return { row, value, comparisons, arrivals, verdict: worst(verdicts), problem: own?.problem };
}

function find(heat: Heat | undefined, name: string | undefined): Performance | undefined {
  return heat?.performances.find(({ contestant }) => contestant.name === name);
}

/** The row's own and the peers that it is compared with, if their items were checked. */
function arrivalsOf(row: Row, marks: readonly Mark[], heats: readonly Heat[]): Performance[] {
  const peers = heats
    .flatMap(({ performances }) => performances)
    .filter(({ contestant }) => contestant.role === "peer" && marks.some(({ against }) => against === contestant.name));
  return [find(heats[0], row.ours), ...peers].filter((each): each is Performance => each?.checked !== undefined);
}

/** Where a row has no mark for a kind of contestant, the best of them is compared all the same. */
function unmarked(row: Row, heats: readonly Heat[]): Mark[] {
  if (row.metric === "share") return [];
  const performances = heats.flatMap((heat) => heat.performances);
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
  own: Performance | undefined,
  other: Performance | undefined,
  metric: Metric,
): Comparison[] {
  const [ours, others] = [seriesOf(own, metric), seriesOf(other, metric)];
  if (!other || ours.length === 0) return [];
  const { name, role } = other.contestant;
  const faster = mark.atLeast !== undefined || (mark.atMost === undefined && role !== "floor");
  const value = faster ? ratioOf(others, ours) : ratioOf(ours, others);
  return [
    {
      ...bounds(mark),
      column: role === "ours" ? "figure" : role,
      against: name,
      kind: faster ? "faster" : "times",
      value,
      verdict: verdictOf(mark, value, group.tolerance),
    },
  ];
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
