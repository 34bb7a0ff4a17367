// Runs the tests of one file, on whatever engine this is, and writes a line of JSON for each as soon as it begins and ends:
//
//   node run.mjs packages/lock/test/lock.test.js results.ndjson '["a pattern of full names of tests that are left out"]'

import { appendFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { startTests } from "vitest";

const [file, results, list] = process.argv.slice(2);
const leftOut = JSON.parse(list).map((pattern) => new RegExp(pattern));
const TIMEOUT = 30_000;

const runner = {
  config: {
    root: process.cwd(),
    setupFiles: [],
    name: undefined,
    passWithNoTests: true,
    testNamePattern: undefined,
    allowOnly: true,
    sequence: { shuffle: false, concurrent: false, seed: 1, hooks: "stack", setupFiles: "list" },
    chaiConfig: undefined,
    maxConcurrency: 5,
    testTimeout: TIMEOUT,
    hookTimeout: TIMEOUT,
    retry: 0,
    includeTaskLocation: false,
    tags: [],
    strictTags: false,
  },
  importFile: (path) => import(pathToFileURL(path).href),
  onBeforeRunTask(test) {
    if (leftOut.some((pattern) => pattern.test(`${file} > ${nameOf(test)}`))) test.mode = "skip";
    // Of a test that is skipped there is no end.
    tell(test.mode === "skip" ? { ended: nameOf(test), state: "skip" } : { began: nameOf(test) });
  },
  onAfterRunTask(test) {
    const { state, errors = [] } = test.result ?? {};
    tell({ ended: nameOf(test), state, error: errors[0] && describeError(errors[0]) });
  },
};

process.on("unhandledRejection", (error) => tell({ unhandled: describeError(error) }));

const [ran] = await startTests([{ filepath: resolve(file), testLocations: undefined }], runner);
for (const error of ran.result?.errors ?? []) tell({ unhandled: describeError(error) });
for (const suite of suitesOf(ran)) {
  for (const error of suite.result?.errors ?? []) tell({ unhandled: `${suite.name}: ${describeError(error)}` });
}
tell({ complete: true });
process.exit(0);

function suitesOf(parent) {
  const suites = parent.tasks.filter((task) => task.type === "suite");
  return [...suites, ...suites.flatMap(suitesOf)];
}

function nameOf(task) {
  return task.suite ? `${nameOf(task.suite)} > ${task.name}` : task.name;
}

function describeError(error) {
  return `${error?.name ?? "Error"}: ${error?.message ?? error}\n${error?.stack ?? ""}`;
}

function tell(event) {
  appendFileSync(results, `${JSON.stringify(event)}\n`);
}
