// Workers that the application makes by itself, so that a bundler finds their code.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { actAsThread } from "@conc/thread";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ThreadPoolExecutor } from "../src/index.ts";

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conc-bundled-"));
  await build({
    entryPoints: ["main", "worker", "twins", "silent"].map((name) => join(import.meta.dirname, `bundled/${name}.ts`)),
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["@conc/source"],
    logLevel: "error",
    outExtension: { ".js": ".mjs" },
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a scenario of the bundled application printed, once it has ended by itself. */
function run(scenario: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(folder, "main.mjs"), scenario], (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(JSON.parse(stdout));
    });
  });
}

describe("a pool of a bundled application", () => {
  it("does what is registered in the bundle of its workers", async () => {
    expect(await run("works")).toEqual({
      counted: [1, 2, 3],
      cell: 3,
      mapped: [1, 4, 9, 16, 25],
      sent: 2,
      isJobError: true,
      error: "JobError: full",
      missing: expect.stringMatching(/^no module of this worker registered unknown: /),
    });
  });

  it("replaces a worker that dies, and ends with all of them", async () => {
    expect(await run("dies")).toEqual({ died: true, result: 9, workers: 0 });
  });

  it("says which name is registered twice", async () => {
    expect(await run("twins")).toMatch(/^TypeError: several modules of this worker registered square: /);
  });

  it("is broken if its workers do not act as such", async () => {
    expect(await run("silent")).toMatch(/^BrokenExecutorError: .* workers in a row died before they were ready/);
  });

  it("can not be handed to another thread", async () => {
    expect(await run("travels")).toMatch(/^TypeError: an executor with a `worker` function is for one thread/);
  });
});

it("a thread of a bundled application runs in the worker that was made for it", async () => {
  expect(await run("thread")).toEqual({ ended: true, cell: 1 });
});

describe("refused are", () => {
  it.each([
    ["what is no function", { worker: {} }, TypeError],
    ["limits, too", { worker: () => ({}), resourceLimits: {} }, TypeError],
  ])("%s", (_what, options, error) => {
    expect(() => new ThreadPoolExecutor(options as never)).toThrow(error);
  });

  it("a function that makes no worker", () => {
    const executor = new ThreadPoolExecutor({ worker: (() => ({})) as never });
    expect(() => executor.submit((n: number) => n, 1)).toThrow("`worker` must be a function that returns a new Worker");
    executor.shutdown();
  });

  it("what is no worker's module", () => {
    expect(() => actAsThread()).toThrow("actAsThread() is for the module of a worker");
  });
});
