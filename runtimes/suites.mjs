// Runs all tests with vitest on a version of Node, from the sources, as `npm test` does.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { root } from "../scripts/workspace.mjs";

/** Milliseconds after which a run is taken to hang: a test that blocks its thread for ever can not be timed out from within. */
const PATIENCE = 600_000;

/** The outcome of every test, as `runConformance` has it. */
export async function runSuites(command, filter) {
  const folder = mkdtempSync(join(tmpdir(), "conc-runtimes-"));
  const file = join(folder, "results.json");
  try {
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    // The other one tells of errors that no test caught.
    const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${file}`];
    const args = [vitest, "run", ...reporters, ...(filter ? [filter] : [])];
    const { how, output } = await run([...command, ...args]);
    const outcomes = outcomesIn(file);
    const failed = outcomes.some(({ state }) => state === "fail");
    // A run can fail without a failed test: a file that does not load, an error that no test caught.
    if (how !== "exit code 0" && !failed)
      outcomes.push({ file: "", name: "outside of any test", state: "fail", error: `${how}\n${errorsIn(output)}` });
    return outcomes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run([command, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output = (output + text).slice(-4000);
      });
    }
    const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), PATIENCE);
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      resolve({ how: signal ?? `exit code ${code}`, output });
    });
  });
}

/** What vitest says of errors outside of tests, or all that there is. */
function errorsIn(output) {
  const start = output.search(/Unhandled|Error:/);
  return start < 0 ? output : output.slice(start);
}

function outcomesIn(file) {
  let results;
  try {
    results = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return [];
  }
  return results.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const path = relative(root, name);
    const states = { passed: "pass", failed: "fail" };
    const outcomes = assertionResults.map(({ ancestorTitles, title, status, failureMessages }) => ({
      file: path,
      name: [...ancestorTitles, title].join(" > "),
      state: states[status] ?? "skip",
      error: failureMessages?.[0],
    }));
    const loaded = status === "passed" || outcomes.some(({ state }) => state === "fail");
    return loaded
      ? outcomes
      : [...outcomes, { file: path, name: "outside of any test", state: "fail", error: message }];
  });
}
