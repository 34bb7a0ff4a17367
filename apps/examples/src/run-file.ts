// Runs an example as what it is: a program of its own, so that daemons are cut off and exit codes are real.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** As the command `tsx` has it among Node's options, by which a program knows that it runs under tsx. */
const TSX = ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href];

/** What became of a program. */
export interface Outcome {
  /** Of both streams in the order in which it came; empty if it was shown live. */
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
  /** null if it was ended by a signal. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether it had to be ended from here, because it took too long. */
  readonly hung: boolean;
  readonly milliseconds: number;
}

/** How a file is run. */
export interface RunOptions {
  readonly args?: readonly string[];
  /** Shows the output as it comes instead of keeping it. */
  readonly live?: boolean;
  /** Milliseconds after which it counts as hung and is ended. */
  readonly patience?: number;
  /** Node's options that have it read TypeScript; tsx if left out. */
  readonly loader?: readonly string[];
}

/** Runs a file on the source of the packages. */
export function runFile(file: URL, options: RunOptions = {}): Promise<Outcome> {
  const { args = [], live = false, patience = 60_000, loader = TSX } = options;
  const started = performance.now();
  const child = spawn(process.execPath, ["--conditions=@conc/source", ...loader, fileURLToPath(file), ...args], {
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
    stdio: ["ignore", live ? "inherit" : "pipe", live ? "inherit" : "pipe"],
  });
  const kept = { output: "", stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      kept[name] += text;
      kept.output += text;
    });
  }
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, patience);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ ...kept, code, signal, hung, milliseconds: performance.now() - started });
    });
  });
}
