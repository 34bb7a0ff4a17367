// Runs the tests on every engine and prints what works where.
//
//   npm run test:runtimes                          all of them
//   npm run test:runtimes -- "Node 26" Bun         only those whose name contains one of these
//   npm run test:runtimes -- --only packages/lock  only the files whose path contains this
//   npm run test:runtimes -- --all                 also what is known to fail on an engine
//
// Fails only if a version of Node does.

import { parseArgs } from "node:util";
import { runConformance } from "./conformance.mjs";
import { ENGINES, installEngines } from "./engines.mjs";
import { causeOf, knownOn } from "./known.mjs";
import { runSuites } from "./suites.mjs";
import { table } from "./table.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string", default: "" }, all: { type: "boolean", default: false } },
});
const wanted = positionals.map((name) => name.toLowerCase());
const engines = ENGINES.filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.toLowerCase().includes(part)),
);
if (engines.length === 0)
  throw new RangeError(`no engine is called so; there are ${ENGINES.map(({ name }) => name).join(", ")}`);

installEngines();
const runs = [];
for (const engine of engines) {
  console.log(`\n${engine.name} (${engine.version}) …`);
  const started = performance.now();
  const outcomes = await testOn(engine);
  const run = { engine, outcomes, seconds: Math.round((performance.now() - started) / 1000) };
  runs.push(run);
  for (const outcome of outcomes) report(engine, outcome);
  console.log(`  ${outcomes.filter(({ state }) => state === "pass").length} passed in ${run.seconds} s`);
  if (engine.by === "conformance" && !values.only && !values.all) reportStale(engine, outcomes);
}
console.log(`\n${table(runs)}`);
const failed = runs.filter(({ engine, outcomes }) => engine.required && !isGood(outcomes));
for (const { engine } of failed) console.error(`FAILED: ${engine.name}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function testOn({ id, by, command }) {
  if (by === "vitest") return runSuites(command, values.only);
  return runConformance(command, values.only, values.all ? [] : knownOn(id));
}

/** No failure, and something to show for it. */
function isGood(outcomes) {
  return (
    outcomes.some(({ state }) => state === "pass") &&
    outcomes.every(({ state }) => state === "pass" || state === "skip")
  );
}

/** A pattern of a test that there is no longer would hide the next failure that fits it. */
function reportStale({ id }, outcomes) {
  for (const pattern of knownOn(id)) {
    const fits = ({ file, name }) => new RegExp(pattern).test(`${file} > ${name}`);
    if (!outcomes.some(fits)) console.log(`  known.mjs: no test is called "${pattern}"`);
  }
}

function report({ id }, { file, name, state, error }) {
  if (state === "pass" || state === "skip") return;
  const cause = causeOf(id, `${file} > ${name}`);
  console.log(`  ${state}: ${file} > ${name}`);
  if (cause) console.log(`    known: ${cause}`);
  else if (error) console.log(error.trim().split("\n").slice(0, 12).join("\n").replace(/^/gm, "    "));
}
