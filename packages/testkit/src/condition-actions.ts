// What the flows of `conditionSuite` and `eventSuite` do by themselves; everything else they are told call by call.
// A module of its own, for the threads import it and must not load vitest.
import { AGENT_FOREIGN, Agents, Arena, endAgent, fromHandle, type Handle, toHandle } from "@conc/atomics";
import type { Condition, Event } from "@conc/condition";
import type { Lock } from "@conc/lock";
import type { Form } from "./form.ts";

/** A shared cell of the actions that counts who is in the section that the condition's lock guards. */
const INSIDE = 0;
/** A shared cell that predicates look at. */
export const LEVEL = 1;

/** How a wait ended. */
export interface Waited<R = boolean> {
  readonly result: R;
  /** In milliseconds, from the moment at which the lock was held. */
  readonly elapsed: number;
  /** Whether the lock was held afterwards, and by nobody else. */
  readonly held: boolean;
}

/** How a wait for a predicate ended. */
export interface WaitedFor extends Waited<unknown> {
  /** Whether the result is the very object that the predicate returned. */
  readonly same: boolean;
  /** How often the predicate was asked. */
  readonly calls: number;
}

/** Cells for the actions, all zero. */
export function makeCells(length = 8): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4));
}

/** How many wait for a condition. */
export function waiting(condition: Condition): number {
  return Number(/(\d+) waiting/.exec(String(condition))?.[1]);
}

/** Acquires, waits once, releases. */
export async function waitOnce(form: Form, condition: Condition, cells: Int32Array, options?: object): Promise<Waited> {
  await form.call(condition, "acquire");
  return waitAndRelease(form, condition, cells, options);
}

async function waitAndRelease(form: Form, condition: Condition, cells: Int32Array, options?: object): Promise<Waited> {
  const start = performance.now();
  const result = await form.call(condition, "wait", options);
  const elapsed = performance.now() - start;
  const held = isHeld(condition, cells);
  condition.release();
  return { result, elapsed, held };
}

/** Acquires, waits until the level is at least `goal`, releases. */
export async function waitForLevel(
  form: Form,
  condition: Condition,
  cells: Int32Array,
  goal: number,
  options?: object,
): Promise<WaitedFor> {
  const reached = ["reached"];
  let calls = 0;
  await form.call(condition, "acquire");
  const start = performance.now();
  const predicate = () => {
    calls++;
    return Atomics.load(cells, LEVEL) >= goal ? reached : 0;
  };
  const result = await form.call(condition, "waitFor", predicate, options);
  const elapsed = performance.now() - start;
  const held = isHeld(condition, cells);
  condition.release();
  return { result, same: result === reached, calls, elapsed, held };
}

/** Waits until a constant is truthy, without the lock. */
export async function waitForTruth(
  form: Form,
  condition: Condition,
  value: unknown,
  options?: object,
): Promise<unknown> {
  return form.call(condition, "waitFor", () => value, options);
}

/** Acquires, waits for a predicate that throws when it is asked for the `times`th time, releases; resolves to what was caught. */
export async function waitForFailure(
  form: Form,
  condition: Condition,
  cells: Int32Array,
  times: number,
): Promise<{ message: string; held: boolean }> {
  let calls = 0;
  await form.call(condition, "acquire");
  try {
    await form.call(condition, "waitFor", () => {
      if (++calls === times) throw new Error(`call ${calls}`);
      return false;
    });
    throw new Error("no error came");
  } catch (error) {
    return { message: (error as Error).message, held: isHeld(condition, cells) };
  } finally {
    condition.release();
  }
}

/** Acquires, notifies, releases; resolves to how many still wait. */
export async function notify(form: Form, condition: Condition, n?: number): Promise<number> {
  await form.call(condition, "acquire");
  condition.notify(n);
  const left = waiting(condition);
  condition.release();
  return left;
}

/** Acquires, notifies one and waits itself, releases. */
export async function notifyAndWait(
  form: Form,
  condition: Condition,
  cells: Int32Array,
  options: object,
): Promise<Waited> {
  await form.call(condition, "acquire");
  condition.notify();
  return waitAndRelease(form, condition, cells, options);
}

/** Raises the level by 1 and notifies, `times` times; others get the lock in between. */
export async function raise(form: Form, condition: Condition, cells: Int32Array, times = 1): Promise<void> {
  for (let time = 0; time < times; time++) {
    await form.call(condition, "acquire");
    Atomics.add(cells, LEVEL, 1);
    condition.notifyAll();
    condition.release();
  }
}

// A ring of items in shared memory, guarded by the condition: its cells, and the slots behind them.
const FIRST = 2;
const FILLED = 3;
const MADE = 4;
const TAKEN = 5;
const SLOTS = 8;

/** Room for a ring of so many slots. */
export function makeRing(slots: number): Int32Array {
  return makeCells(SLOTS + slots);
}

/** Puts items into the ring, each number below `total` once, until all producers together have put all; resolves to its share. */
export async function produce(form: Form, condition: Condition, ring: Int32Array, total: number): Promise<number> {
  const room = ring.length - SLOTS;
  let share = 0;
  for (;;) {
    await form.call(condition, "acquire");
    await form.call(condition, "waitFor", () => read(ring, FILLED) < room || read(ring, MADE) === total);
    const item = read(ring, MADE);
    if (item === total) break;
    ring[SLOTS + ((read(ring, FIRST) + read(ring, FILLED)) % room)] = item;
    ring[FILLED] = read(ring, FILLED) + 1;
    ring[MADE] = item + 1;
    share++;
    condition.notifyAll();
    condition.release();
  }
  condition.release();
  return share;
}

/** Takes items out of the ring, and counts each in `seen`, until all consumers together have taken all; resolves to its share. */
export async function consume(form: Form, condition: Condition, ring: Int32Array, seen: Int32Array): Promise<number> {
  const room = ring.length - SLOTS;
  let share = 0;
  for (;;) {
    await form.call(condition, "acquire");
    await form.call(condition, "waitFor", () => read(ring, FILLED) > 0 || read(ring, TAKEN) === seen.length);
    if (read(ring, TAKEN) === seen.length) break;
    const item = read(ring, SLOTS + read(ring, FIRST));
    ring[FIRST] = (read(ring, FIRST) + 1) % room;
    ring[FILLED] = read(ring, FILLED) - 1;
    ring[TAKEN] = read(ring, TAKEN) + 1;
    seen[item] = read(seen, item) + 1;
    share++;
    condition.notifyAll();
    condition.release();
  }
  condition.release();
  return share;
}

/** Acquires and waits with the async forms, whatever the flow is. */
export async function waitInTask(_form: Form, condition: Condition): Promise<boolean> {
  return condition.runExclusiveAsync(() => condition.waitAsync());
}

/** Whether a condition has this very lock. */
export function sameLock(_form: Form, { lock, condition }: { lock: Lock; condition: Condition }): boolean {
  lock.acquire();
  condition.notify();
  const taken = condition.locked;
  condition.release();
  return taken && !lock.locked && fromHandle(toHandle(condition).lock as Handle) === lock;
}

/** Waits for an event. */
export async function waitForEvent(form: Form, event: Event, options?: object): Promise<Omit<Waited, "held">> {
  const start = performance.now();
  const result = await form.call(event, "wait", options);
  return { result, elapsed: performance.now() - start };
}

/**
 * Waits for two events by turns, each of which is set and cleared at once; resolves to how often that was true. With one event alone,
 * who is let go could pass again before it is cleared.
 */
export async function waitByTurns(form: Form, events: [Event, Event], rounds: number): Promise<number> {
  let times = 0;
  for (let round = 0; round < rounds; round++) if (await form.call(events[round % 2] as Event, "wait")) times++;
  return times;
}

/** Sets an event and clears it at once. */
export function pulse(_form: Form, event: Event): void {
  event.set();
  event.clear();
}

/** Sets an event while it holds a lock, which it keeps. */
export async function setInside(form: Form, lock: object, event: Event): Promise<void> {
  await form.call(lock, "acquire");
  event.set();
}

/** Waits for the event in a message. */
export function waitForNested(form: Form, message: { deep: [{ event: Event }] }): unknown {
  return form.call(message.deep[0].event, "wait");
}

/** Waits for an event, then reads a cell without any further synchronization. */
export async function readAfter(form: Form, event: Event, cells: Int32Array): Promise<number> {
  await form.call(event, "wait");
  return read(cells, 0);
}

/** Who the flow is in the arena. */
export function agentId(): number {
  return Arena.default.agent.id;
}

/** Has agents come and die, and counts them in the first cell, until the second one says that it is enough. */
export function dieOften(_form: Form, cells: Int32Array): void {
  const { agent, heap } = Arena.default;
  const agents = new Agents(heap);
  while (Atomics.load(cells, 1) === 0) {
    endAgent(agent, agents.enlist(agent.id, AGENT_FOREIGN, "mortal"));
    Atomics.add(cells, 0, 1);
  }
}

// Only who holds the lock is here; the moment makes it likely that another one who believes so is seen.
function isHeld(condition: Condition, cells: Int32Array): boolean {
  const before = Atomics.add(cells, INSIDE, 1);
  // Throws if the caller does not hold it.
  condition.notify(0);
  return before === 0 && Atomics.sub(cells, INSIDE, 1) === 1;
}

function read(cells: Int32Array, index: number): number {
  return cells[index] as number;
}
