// Measures what the primitives cost, beside the floor that the platform sets, other packages and CPython, side by side in one run.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { hold, type Outcome } from "./contest/contest.ts";
import type { Group } from "./contest/contestant.ts";
import { BUSY } from "./contest/load.ts";
import { groups } from "./groups/index.ts";
import { toJson } from "./report/json.ts";
import { type JudgedGroup, judge } from "./report/judge.ts";
import { machine, machineLine } from "./report/machine.ts";
import { notes } from "./report/notes.ts";
import { page } from "./report/page.ts";
import { contestants, table } from "./report/terminal.ts";

const HELP = `npm run bench [-- [options] [filter]]

Runs the contests one of whose rows, or whose name, contains the filter; without one, all: some three minutes.

  --list     names the rows and runs nothing
  --json     writes all figures to bench/results.json
  --write    writes docs/performance.md; needs a whole run
  --patient  repeats contests in which other programs used much of the machine, and keeps the quietest
  --help     shows this`;

/** How often a patient run holds a contest at most: somebody may be at work all day. */
const ATTEMPTS = 2;

// Counted from the bundle, which stands in a folder of its own.
const RESULTS = new URL("../results.json", import.meta.url);
const PAGE = new URL("../../docs/performance.md", import.meta.url);

const NOBODY: Outcome = { performances: [], others: undefined };

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: "boolean" },
    json: { type: "boolean" },
    write: { type: "boolean" },
    patient: { type: "boolean" },
    help: { type: "boolean" },
  },
});
const filter = positionals.join(" ").toLowerCase();
const chosen = groups.filter((group) => matches(group.name) || group.rows.some(({ name }) => matches(name)));

if (options.help) console.log(HELP);
else if (options.list) list();
else if (options.write && filter) fail("--write needs a whole run: leave the filter out");
else if (chosen.length === 0) fail(`no row contains ${JSON.stringify(filter)}; --list names them`);
else await run();

async function run(): Promise<void> {
  const where = machine();
  console.log(`${machineLine(where)}\n`);
  const judged: JudgedGroup[] = [];
  for (const group of chosen) {
    const result = judge(group, group.absent === undefined ? await outcomeOf(group) : NOBODY);
    judged.push(result);
    if (group.absent === undefined) console.log(`${contestants(result)}\n`);
  }
  console.log(`${table(judged)}\n`);
  for (const note of notes(judged)) console.log(note);
  if (options.json) writeFileSync(RESULTS, toJson(judged, where));
  if (options.write) writeFileSync(PAGE, page(judged, where));
  if (judged.some(({ performances }) => performances.some(({ failed }) => failed))) process.exitCode = 1;
}

async function outcomeOf(group: Group): Promise<Outcome> {
  let quietest = await hold(group);
  for (let attempt = 1; attempt < ATTEMPTS && options.patient && disturbance(quietest) > BUSY; attempt++) {
    const again = await hold(group);
    if (disturbance(again) < disturbance(quietest)) quietest = again;
  }
  return quietest;
}

function disturbance({ others = 0 }: Outcome): number {
  return others;
}

function list(): void {
  for (const group of chosen) {
    console.log(group.name);
    for (const { number, name } of group.rows) console.log(`  ${number.padStart(2)}  ${name}`);
  }
}

function matches(name: string): boolean {
  return name.toLowerCase().includes(filter);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
