// Where a thread submits tasks to a pool and hears what became of them. The tasks lie in slabs of its own, and are used again.
//
// A thread that is blocked elsewhere, in whatever wait, looks here each time before it falls asleep. It is woken by each death, and if
// somebody else waits for one of its futures by the end of each task: what others need does not wait for it.

import { agentsOf, Deadline, grantOldest, InvalidStateError, type Waitable, WaitQueue } from "@conc/atomics";
import type { AnyFunction } from "@conc/thread";
import { CANCELLED, DIED, RAISED, RETURNED } from "./core.ts";
import { BrokenExecutorError } from "./errors.ts";
import { Functions } from "./functions.ts";
import {
  CALLED_OFF,
  DESK_ASKS,
  DESK_DONE,
  DESK_LINE,
  DESK_NEXT,
  DESK_OWNER,
  DESK_WORDS,
  DESKS,
  DOOMED,
  HAS_RAISED,
  HAS_RETURNED,
  LOST,
  QUEUED,
  REFUSED,
  SLAB_DESK,
  SLAB_HEAD,
  SLAB_NEXT,
  SLAB_TASKS,
  SLABS,
  SUBMITTED,
  TASK_BEGUN_AT,
  TASK_CALL,
  TASK_DESK,
  TASK_FUNCTION,
  TASK_IN_DONE,
  TASK_LANE,
  TASK_NUMBER,
  TASK_QUEUED_AT,
  TASK_STATE,
  TASK_WORDS,
  TASK_WORKER,
  VACANT,
  WITHDRAWN,
} from "./layout.ts";
import type { Pool } from "./pool.ts";
import { startWorkers, terminateWorker } from "./staffing.ts";
import { TaskCore } from "./task-core.ts";
import { dropValue, readValue, writeValue } from "./task-value.ts";
import { millisecondsBetween, ticksNow } from "./ticks.ts";

const desks = new WeakMap<Pool, Desk>();

/** This thread's business with a pool. */
export class Desk implements Waitable {
  readonly pool: Pool;
  /** The line in which this thread stands while it waits for a task, blocked or not. */
  readonly line: WaitQueue;
  readonly #functions: Functions;
  readonly #place: number;
  /** The futures of tasks that have not come back. */
  readonly #cores = new Map<number, TaskCore>();
  /** Tasks that are not in use. */
  readonly #vacant: number[] = [];
  /** How many futures are not settled. */
  #outstanding = 0;
  #listens = false;
  #willListen = false;
  /** How many deaths of workers have been dealt with, and of how many of all agents this thread knows that no more is to be done. */
  #deaths = 0;
  #knownDeaths = 0;
  /** Futures that other threads have, and such whose time may be over before they are done. */
  readonly #watched = new Set<TaskCore>();
  readonly #chore = (): number => this.#lookWhileBlocked();

  private constructor(pool: Pool) {
    this.pool = pool;
    this.#functions = new Functions(pool);
    this.#place = this.#takeOver() ?? this.#make();
    this.line = new WaitQueue(pool.arena.agent, this.#place + DESK_LINE, this);
  }

  /** This thread's desk at a pool. */
  static at(pool: Pool): Desk {
    const desk = desks.get(pool) ?? new Desk(pool);
    desks.set(pool, desk);
    return desk;
  }

  /**
   * Has the pool do something.
   *
   * @throws {InvalidStateError} If it is shut down.
   * @throws {BrokenExecutorError} If it is broken.
   * @throws {TypeError | RangeError | ArenaFullError} If function or arguments can not travel; nothing has changed then.
   */
  submit(fn: AnyFunction, args: readonly unknown[], priority: number): TaskCore {
    this.#checkOpen();
    const { pool } = this;
    const { arena } = pool;
    const number = this.#functions.numberOf(fn);
    const lane = pool.lane(priority);
    const task = this.vacantTask();
    try {
      writeValue(arena, task, args.length === 0 ? undefined : args);
      startWorkers(pool, 1);
    } catch (error) {
      dropValue(arena, task);
      this.#vacant.push(task);
      throw error;
    }
    return this.post(task, number, lane);
  }

  /** A task that is not in use. */
  vacantTask(): number {
    return this.#vacant.pop() ?? this.#newTask();
  }

  /** Lets the workers have a task with its value in it. */
  post(task: number, fn: number, lane: number): TaskCore {
    const { pool } = this;
    const words = pool.arena.heap.reach(task);
    words[task + TASK_FUNCTION] = fn;
    words[task + TASK_LANE] = lane;
    words[task + TASK_CALL] = 0;
    words[task + TASK_QUEUED_AT] = ticksNow();
    words[task + TASK_NUMBER] = (pool.add(SUBMITTED, 1) + 1) | 0;
    const core = new TaskCore(this, task);
    this.#cores.set(task, core);
    if (this.#outstanding++ === 0) pool.arena.agent.chores.add(this.#chore);
    Atomics.store(words, task + TASK_STATE, QUEUED);
    pool.push(task);
    // Shut in this very moment, and the workers may be gone.
    if (pool.isShut && this.withdraw(core)) this.#checkOpen();
    if (!this.#willListen && !this.#listens) {
      this.#willListen = true;
      // Who waits blocked for it, at once, needs nobody to listen.
      queueMicrotask(() => {
        this.#willListen = false;
        this.#listen();
      });
    }
    return core;
  }

  /** Takes a task from the pool that nobody has begun; whether it was one. */
  withdraw(core: TaskCore): boolean {
    const { arena } = this.pool;
    const { task } = core;
    const words = arena.heap.reach(task);
    if (Atomics.compareExchange(words, task + TASK_STATE, QUEUED, WITHDRAWN) !== QUEUED) return false;
    // It comes back when a worker comes upon it.
    dropValue(arena, task);
    this.#settle(core, CANCELLED);
    return true;
  }

  /** Milliseconds since a task was begun; undefined if it was not. */
  runningFor(task: number): number | undefined {
    const words = this.pool.arena.heap.reach(task);
    return this.isRunning(task) ? millisecondsBetween(words[task + TASK_BEGUN_AT] as number, ticksNow()) : undefined;
  }

  /**
   * Has a future fail at once. If its task is queued, nobody does it; if it is being done that comes to nothing, and the task can learn of
   * it, or its thread is ended.
   */
  callOff(core: TaskCore, reason: unknown, terminates: boolean): void {
    if (core.isSettled) return;
    const { arena } = this.pool;
    const { task } = core;
    const words = arena.heap.reach(task);
    if (Atomics.compareExchange(words, task + TASK_STATE, QUEUED, WITHDRAWN) === QUEUED) {
      dropValue(arena, task);
    } else {
      const call = terminates ? DOOMED : CALLED_OFF;
      const running = Atomics.compareExchange(words, task + TASK_CALL, 0, call) === 0;
      // It has ended: what it came to is on its way here, and counts.
      if (!running) return;
      // A worker that is doomed does nothing else any more.
      if (terminates) terminateWorker(words[task + TASK_WORKER] as number);
    }
    this.#settle(core, RAISED, reason);
  }

  /** Whether somebody works on a task whose future is not settled. */
  isRunning(task: number): boolean {
    const { arena } = this.pool;
    return Atomics.load(arena.heap.reach(task), task + TASK_STATE) < 0;
  }

  /** Sees what has become of the tasks. */
  look(): void {
    if (Atomics.load(this.#words, this.#place + DESK_DONE) !== 0) this.#fetch();
    if (this.#missesWorkers()) this.#mourn();
  }

  /** Sees to a future as soon as something becomes of it, even while this thread is blocked elsewhere. */
  watch(core: TaskCore): void {
    if (!core.isSettled) this.#watched.add(core);
  }

  /** Blocks until `enough`; false if the time ran out first. */
  block(enough: () => boolean, deadline: Deadline): boolean {
    for (;;) {
      this.look();
      if (enough()) return true;
      if (deadline.remaining() === 0 || !this.line.wait(deadline)) {
        this.look();
        return enough();
      }
    }
  }

  // As what this thread waits for.

  get asyncForm(): string {
    return "resultAsync";
  }

  admit(): boolean {
    if (this.#hasNews()) return true;
    Atomics.store(this.#words, this.#place + DESK_ASKS, 1);
    return this.#hasNews();
  }

  changed(): boolean {
    return false;
  }

  passOn(): void {}

  get #words(): Int32Array {
    return this.pool.arena.heap.reach(this.#place);
  }

  #hasNews(): boolean {
    return this.#outstanding === 0 || Atomics.load(this.#words, this.#place + DESK_DONE) !== 0 || this.#missesWorkers();
  }

  /** Whether workers have died since this was last dealt with. */
  #missesWorkers(): boolean {
    const { pool } = this;
    const { deaths } = agentsOf(pool.arena);
    // To look at all workers each time would be dear to who only asks.
    if (deaths === this.#knownDeaths && pool.deaths === this.#deaths) return false;
    this.#knownDeaths = deaths;
    return pool.bury() !== this.#deaths;
  }

  /** What this thread sees to while it is blocked, not here; milliseconds after which it wants to look again. */
  #lookWhileBlocked(): number {
    if (this.#watched.size > 0) Atomics.store(this.#words, this.#place + DESK_ASKS, 1);
    // Others may need what is still to be done, and have nobody to do it.
    this.look();
    let patience = Number.POSITIVE_INFINITY;
    for (const core of [...this.#watched]) patience = Math.min(patience, core.patience);
    return patience;
  }

  /** Waits for news as long as a future is not settled, which keeps the program going. */
  #listen(): void {
    if (this.#listens || this.#outstanding === 0) return;
    this.#listens = true;
    void this.line.waitAsync(new Deadline()).then(() => {
      this.#listens = false;
      this.look();
      this.#listen();
    });
  }

  #settle(core: TaskCore, state: number, value?: unknown): void {
    if (core.isSettled) return;
    core.settle(state, value);
    this.#watched.delete(core);
    if (--this.#outstanding > 0) return;
    this.pool.arena.agent.chores.delete(this.#chore);
    // Who listens for nothing any more would keep the program going.
    if (this.#listens) grantOldest(this.line, Number.POSITIVE_INFINITY);
  }

  /** Takes back the tasks that are done. */
  #fetch(): void {
    const { heap } = this.pool.arena;
    const done: number[] = [];
    let task = Atomics.exchange(this.#words, this.#place + DESK_DONE, 0);
    for (; task !== 0; task = heap.reach(task)[task + TASK_IN_DONE] as number) done.push(task);
    for (let index = done.length - 1; index >= 0; index--) this.#takeBack(done[index] as number);
  }

  #takeBack(task: number): void {
    const core = this.#cores.get(task);
    if (core) {
      this.#cores.delete(task);
      this.#judge(core);
    }
    this.#vacate(task);
  }

  #vacate(task: number): void {
    const { arena } = this.pool;
    dropValue(arena, task);
    Atomics.store(arena.heap.reach(task), task + TASK_STATE, VACANT);
    this.#vacant.push(task);
  }

  /** A task is done: settles its future. */
  #judge(core: TaskCore): void {
    if (core.isSettled) return;
    const { arena } = this.pool;
    const state = Atomics.load(arena.heap.reach(core.task), core.task + TASK_STATE);
    if (state === WITHDRAWN) {
      this.#settle(core, CANCELLED);
    } else if (state === REFUSED) {
      this.#settle(core, RAISED, this.#broken());
    } else {
      try {
        const value = readValue(arena, core.task);
        core.isFromAbroad = true;
        this.#settle(core, state === HAS_RETURNED ? RETURNED : RAISED, value);
      } catch (error) {
        this.#settle(core, RAISED, error);
      }
    }
  }

  /** Workers have died: settles what they leave behind, and has others take their places. */
  #mourn(): void {
    const { pool } = this;
    const { heap } = pool.arena;
    const agents = agentsOf(pool.arena);
    this.#deaths = pool.bury();
    const workerOf = (task: number): number => heap.reach(task)[task + TASK_WORKER] as number;
    const dead = new Set<number>();
    for (const task of this.#cores.keys()) if (!agents.isAlive(workerOf(task))) dead.add(workerOf(task));
    // Whatever they did before they died has arrived after that.
    this.#fetch();
    for (const [task, core] of [...this.#cores]) {
      const state = Atomics.load(heap.reach(task), task + TASK_STATE);
      if (state < 0 && dead.has(-state)) {
        pool.add(LOST, 1);
        this.#settle(core, DIED);
      } else if ((state === HAS_RETURNED || state === HAS_RAISED) && dead.has(workerOf(task))) {
        // It died between the end of the task and telling so.
        this.#judge(core);
      } else {
        // Nor does who withdrew it live to tell; a worker may still come upon it.
        if (state === WITHDRAWN || state === REFUSED) this.#judge(core);
        continue;
      }
      this.#cores.delete(task);
      this.#vacate(task);
    }
    try {
      startWorkers(pool, 0);
    } catch (error) {
      if (pool.staff.length === 0) pool.break(error);
    }
  }

  #checkOpen(): void {
    if (this.pool.isBroken) throw this.#broken();
    if (this.pool.isShut) throw new InvalidStateError("the executor has been shut down, and takes no more tasks");
    // A task would be cut off at once.
    if ((globalThis.process as { _exiting?: boolean } | undefined)?._exiting) {
      throw new InvalidStateError("the executor takes no more tasks: the program is exiting");
    }
  }

  #broken(): BrokenExecutorError {
    const { reason } = this.pool;
    return new BrokenExecutorError(`the executor is broken: ${reason}`, { cause: reason });
  }

  /** The desk of a thread that is gone. */
  #takeOver(): number | undefined {
    const { pool } = this;
    const { heap, agent } = pool.arena;
    for (const desk of pool.blocks(DESKS, DESK_NEXT)) {
      const words = heap.reach(desk);
      const owner = words[desk + DESK_OWNER] as number;
      if (agentsOf(pool.arena).isAlive(owner)) continue;
      if (Atomics.compareExchange(words, desk + DESK_OWNER, owner, agent.id) !== owner) continue;
      for (const slab of pool.blocks(SLABS, SLAB_NEXT))
        if (heap.reach(slab)[slab + SLAB_DESK] === desk) this.#useVacant(slab);
      return desk;
    }
    return undefined;
  }

  #make(): number {
    const { pool } = this;
    const { heap, agent } = pool.arena;
    const desk = pool.allocate(DESK_WORDS);
    heap.reach(desk)[desk + DESK_OWNER] = agent.id;
    pool.publish(DESKS, desk, DESK_NEXT);
    return desk;
  }

  /** Makes a slab of tasks; one of them. */
  #newTask(): number {
    const { pool } = this;
    const { heap } = pool.arena;
    const slab = pool.allocate(SLAB_HEAD + SLAB_TASKS * TASK_WORDS);
    heap.reach(slab)[slab + SLAB_DESK] = this.#place;
    pool.publish(SLABS, slab, SLAB_NEXT);
    this.#useVacant(slab);
    return this.#vacant.pop() as number;
  }

  #useVacant(slab: number): void {
    const words = this.pool.arena.heap.reach(slab);
    for (let number = SLAB_TASKS - 1; number >= 0; number--) {
      const task = slab + SLAB_HEAD + number * TASK_WORDS;
      if (Atomics.load(words, task + TASK_STATE) !== VACANT) continue;
      words[task + TASK_DESK] = words[slab + SLAB_DESK] as number;
      this.#vacant.push(task);
    }
  }
}
