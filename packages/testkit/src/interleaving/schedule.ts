// What is printed when something went wrong: the operations of the schedule that leads there.

import type { Names } from "./names.ts";
import { NOT_EQUAL, OK, type Operation, PENDING, TIMED_OUT } from "./operation.ts";

/** One line of a schedule. */
export interface Step {
  readonly agent: string;
  /** What was done, or in words what happened. */
  readonly did: Operation | string;
  /** What it returned. */
  readonly result: number;
}

const OUTCOMES = new Map([
  [OK, "is woken"],
  [NOT_EQUAL, "it holds something else"],
  [TIMED_OUT, "the time runs out"],
  [PENDING, "waits"],
]);

/** The steps of a schedule in words; the same step several times in a row is one line. */
export function describe(steps: readonly Step[], names: Names): string[] {
  const lines: { text: string; times: number }[] = [];
  const width = Math.max(0, ...steps.map(({ agent }) => agent.length));
  for (const step of steps) {
    const text = `${step.agent.padEnd(width)}  ${typeof step.did === "string" ? step.did : inWords(step.did, step.result, names)}`;
    const last = lines.at(-1);
    if (last?.text === text) last.times++;
    else lines.push({ text, times: 1 });
  }
  return lines.map(({ text, times }) => (times === 1 ? text : `${text} (${times} times)`));
}

function inWords({ kind, index, a, b }: Operation, result: number, names: Names): string {
  const word = names.word(index);
  const show = (value: number): string => names.value(index, value);
  switch (kind) {
    case "load":
    case "read":
      return `${kind} ${word} = ${show(result)}`;
    case "store":
    case "write":
      return `${kind} ${word} := ${show(a)}`;
    case "compareExchange":
      return `${kind} ${word}: ${show(a)} -> ${show(b)}${result === a ? "" : `, but it is ${show(result)}`}`;
    case "exchange":
      return `${kind} ${word} := ${show(a)}, was ${show(result)}`;
    case "and":
      return `and ${word} ${bits(a) > 16 ? `~${show(~a)}` : show(a)}, was ${show(result)}`;
    case "wait":
    case "waitAsync":
      return `${kind} ${word} while ${show(a)}${result === OK ? "" : `: ${OUTCOMES.get(result)}`}`;
    case "notify":
      return `notify ${word}: wakes ${result}`;
    case "now":
      return `now = ${result}`;
    case "setTimeout":
      return `setTimeout ${a}`;
    case "clearTimeout":
      return "clearTimeout";
    default:
      return `${kind} ${word} ${show(a)}, was ${show(result)}`;
  }
}

function bits(value: number): number {
  return (value >>> 0).toString(2).replaceAll("0", "").length;
}

/** Thrown when a schedule was found that ends badly; the message shows it. */
export class InterleavingError extends Error {
  override readonly name = "InterleavingError";
  /** The steps, a line for each. */
  readonly schedule: readonly string[];

  constructor(problem: string, schedule: readonly string[], cause?: unknown) {
    super(`${problem}\n${schedule.map((line) => `  ${line}`).join("\n")}`, { cause });
    this.schedule = schedule;
  }
}
