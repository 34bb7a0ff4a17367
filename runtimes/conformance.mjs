// Runs all tests on an engine on which vitest does not run, against the built packages. See application/layout.mjs.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layOut } from "./application/layout.mjs";

/** How many files run at once. */
const AT_ONCE = 2;
/** Milliseconds without a word after which a file is taken to hang: more than a test and a hook have. */
const PATIENCE = 45_000;
/** Bytes of memory after which a test is taken to fill all there is, and everybody else's: no test needs a tenth of it. */
const MOST_MEMORY = 6e9;
/** How often a file is begun anew, without what it has done and without the test that hung or crashed. */
const ATTEMPTS = 8;

/**
 * The outcome of every test: `{ file, name, state, error }`, where the state is `pass`, `fail`, `skip`, `hang` or `crash`.
 *
 * @param command What runs a file on the engine.
 * @param filter Only files whose path contains this.
 * @param leftOut Tests that are skipped, as patterns of their file and full name with ` > ` between.
 */
export async function runConformance(command, filter, leftOut) {
  const folder = mkdtempSync(join(tmpdir(), "conc-runtimes-"));
  try {
    const out = leftOut.map((pattern) => new RegExp(pattern));
    const meant = (file) => file.includes(filter) && !out.some((pattern) => pattern.test(file));
    const all = await layOut(folder);
    const files = all.filter(meant);
    const outcomes = all
      .filter((file) => file.includes(filter) && !meant(file))
      .map((file) => ({ file, name: "the whole file", state: "skip" }));
    const next = async () => {
      for (let file = files.shift(); file !== undefined; file = files.shift()) {
        outcomes.push(...(await runFile(folder, command, file, leftOut)));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    return outcomes.sort((one, other) => one.file.localeCompare(other.file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runFile(folder, command, file, leftOut) {
  const results = join(folder, `${file}.ndjson`);
  const done = new Map();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    rmSync(results, { force: true });
    const skipped = [...leftOut, ...[...done.keys()].map((name) => `^${literally(`${file} > ${name}`)}$`)];
    const end = await run(folder, [...command, "run.mjs", file, results, JSON.stringify(skipped)], results);
    const events = eventsOf(results);
    for (const { ended, state, error } of events)
      if (ended !== undefined) record(ended, { state: state ?? "skip", error });
    for (const { unhandled } of events)
      if (unhandled !== undefined) record("outside of any test", { state: "fail", error: unhandled });
    if (events.at(-1)?.complete) break;
    // It broke off in the test that began last; if that one has ended, between two tests, and there is no going on.
    const broken = events.findLast(({ began }) => began !== undefined)?.began;
    const name = broken === undefined || done.has(broken) ? "outside of any test" : broken;
    record(name, { state: end.hung ? "hang" : "crash", error: end.hung ? "" : `${end.how}\n${end.output}` });
    if (name !== broken) break;
  }
  return [...done].map(([name, outcome]) => ({ file, name, ...outcome }));

  function record(name, outcome) {
    if (!done.has(name)) done.set(name, outcome);
  }
}

function literally(text) {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** Runs a command until it ends or says nothing for too long. */
function run(folder, [command, ...args], results) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output = (output + text).slice(-4000);
      });
    }
    let [heard, size] = [Date.now(), 0];
    let stopped;
    const watch = setInterval(() => {
      const now = existsSync(results) ? readFileSync(results).length : 0;
      if (now !== size) [heard, size] = [Date.now(), now];
      if (Date.now() - heard >= PATIENCE) stopped = { hung: true };
      else if (memoryOf(child.pid) > MOST_MEMORY) stopped = { how: "it took all the memory there is" };
      else return;
      clearInterval(watch);
      // The group: whatever the tests started ends with it.
      process.kill(-child.pid, "SIGKILL");
    }, 500);
    child.on("exit", (code, signal) => {
      clearInterval(watch);
      resolve({ hung: false, how: signal ?? `exit code ${code}`, output, ...stopped });
    });
  });
}

/** How much a process holds; 0 if it is gone. */
function memoryOf(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function eventsOf(results) {
  if (!existsSync(results)) return [];
  const lines = readFileSync(results, "utf8").split("\n");
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}
