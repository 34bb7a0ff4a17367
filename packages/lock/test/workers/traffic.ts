// Legal traffic: threads and tasks that take locks in all ways but one: nobody waits without end for a lock while it holds a later one.
import { Arena, OwnerDiedError } from "@conc/atomics";
import type { Condition } from "@conc/condition";
import { Lock, type RLock } from "@conc/lock";
import type { Form } from "@conc/testkit/form.ts";

/** How many rounds were driven by those who will die, and who the last of them is. */
export const DRIVEN = 0;
export const MORTAL = 1;

/** Locks in the order in which they may be nested, and a condition whose lock comes last. */
interface Roads {
  readonly locks: readonly (Lock | RLock)[];
  readonly condition: Condition;
}

/** Drives so many rounds, each in another way. */
export async function drive(_form: Form, roads: Roads, rounds: number): Promise<void> {
  const ways = [nested, nested, tried, timed, waited, inTasks, behindTask];
  for (let round = 0; round < rounds; round++) await (ways[random(ways.length)] as (typeof ways)[0])(roads);
}

/** Drives until it dies. */
export async function driveToDeath(roads: Roads, cells: Int32Array): Promise<void> {
  Atomics.store(cells, MORTAL, Arena.default.agent.id);
  for (;;) {
    await drive(undefined as unknown as Form, roads, 1);
    Atomics.add(cells, DRIVEN, 1);
  }
}

/** Goes so many rounds with async forms alone. */
export async function stroll(_form: Form, roads: Roads, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await inTasks(roads);
    await new Promise(setImmediate);
  }
}

/** One after the other, in order. */
function nested({ locks }: Roads): void {
  const held = locks.filter(() => random(2) === 0);
  for (const lock of held) take(lock);
  linger();
  for (const lock of random(2) ? held : held.toReversed()) lock.release();
}

/** Against the order, but only if it is free. */
function tried({ locks }: Roads): void {
  const held = shuffled(locks).filter((lock, index) => take(lock, index === 0 ? undefined : { blocking: false }));
  for (const lock of held) lock.release();
}

/** Against the order, but only for a time. */
function timed({ locks }: Roads): void {
  const held = shuffled(locks).filter((lock, index) =>
    take(lock, index === 0 ? undefined : { timeout: Math.random() / 2 }),
  );
  for (const lock of held) lock.release();
}

/** Waits for a condition for a time, with another lock held, or notifies those who do. */
function waited({ locks, condition }: Roads): void {
  const lock = locks[random(locks.length)] as Lock;
  take(lock);
  take(condition);
  try {
    if (random(2)) condition.wait({ timeout: Math.random() });
    else condition.notifyAll();
  } catch (error) {
    if (!(error instanceof OwnerDiedError)) throw error;
  }
  condition.release();
  lock.release();
}

/** In order, in two async tasks. */
async function inTasks({ locks }: Roads): Promise<void> {
  const walk = async ([lock, ...others]: readonly Lock[]): Promise<void> => {
    if (!lock) return;
    try {
      await lock.runExclusiveAsync(() => walk(others));
    } catch (error) {
      if (!(error instanceof OwnerDiedError)) throw error;
    }
  };
  await Promise.all([1, 2].map(() => walk(locks.filter(() => random(3) === 0))));
}

/** Blocks for what an async task of this thread waits for, too, which may be handed it meanwhile. */
async function behindTask({ locks }: Roads): Promise<void> {
  const { agent } = Arena.default;
  const [first, second] = locks.filter((lock) => lock.constructor === Lock).toSorted(() => random(2) - 1) as [
    Lock,
    Lock,
  ];
  const [held, wanted] = locks.indexOf(first) < locks.indexOf(second) ? [first, second] : [second, first];
  const before = agent.pending;
  take(held);
  const acquired = wanted.acquireAsync().catch(recoverFrom(wanted));
  if (agent.pending > before) {
    take(wanted);
    wanted.release();
  }
  held.release();
  await acquired;
  wanted.release();
}

/** Acquires; puts in order what a dead owner left. */
export function take(lock: Lock | RLock | Condition, options?: object): boolean {
  try {
    return lock.acquire(options);
  } catch (error) {
    return recoverFrom(lock)(error);
  }
}

function recoverFrom(lock: Lock | RLock | Condition): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof OwnerDiedError)) throw error;
    if (lock instanceof Lock) lock.recover();
    return true;
  };
}

/** Now and then so long that the lock is handed over. */
function linger(): void {
  const end = performance.now() + (random(50) === 0 ? 1.5 : 0);
  while (performance.now() < end);
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}
