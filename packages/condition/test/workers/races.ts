// The parts in a race between a notification and the end of a waiter's time. In each round the first waiter, whose time is short, and
// behind it a patient one; they are notified once, at about the moment at which the first one's time runs out.
import type { Condition } from "@conc/condition";
import { waiting } from "@conc/testkit/condition-actions.ts";
import type { Form } from "@conc/testkit/form.ts";

// Cells: what the parts tell each other. The first two count rounds; an outcome is the number of the round, negative for a timeout.
const FIRST_MAY_WAIT = 0;
const SECOND_MAY_WAIT = 1;
const FIRST_OUTCOME = 2;
const SECOND_OUTCOME = 3;
const INSIDE = 4;
/** When the first one's time runs out, in microseconds on a clock that all threads share. */
const RUNS_OUT = 5;

export interface Tally {
  notified: number;
  timedOut: number;
  /** Rounds in which nobody was notified, or both were. */
  wrong: number;
}

/** Waits once in each round; resolves to how often it held the lock afterwards as it should. */
export async function waitInRounds(
  form: Form,
  condition: Condition,
  cells: Int32Array,
  rounds: number,
  who: "first" | "second",
  timeout: number,
): Promise<number> {
  const [mayWait, outcome] = who === "first" ? [FIRST_MAY_WAIT, FIRST_OUTCOME] : [SECOND_MAY_WAIT, SECOND_OUTCOME];
  let held = 0;
  for (let round = 1; round <= rounds; round++) {
    await untilCell(form, cells, mayWait, (value) => value === round);
    await form.call(condition, "acquire");
    if (who === "first") Atomics.store(cells, RUNS_OUT, microseconds() + timeout * 1000);
    const notified = await form.call(condition, "wait", { timeout });
    if (Atomics.add(cells, INSIDE, 1) === 0) held++;
    condition.notify(0);
    Atomics.sub(cells, INSIDE, 1);
    condition.release();
    Atomics.store(cells, outcome, notified ? round : -round);
    Atomics.notify(cells, outcome);
  }
  return held;
}

/** Notifies once in each round, and looks who was notified. */
export async function notifyInRounds(
  form: Form,
  condition: Condition,
  cells: Int32Array,
  rounds: number,
): Promise<Tally> {
  const tally: Tally = { notified: 0, timedOut: 0, wrong: 0 };
  // Follows the moment at which either is as likely: the race is worth something only there.
  let aim = 0;
  for (let round = 1; round <= rounds; round++) {
    let result = 0;
    tell(cells, FIRST_MAY_WAIT, round);
    // The older one first; under load its time may run out before the other one has come.
    await untilTrue(form, () => waiting(condition) === 1 || outcomeOf(cells, FIRST_OUTCOME, round) !== 0);
    tell(cells, SECOND_MAY_WAIT, round);
    await untilTrue(form, () => waiting(condition) === 2 || outcomeOf(cells, FIRST_OUTCOME, round) !== 0);
    await untilTrue(form, () => waiting(condition) >= 1);
    const moment = Atomics.load(cells, RUNS_OUT) + aim + Math.random() * 100 - 50;
    while (((moment - microseconds()) | 0) > 0) if (form.kind === "async") await new Promise(setImmediate);
    await notify(form, condition);
    await untilCell(form, cells, FIRST_OUTCOME, () => {
      result = outcomeOf(cells, FIRST_OUTCOME, round);
      return result !== 0;
    });
    if (result > 0) {
      tally.notified++;
      aim += 10;
      // Then the second one was not, and waits until it is.
      if (waiting(condition) !== 1 || outcomeOf(cells, SECOND_OUTCOME, round) !== 0) tally.wrong++;
      await notify(form, condition);
    } else {
      tally.timedOut++;
      aim -= 10;
    }
    aim = Math.max(-1000, Math.min(1000, aim));
    await untilCell(form, cells, SECOND_OUTCOME, () => outcomeOf(cells, SECOND_OUTCOME, round) !== 0);
    if (outcomeOf(cells, SECOND_OUTCOME, round) < 0) tally.wrong++;
  }
  return tally;
}

async function notify(form: Form, condition: Condition): Promise<void> {
  await form.call(condition, "acquire");
  condition.notify();
  condition.release();
}

/** 1 if the wait of this round ended with a notification, -1 if its time ran out, 0 if it has not ended. */
function outcomeOf(cells: Int32Array, cell: number, round: number): number {
  const outcome = Atomics.load(cells, cell);
  return Math.abs(outcome) === round ? Math.sign(outcome) : 0;
}

function tell(cells: Int32Array, cell: number, value: number): void {
  Atomics.store(cells, cell, value);
  Atomics.notify(cells, cell);
}

async function untilCell(
  form: Form,
  cells: Int32Array,
  cell: number,
  isReached: (value: number) => boolean,
): Promise<void> {
  for (let value = Atomics.load(cells, cell); !isReached(value); value = Atomics.load(cells, cell)) {
    if (form.kind === "blocking") Atomics.wait(cells, cell, value);
    else await new Promise(setImmediate);
  }
}

async function untilTrue(form: Form, isReached: () => boolean): Promise<void> {
  while (!isReached()) {
    if (form.kind === "async") await new Promise(setImmediate);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0.02);
  }
}

/** On the one clock that all threads share in every engine; as a cell keeps it, so what counts is a difference, `| 0`. */
function microseconds(): number {
  return ((performance.timeOrigin + performance.now()) * 1000) | 0;
}
