// A future comes to one end, and whoever waits for it learns of that: in all interleavings, and when who sets it dies at any step.

import { InvalidStateError, TimeoutError } from "@conc/atomics";
import { CancelledError, Future, WorkerDiedError, waitSync } from "@conc/executor";
import { describe, expect } from "vitest";
import type { AgentOptions, Program } from "../../src/index.ts";
import { holds, undertaker } from "./holds.ts";

interface Promised {
  readonly future: Future<number>;
  readonly other: Future<number>;
}

const share = (): Promised => ({ future: new Future<number>(), other: new Future<number>() });

/** What waiting comes to: RETURNED, or the name of an error. What the value is lies in memory that the checker does not follow. */
const RETURNED = "returned";
const outcome = (error: unknown): string => (error as Error).name;
const waitFor =
  (timeout?: number): Program<Promised> =>
  ({ future }) => {
    try {
      future.result({ timeout });
      return RETURNED;
    } catch (error) {
      return outcome(error);
    }
  };
const waitForAsync =
  (timeout?: number): Program<Promised> =>
  ({ future }) =>
    future.resultAsync({ timeout }).then(() => RETURNED, outcome);
const set =
  (value: number): Program<Promised> =>
  ({ future }) => {
    try {
      future.setResult(value);
      return "set";
    } catch (error) {
      return outcome(error);
    }
  };
const cancel: Program<Promised> = ({ future }) => future.cancel();
const work: Program<Promised> = ({ future }) => {
  if (!future.setRunningOrNotifyCancel()) return "cancelled";
  future.setResult(1);
  return "set";
};

const LATE = new TimeoutError("").name;
const DIED = new WorkerDiedError("").name;
const CANCELLED = new CancelledError("").name;
const INVALID = new InvalidStateError("").name;

describe("a future", () => {
  holds(
    "Future: set while a thread waits",
    { share, agents: { A: set(1), B: waitFor() }, check: (_shared, { B }) => expect(B).toBe(RETURNED) },
    { preemptions: 4 },
  );
  holds(
    "Future: set while a task waits",
    { share, agents: { A: set(1), B: waitForAsync() }, check: (_shared, { B }) => expect(B).toBe(RETURNED) },
    { preemptions: 3 },
  );
  holds(
    "Future: set twice",
    {
      share,
      agents: { A: set(1), B: set(2), C: waitFor() },
      check: (_shared, { A, B, C }) => {
        expect([A, B].sort()).toEqual([INVALID, "set"]);
        expect(C).toBe(RETURNED);
      },
    },
    { preemptions: 2 },
  );
  holds(
    "Future: cancelled as somebody begins to work on it",
    {
      share,
      agents: { A: cancel, B: work, C: waitFor() },
      check: (_shared, { A, B, C }) => {
        expect([
          [true, "cancelled", CANCELLED],
          [false, "set", RETURNED],
        ]).toContainEqual([A, B, C]);
      },
    },
    { preemptions: 2 },
  );
  for (const [who, wait] of Object.entries({ thread: waitFor(5), task: waitForAsync(5) })) {
    holds(
      `Future: time runs out as it is set, of a ${who}`,
      {
        share,
        agents: { A: set(1), B: wait },
        check: ({ future }, { B }) => {
          expect([RETURNED, LATE]).toContain(B);
          expect(future.done).toBe(true);
        },
      },
      { preemptions: 3 },
    );
  }
  holds(
    "Future: a thread that waits for one of two",
    {
      share,
      agents: {
        A: ({ other }) => other.setResult(2),
        B: ({ future, other }) => waitSync([future, other], { returnWhen: "FIRST_COMPLETED" }).done.has(other),
      },
      check: (_shared, { B }) => expect(B).toBe(true),
    },
    { preemptions: 2 },
  );
});

describe("who works on a future dies", () => {
  const { run } = undertaker<Promised>("A");
  // One on whom nobody works will not be done otherwise.
  const U: AgentOptions<Promised> = {
    buries: "A",
    run: (promised, self) => {
      run(promised, self);
      promised.future.cancel();
    },
  };
  for (const [who, wait] of Object.entries({ thread: waitFor(), task: waitForAsync() })) {
    holds(
      `Future: a ${who} that waits learns of it`,
      {
        share,
        agents: { A: { run: work, mortal: true }, B: wait, U },
        check: (_shared, { B }) => expect([RETURNED, DIED, CANCELLED]).toContain(B),
      },
      { preemptions: 2 },
    );
  }
});
