import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Published } from "./published.ts";

/** What a program printed, and how it ended. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** The engine; this test's own if left out. */
  readonly node?: string;
  /** What stands before the file; by default what lets this engine read TypeScript sources. */
  readonly flags?: readonly string[];
  /** Where the program lies in plain JavaScript, which is run instead, without any flags. */
  readonly published?: Published;
  /** Milliseconds after which it does not end by itself. */
  readonly patience?: number;
  /** Milliseconds to rest after each piece of its output. */
  readonly pause?: number;
  /** A file for its output, instead of a pipe. */
  readonly into?: string;
  /** Called with each piece of output. */
  readonly onOutput?: (text: string, child: ChildProcess) => void;
}

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** Has the packages read as source. */
export const SOURCE = "--conditions=@conc/source";
/** Has this engine read TypeScript, in every thread and quickly. */
const TYPESCRIPT = fileURLToPath(import.meta.resolve("@conc/testkit/typescript/preload.cjs"));
const PATIENCE = 25_000;

/** Runs a program of the folder `programs` on its own; one that does not end by itself is an error that shows what it printed. */
export async function runProgram(name: string, options: ProgramOptions = {}): Promise<Outcome> {
  const { args = [], node = process.execPath, flags = [SOURCE, "--require", TYPESCRIPT], published, into } = options;
  const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
  const command = published ? [join(published.folder, `${name}.js`)] : [...flags, file];
  const descriptor = into === undefined ? "pipe" : openSync(into, "w");
  const child = spawn(node, [...command, ...args], { cwd: ROOT, stdio: ["ignore", descriptor, "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    output.stderr += text;
  });
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    output.stdout += text;
    options.onOutput?.(text, child);
    if (!options.pause) return;
    child.stdout?.pause();
    setTimeout(() => child.stdout?.resume(), options.pause);
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${name} ${args.join(" ")} does not end; it printed\n${output.stdout}\n${output.stderr}`));
    }, options.patience ?? PATIENCE);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (typeof descriptor === "number") closeSync(descriptor);
      resolve({ ...output, code, signal });
    });
  });
}
