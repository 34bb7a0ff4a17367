// What a program does depends on nothing but what came of the things that it did before. So these are kept as a tree: what was found out
// once about a program is known from then on, without running it again.

import type { Operation } from "./operation.ts";
import { mix, SEED1, SEED2 } from "./simulated-memory.ts";

/** The program waits for an event. */
export const IDLE = "idle";

/** The program has ended. */
export class Ended {
  readonly result: unknown;
  readonly hash1: number;
  readonly hash2: number;

  constructor(result: unknown) {
    this.result = result;
    const text = result instanceof Error ? String(result) : (JSON.stringify(result) ?? "");
    let [hash1, hash2] = [0, 0];
    for (let index = 0; index < text.length; index++) {
      hash1 = mix(hash1, text.charCodeAt(index), SEED1);
      hash2 = mix(hash2, text.charCodeAt(index), SEED2);
    }
    [this.hash1, this.hash2] = [hash1, hash2];
  }
}

const EVENT = { kind: "event", index: 0 } as const;

/** What an agent has learnt since it began. */
export class History {
  /** What the program does now; undefined until it was run that far. */
  next: Operation | Ended | typeof IDLE | undefined;
  readonly before: History | undefined;
  /** The last that was learnt: what came of what `before` does next. */
  readonly result: number;
  readonly length: number;
  // Two numbers that are the same whenever all of it is the same.
  readonly hash1: number;
  readonly hash2: number;
  readonly #after = new Map<number, History>();

  constructor(before?: History, result = 0) {
    this.before = before;
    this.result = result;
    this.length = before ? before.length + 1 : 0;
    this.hash1 = before ? mix(before.hash1, result, SEED1) : 0;
    this.hash2 = before ? mix(before.hash2, result, SEED2) : 0;
  }

  /** This, and then that `result`. */
  and(result: number): History {
    let after = this.#after.get(result);
    if (!after) {
      after = new History(this, result);
      this.#after.set(result, after);
    }
    return after;
  }

  /** What its last result came of. */
  get from(): Pick<Operation, "kind" | "index"> {
    const did = this.before?.next;
    return typeof did === "object" && "kind" in did ? did : EVENT;
  }

  /** All that was learnt, oldest first. */
  get path(): History[] {
    const path = new Array<History>(this.length);
    for (let history: History = this; history.before; history = history.before) path[history.length - 1] = history;
    return path;
  }
}
