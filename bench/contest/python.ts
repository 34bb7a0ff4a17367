// CPython as a contestant: one process, which does on order what `contest.py` names.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { processorFor } from "./affinity.ts";
import type { Contestant } from "./contestant.ts";
import { addPythonTime } from "./load.ts";
import type { Player, Turn } from "./player.ts";

const PYTHON = "python3";
// Counted from the bundle, which stands in a folder of its own.
const SCRIPT = fileURLToPath(new URL("../../contest/contest.py", import.meta.url));

/** Milliseconds after which a repetition counts as hung. */
const PATIENCE = 10_000;

let version: string | undefined;

/** Which Python there is, such as `Python 3.11.7`; empty if there is none. */
export function pythonVersion(): string {
  version ??= spawnSync(PYTHON, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
  return version;
}

/** Why Python can not take part, or undefined if it can. */
export function whyNoPython(): string | undefined {
  return pythonVersion() ? undefined : "python3 is not installed";
}

/** What `contest.py` answers. */
interface Answer {
  /** Nanoseconds. */
  readonly elapsed: number;
  /** How often each thread did the thing, if that was to be found out. */
  readonly counts?: readonly number[];
  /** Nanoseconds of processor time. */
  readonly processor: number;
}

/** A contestant of CPython, in a process of its own. */
export class PythonPlayer implements Player {
  readonly #contestant: Contestant;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  #errors = "";

  constructor(contestant: Contestant) {
    this.#contestant = contestant;
    this.#process = spawn(PYTHON, ["-u", SCRIPT]);
    this.#lines = createInterface({ input: this.#process.stdout });
    this.#process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
  }

  async play(times: number): Promise<Turn> {
    const { python, threads, milliseconds, affinity, operations = 1 } = this.#contestant;
    const answer = await this.#ask({
      name: python?.name,
      ...python?.args,
      ...(milliseconds === undefined ? { times } : { threads, milliseconds }),
      ...(affinity && { processors: [processorFor(affinity, 0), processorFor(affinity, 1)] }),
    });
    const { elapsed, counts, processor } = answer;
    addPythonTime(processor);
    if (!counts) return { elapsed, sample: { cost: elapsed / (times * operations) } };
    const total = counts.reduce((sum, count) => sum + count, 0);
    return { elapsed, sample: { cost: elapsed / total, share: Math.min(...counts) / Math.max(...counts) } };
  }

  async check(): Promise<undefined> {}

  async end(): Promise<void> {
    this.#lines.close();
    this.#process.kill("SIGKILL");
  }

  #ask(order: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`Python ended: ${this.#errors.trim().split("\n").at(-1)}`));
      const timer = setTimeout(() => reject(new Error("hung: Python did not answer")), PATIENCE);
      this.#process.once("close", ended);
      this.#lines.once("line", (line) => {
        clearTimeout(timer);
        this.#process.off("close", ended);
        resolve(JSON.parse(line));
      });
      this.#process.stdin.write(`${JSON.stringify(order)}\n`);
    });
  }
}
