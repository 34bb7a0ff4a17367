// A worker of a pool. It takes one task after the other; while there is none it sleeps, blocked, for so it is awake soonest. Only while
// something else is going on in its event loop, a timer or a request that a task has left behind, or a task that is not done, it waits there.

import { Deadline, endIfDead, Spin } from "@conc/atomics";
import { type AnyFunction, importAll, modulesOf, resolveTask, tasks } from "@conc/thread";
import { Functions } from "./functions.ts";
import {
  DOOMED,
  HAS_RAISED,
  HAS_RETURNED,
  OVER,
  STILLBORN,
  TASK_BEGUN_AT,
  TASK_CALL,
  TASK_FUNCTION,
  TASK_QUEUED_AT,
  TASK_STATE,
  WORKER_AGENT,
  WORKER_DONE,
  WORKER_FAILED,
  WORKER_TIMES,
} from "./layout.ts";
import { BUSY, FREE_FOR_MORE, type Pool } from "./pool.ts";
import { inTask, RunningTask, tellTasksApart } from "./running-task.ts";
import type { Settings } from "./staffing.ts";
import { dropValue, modulesOfValue, readValue, writeValue } from "./task-value.ts";
import { millisecondsBetween, ticksNow } from "./ticks.ts";
import { STEPS, stepOf } from "./times.ts";
import { turn } from "./turn.ts";

/** Milliseconds after which the event loop has its turn, though there are more tasks. */
const TURN = 5;

/** How often a worker looks that looks for long for the next task: for as long as it takes its thread to hear of the last one. */
const LONG_LOOK = 16_000;

/** Milliseconds to wait to be terminated. */
const PATIENCE = 1000;

/** The longest interval that timers of the platform can count, or nearly. */
const INTERVAL = 2 ** 30;

/** What a worker's thread does. */
export async function serve(pool: Pool, index: number): Promise<void> {
  pool.write(pool.worker(index) + WORKER_AGENT, pool.arena.agent.id);
  const { initializer, initargs, concurrency } = pool.settings as Settings;
  if (initializer) {
    try {
      await importAll(modulesOf(initializer));
      await resolveTask(initializer)(...initargs);
    } catch (error) {
      pool.break(error);
      throw error;
    }
  }
  if (concurrency > 1) tellTasksApart();
  pool.write(STILLBORN, 0);
  await new Worker(pool, index, concurrency).work();
}
tasks(import.meta, { "ThreadPoolExecutor.serve": serve });

class Worker {
  readonly #pool: Pool;
  readonly #index: number;
  readonly #concurrency: number;
  readonly #functions: Functions;
  readonly #spin = new Spin(LONG_LOOK);
  /** How many tasks have begun and not ended. */
  #begun = 0;
  /** Called when one of them has ended. */
  #onEnd: (() => void) | undefined;
  /** When a task was begun or ended last, and when the event loop had its turn. */
  #now = ticksNow();
  #lastTurn = this.#now;
  #done: number;
  #failed: number;
  /** Where the histograms are. */
  readonly #times: number;

  constructor(pool: Pool, index: number, concurrency: number) {
    this.#pool = pool;
    this.#index = index;
    this.#concurrency = concurrency;
    this.#functions = new Functions(pool);
    // Of who was here before they are gone on with.
    const worker = pool.worker(index);
    this.#done = pool.read(worker + WORKER_DONE);
    this.#failed = pool.read(worker + WORKER_FAILED);
    if (pool.read(worker + WORKER_TIMES) === 0) pool.write(worker + WORKER_TIMES, pool.allocate(2 * STEPS));
    this.#times = pool.read(worker + WORKER_TIMES);
  }

  async work(): Promise<void> {
    const pool = this.#pool;
    this.#report();
    let wasIdle = true;
    for (;;) {
      const { isShut } = pool;
      const task = pool.takeClaimed() || pool.claim();
      if (task !== 0) {
        if (wasIdle) pool.shareWork();
        wasIdle = false;
        this.#begin(task);
        if (this.#begun === this.#concurrency) await this.#end();
        else if (millisecondsBetween(this.#lastTurn, this.#now) > TURN) await this.#turn();
      } else if (isShut) {
        break;
      } else {
        await this.#rest();
        wasIdle = true;
      }
    }
    while (this.#begun > 0) await this.#end();
  }

  /** Waits until there may be another task. */
  async #rest(): Promise<void> {
    // What tasks have left behind in the queue of microtasks comes first.
    await this.#turn();
    const { idle } = this.#pool;
    if (this.#begun === 0 && !isUnderWay()) {
      if (!this.#pool.lookOut(this.#spin)) idle.wait(new Deadline());
    } else {
      await idle.waitAsync(new Deadline());
    }
  }

  /** Lets the event loop have its turn. */
  async #turn(): Promise<void> {
    await turn();
    this.#lastTurn = this.#now = ticksNow();
  }

  /** Resolves when a task has ended. */
  async #end(): Promise<void> {
    // What a task waits for may not keep the thread going.
    const alive = setInterval(() => {}, INTERVAL);
    await new Promise<void>((resolve) => {
      this.#onEnd = resolve;
    });
    clearInterval(alive);
  }

  #begin(task: number): void {
    const { arena } = this.#pool;
    this.#begun++;
    this.#report();
    const words = arena.heap.reach(task);
    this.#now = ticksNow();
    words[task + TASK_BEGUN_AT] = this.#now;
    this.#note(0, (this.#now - (words[task + TASK_QUEUED_AT] as number)) | 0);
    const fn = this.#functions.get(words[task + TASK_FUNCTION] as number);
    const modules = modulesOfValue(arena, task);
    if (typeof fn === "function" && modules.length === 0) this.#run(task, fn);
    else void this.#fetchAndRun(task, fn, modules);
  }

  async #fetchAndRun(
    task: number,
    promised: AnyFunction | Promise<AnyFunction>,
    modules: readonly string[],
  ): Promise<void> {
    try {
      const fn = await promised;
      await importAll(modules);
      this.#run(task, fn);
    } catch (error) {
      dropValue(this.#pool.arena, task);
      this.#finish(task, HAS_RAISED, error);
    }
  }

  #run(task: number, fn: AnyFunction): void {
    const { arena } = this.#pool;
    // Its module may have been a long time coming.
    endIfDead(arena.heap.words, arena.agent.id);
    let result: unknown;
    const running = new RunningTask(arena.heap, task);
    try {
      const args = (readValue(arena, task) ?? []) as unknown[];
      dropValue(arena, task);
      result = inTask(running, () => fn(...args));
    } catch (error) {
      dropValue(arena, task);
      this.#finish(task, HAS_RAISED, error, running);
      return;
    }
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === "function") {
      Promise.resolve(result as PromiseLike<unknown>).then(
        (value) => this.#finish(task, HAS_RETURNED, value, running),
        (error) => this.#finish(task, HAS_RAISED, error, running),
      );
    } else {
      this.#finish(task, HAS_RETURNED, result, running);
    }
  }

  #finish(task: number, state: number, value: unknown, running?: RunningTask): void {
    const { arena } = this.#pool;
    endIfDead(arena.heap.words, arena.agent.id);
    running?.end();
    const outcome = this.#write(task, state, value);
    const words = arena.heap.reach(task);
    this.#now = ticksNow();
    this.#note(STEPS, (this.#now - (words[task + TASK_BEGUN_AT] as number)) | 0);
    // From now on it can not be called off any more.
    if (Atomics.compareExchange(words, task + TASK_CALL, 0, OVER) === DOOMED) dieSoon();
    this.#begun--;
    this.#count(outcome);
    this.#report();
    Atomics.store(words, task + TASK_STATE, outcome);
    this.#pool.done(task);
    this.#onEnd?.();
    this.#onEnd = undefined;
  }

  /** Writes what came of a task, or why that can not be written; what it is then. */
  #write(task: number, state: number, value: unknown): number {
    const { arena } = this.#pool;
    try {
      writeValue(arena, task, value);
      return state;
    } catch (error) {
      try {
        writeValue(arena, task, error);
      } catch {
        // There is no memory left, not even for that: it has failed, and nobody can say why.
      }
      return HAS_RAISED;
    }
  }

  /** Notes a time in a histogram. */
  #note(histogram: number, ticks: number): void {
    const at = this.#times + histogram + stepOf(ticks);
    (this.#pool.arena.heap.reach(at)[at] as number)++;
  }

  #count(outcome: number): void {
    const { base } = this.#pool;
    const worker = base + this.#pool.worker(this.#index);
    const words = this.#pool.arena.heap.reach(worker);
    words[worker + WORKER_DONE] = ++this.#done;
    if (outcome === HAS_RAISED) words[worker + WORKER_FAILED] = ++this.#failed;
  }

  #report(): void {
    this.#pool.report(this.#index, this.#begun < this.#concurrency ? FREE_FOR_MORE : BUSY, this.#begun);
  }
}

/** This thread is about to be terminated, and must not begin anything else. */
function dieSoon(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE);
  // Who wanted that seems to have died before.
  const { process, close } = globalThis as { process?: NodeJS.Process; close?: () => void };
  if (process) process.exit();
  close?.();
}

/** Whether something may be going on in the event loop of this thread. Bun says of all threads that there is nothing. */
function isUnderWay(): boolean {
  const { process } = globalThis;
  return process?.versions?.bun !== undefined || process?.getActiveResourcesInfo?.().length !== 0;
}
