// The page `docs/performance.md`, made from a run.

import type { JudgedGroup } from "./judge.ts";
import type { Machine } from "./machine.ts";
import { notes } from "./notes.ts";
import { cells, figures, HEAD } from "./terminal.ts";

export function page(groups: readonly JudgedGroup[], machine: Machine): string {
  return `${[
    "# Performance",
    "What the primitives cost, beside the floor that the platform sets, other packages and CPython's `threading`, all measured in one " +
      "run. This page is written by `npm run bench -- --write`; do not edit it by hand.",
    `Measured on ${machine.date} with Node ${machine.node} (V8 ${machine.v8}) and ${machine.python}, on ${machine.processors}, ` +
      `${machine.memory}, ${machine.system}.`,
    READING,
    markdownTable(
      HEAD,
      groups.flatMap(({ rows }) => rows.map(cells)),
    ),
    "## Notes on this run",
    notes(groups)
      .map((note) => `- ${note}`)
      .join("\n"),
    "## What the rows mean",
    ...groups.filter(({ group }) => group.absent === undefined).map(section),
  ].join("\n\n")}\n`;
}

const READING = `## How to read it

- Absolute figures change from machine to machine and from day to day; ratios do not, or less. Each ratio is the median of the ratios
  within the repetitions, in which all contestants took turns. After a ratio stands its mark.
- **× floor** is how many times the cost of the floor ours is: less is better. The floor of a row is what the platform itself needs
  for the least that could do the job; each section below says what that is. A mark of *at least* (≥), and any figure with ×, is how
  many times as fast as the other ours is: more is better.
- **verdict**: *ok*, the marks are met; *near*, missed by less than such measurements vary (15 %, or 30 % where several threads take
  part); *MISSED*; *FAILED*, a total was wrong or a thread hung. *-*: there was no mark, or nobody to compare with.
- Each contestant has threads of its own, warm before anything counts. Wake-ups are measured between threads that are pinned to
  processors. The C library is told to keep memory that was freed, or large items would measure the system. Totals are checked.
- **wrong items**: how many of the items that were sent through a queue were altered, lost or doubled, of ours and of the others;
  found in a run that is not timed, in which every item is compared.`;

function section({ group, heats, rows }: JudgedGroup): string {
  const meanings = rows.flatMap(({ row }) => (row.meaning === undefined ? [] : [`- ${row.name}: ${row.meaning}`]));
  const list = heats.flatMap(({ node, performances }, index) =>
    performances.map((performance) => [
      performance.contestant.name + (index === 0 ? "" : `, Node ${node}`),
      figures(performance).join(", "),
    ]),
  );
  return [
    `### ${capitalized(group.name)}`,
    group.about,
    meanings.join("\n"),
    markdownTable(["contestant", "median (smallest to largest) per operation"], list),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const write = (line: readonly string[]) => `| ${line.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  return [write(head), `|${"---|".repeat(head.length)}`, ...lines.map(write)].join("\n");
}
