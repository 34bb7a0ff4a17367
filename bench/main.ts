// Measures what the primitives cost, beside the floor that the platform sets, other packages and CPython, side by side in one run.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Heat, hold } from "./contest/contest.ts";
import type { Group } from "./contest/contestant.ts";
import { BUSY } from "./contest/load.ts";
import { type HeatOrder, heatsOf, holdUnderNewer } from "./contest/newer-node.ts";
import { groups } from "./groups/index.ts";
import { toJson } from "./report/json.ts";
import { type JudgedGroup, judge } from "./report/judge.ts";
import { machine, machineLine } from "./report/machine.ts";
import { notes } from "./report/notes.ts";
import { page } from "./report/page.ts";
import { contestants, table } from "./report/terminal.ts";

const HELP = `npm run bench [-- [options] [filter]]

Runs the contests one of whose rows, or whose name, contains the filter; without one, all: some five minutes.
Other packages that need a newer Node than this one run under Node 24 where that is installed, or under what CONC_NODE24 names.

  --list     names the rows and runs nothing
  --json     writes all figures to bench/results.json
  --write    writes docs/performance.md; needs a whole run
  --patient  repeats contests in which other programs used much of the machine, and keeps the quietest
  --help     shows this`;

/** How often a patient run holds a contest at most: somebody may be at work all day. */
const ATTEMPTS = 2;

// Counted from the bundle, which stands in a folder of its own.
const RESULTS = new URL("../../results.json", import.meta.url);
const PAGE = new URL("../../../docs/performance.md", import.meta.url);

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: "boolean" },
    json: { type: "boolean" },
    write: { type: "boolean" },
    patient: { type: "boolean" },
    help: { type: "boolean" },
    // A part of a run, which a run orders under another Node.
    heat: { type: "string" },
  },
});
const filter = positionals.join(" ").toLowerCase();
const chosen = groups.filter((group) => matches(group.name) || group.rows.some(({ name }) => matches(name)));

if (options.help) console.log(HELP);
else if (options.heat !== undefined) await runHeat(JSON.parse(options.heat));
else if (options.list) list();
else if (options.write && filter) fail("--write needs a whole run: leave the filter out");
else if (chosen.length === 0) fail(`no row contains ${JSON.stringify(filter)}; --list names them`);
else await run();

async function run(): Promise<void> {
  const where = machine();
  console.log(`${machineLine(where)}\n`);
  const judged: JudgedGroup[] = [];
  for (const group of chosen) {
    const result = judge(group, group.absent === undefined ? await heats(group) : []);
    judged.push(result);
    if (group.absent === undefined) console.log(`${contestants(result)}\n`);
  }
  console.log(`${table(judged)}\n`);
  for (const note of notes(judged)) console.log(note);
  if (options.json) writeFileSync(RESULTS, toJson(judged, where));
  if (options.write) writeFileSync(PAGE, page(judged, where));
  const performances = judged.flatMap(({ heats }) => heats.flatMap((heat) => heat.performances));
  if (performances.some(({ failed }) => failed)) process.exitCode = 1;
}

async function heats(group: Group): Promise<Heat[]> {
  const { here, newer } = heatsOf(group);
  const heat = await quietest(() => hold(group, here));
  return newer.length === 0 ? [heat] : [heat, await quietest(() => holdUnderNewer(group, newer))];
}

async function runHeat({ group: name, contestants }: HeatOrder): Promise<void> {
  const group = groups.find((each) => each.name === name) as Group;
  const heat = await hold(
    group,
    group.contestants.filter((contestant) => contestants.includes(contestant.name)),
  );
  process.stdout.write(JSON.stringify(heat));
}

async function quietest(holdHeat: () => Promise<Heat>): Promise<Heat> {
  let best = await holdHeat();
  for (let attempt = 1; attempt < ATTEMPTS && options.patient && disturbance(best) > BUSY; attempt++) {
    const again = await holdHeat();
    if (disturbance(again) < disturbance(best)) best = again;
  }
  return best;
}

function disturbance({ others = 0 }: Heat): number {
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
