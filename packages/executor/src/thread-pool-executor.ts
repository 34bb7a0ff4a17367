import {
  agentsOf,
  check,
  checkOptionNames,
  Deadline,
  fromHandle,
  HANDLE,
  type Handle,
  type HandleMaker,
  registerDisposal,
  registerType,
  toHandle,
  waitForEnd,
  waitForEndAsync,
} from "@conc/atomics";
import { type AnyFunction, describeTask, enumerate, type MakeWorker, type ResourceLimits } from "@conc/thread";
import { Desk } from "./desk.ts";
import { disposePool } from "./disposal.ts";
import { Executor, type ShutdownOptions } from "./executor.ts";
import { type Future, futureOf } from "./future.ts";
import { DISPOSAL_OF_POOLS, HOLDERS, SHUT, WITHDRAWN } from "./layout.ts";
import { checkWhole } from "./mapping.ts";
import { type ExecutorStats, POOL, Pool } from "./pool.ts";
import { isStartedFromHere, type Settings, startWith, startWorkers } from "./staffing.ts";
import { checkTaskOptions, type TaskOptions } from "./task-options.ts";
import { watchOver } from "./watching.ts";

/** How to make a pool of threads. */
export interface ThreadPoolExecutorOptions {
  /** How many workers there may be; if left out, as many as processors, and four, but at most 32. */
  readonly maxWorkers?: number | undefined;
  /** What the names of its threads begin with. */
  readonly threadNamePrefix?: string | undefined;
  /** Called in each worker before its first task: registered with `tasks`, or a function that captures nothing. */
  readonly initializer?: AnyFunction | undefined;
  readonly initargs?: readonly unknown[] | undefined;
  /** Limits of the workers' engines, as a thread has them. */
  readonly resourceLimits?: ResourceLimits | undefined;
  /** How many tasks a worker may have begun and not ended, of those that return promises; 1 if left out. */
  readonly concurrentTasksPerWorker?: number | undefined;
  /**
   * Makes a worker, for applications that are bundled: `() => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" })`. The
   * module of the worker calls `actAsWorker`. The executor is for the thread then that made it; in Node, for the main thread.
   */
  readonly worker?: MakeWorker | undefined;
}

const OPTIONS = "maxWorkers, threadNamePrefix, initializer, initargs, resourceLimits, concurrentTasksPerWorker, worker";

let made = 0;

/** The objects that this thread has of pools. */
const executors = new WeakMap<Pool, WeakRef<ThreadPoolExecutor>>();

/** A pool that nobody can submit to any more does what it has, and ends. */
const abandoned = new FinalizationRegistry<Pool>((pool) => {
  if (pool.add(HOLDERS, -1) === 1) pool.shut();
});

let given: Pool | undefined;

/** As its method under a symbol of `@conc/atomics` would be declared in the class. */
export interface ThreadPoolExecutor extends HandleMaker {}

/**
 * A pool of threads that do what is submitted to it.
 *
 * Workers are started when there is something to do and nobody who is free, and used again. A function travels by its name, if it is
 * registered with `tasks`, or as its source, if it captures nothing; arguments and results are copies, but for primitives.
 *
 * A worker that dies costs the tasks that it was doing, which fail with a {@link WorkerDiedError}, and is replaced. A program goes on until
 * what it submitted is done; idle workers do not keep it. Threads that are handed an executor can submit to it as well.
 *
 * A task that waits, blocked, for another one of its own pool may wait for ever.
 *
 * @example
 * using executor = new ThreadPoolExecutor({ maxWorkers: 2 });
 * const future = executor.submit(fibonacci, 30);
 * console.log(future.result()); // or: await future
 *
 * @see CPython `concurrent.futures.ThreadPoolExecutor`; there a thread can not be replaced, nor die alone.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: its method is defined in the static block.
export class ThreadPoolExecutor extends Executor {
  static {
    Object.defineProperty(ThreadPoolExecutor.prototype, HANDLE, {
      value: function (this: ThreadPoolExecutor): Handle {
        if (isStartedFromHere(this.#pool)) {
          throw new TypeError("an executor with a `worker` function is for one thread: the function can not travel");
        }
        return { ...toHandle(this.#pool), type: "ThreadPoolExecutor" };
      },
    });
    Object.defineProperty(ThreadPoolExecutor.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value: function (this: ThreadPoolExecutor): string {
        return this.toString();
      },
    });
  }

  readonly #pool: Pool;

  /**
   * @throws {TypeError} If an option is of the wrong type, unknown, or can not travel.
   * @throws {RangeError} If a number is out of range.
   */
  constructor(options: ThreadPoolExecutorOptions = {}) {
    super();
    this.#pool = given ?? newPool(options);
    this.#pool.add(HOLDERS, 1);
    executors.set(this.#pool, new WeakRef(this));
    abandoned.register(this, this.#pool);
  }

  get [Symbol.toStringTag](): string {
    return "ThreadPoolExecutor";
  }

  /** Names it, the same in all threads that have it, and says how it stands. */
  override toString(): string {
    return this.#pool.toString().replace(POOL, "ThreadPoolExecutor");
  }

  /** How many workers there may be. */
  get maxWorkers(): number {
    return this.#pool.most;
  }

  /** How it stands, and how long tasks waited and took; out of date as soon as read. */
  stats(): ExecutorStats {
    return this.#pool.stats();
  }

  /**
   * Has a worker call `fn(...args)`.
   *
   * @param fn Registered with `tasks`, or a function that captures nothing; it may be async.
   * @returns What will come of it.
   * @throws {TypeError} If function or arguments can not travel; nothing has been submitted then.
   * @throws {InvalidStateError} If the executor was shut down.
   * @throws {BrokenExecutorError} If it is broken.
   */
  override submit<A extends unknown[], R>(fn: (...args: A) => R | PromiseLike<R>, ...args: A): Future<Awaited<R>> {
    check("fn", fn, "function");
    return futureOf(Desk.at(this.#pool).submit(fn, args, 0));
  }

  /**
   * As {@link submit}, with options.
   *
   * @throws {TypeError | RangeError} If an option is wrong or unknown; nothing has been submitted then.
   * @throws The reason of a signal that is aborted already.
   */
  submitWith<A extends unknown[], R>(
    options: TaskOptions,
    fn: (...args: A) => R | PromiseLike<R>,
    ...args: A
  ): Future<Awaited<R>> {
    const { priority, limits, transfer } = checkTaskOptions(options);
    check("fn", fn, "function");
    const desk = Desk.at(this.#pool);
    limits?.signal?.throwIfAborted();
    const core = desk.submit(fn, args, priority);
    if (limits) watchOver(desk, core, limits);
    if (transfer.length > 0) structuredClone(null, { transfer: [...transfer] });
    return futureOf(core);
  }

  /**
   * Takes no more tasks, and ends when those are done that it has taken. May be called again.
   *
   * @param options.wait Whether to block until then, when also its threads have ended.
   * @param options.cancelFutures Whether those are cancelled that nobody has begun.
   * @throws {TypeError} If an option is of the wrong type, or unknown.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
   */
  override shutdown(options: ShutdownOptions = {}): void {
    if (!this.#shut(options)) return;
    for (let worker = this.#lastWorker(); worker !== undefined; worker = this.#lastWorker()) {
      waitForEnd(this.#pool.arena.agent, worker, new Deadline());
    }
  }

  override async shutdownAsync(options: ShutdownOptions = {}): Promise<void> {
    if (!this.#shut(options)) return;
    for (let worker = this.#lastWorker(); worker !== undefined; worker = this.#lastWorker()) {
      await waitForEndAsync(this.#pool.arena.agent, worker, new Deadline());
    }
  }

  /**
   * Ends at once: what nobody has begun is cancelled, the workers are ended wherever they are, and what they were doing fails with a
   * {@link WorkerDiedError}.
   *
   * @returns Resolves once all its threads have ended.
   */
  async terminate(): Promise<void> {
    const pool = this.#pool;
    pool.shut();
    pool.withdraw(WITHDRAWN);
    for (let staff = pool.staff; staff.length > 0; staff = pool.staff) {
      const threads = enumerate().filter(({ ident }) => staff.includes(ident as number));
      await Promise.all(threads.map((thread) => thread.terminate()));
      pool.bury();
    }
    Desk.at(pool).look();
  }

  /** Shuts it; whether to wait for its end. */
  #shut(options: ShutdownOptions): boolean {
    checkOptionNames(options, "wait, cancelFutures");
    const { wait = true, cancelFutures = false } = options;
    check("wait", wait, "boolean");
    check("cancelFutures", cancelFutures, "boolean");
    this.#pool.shut(SHUT);
    if (cancelFutures) this.#pool.withdraw(WITHDRAWN);
    return wait;
  }

  /** A worker that has not ended; starts one if they are all gone and there is still something to do. */
  #lastWorker(): number | undefined {
    const pool = this.#pool;
    pool.bury();
    if (pool.queued > 0 && pool.staff.length === 0) startWorkers(pool, 0);
    const agents = agentsOf(pool.arena);
    const worker = pool.staff.find((id) => agents.isAlive(id));
    if (worker === undefined) Desk.at(pool).look();
    return worker;
  }
}

function newPool(options: ThreadPoolExecutorOptions): Pool {
  checkOptionNames(options, OPTIONS);
  const {
    maxWorkers = Math.min(32, processors() + 4),
    threadNamePrefix = `ThreadPoolExecutor-${made}`,
    initializer,
    initargs = [],
    resourceLimits = {},
    concurrentTasksPerWorker = 1,
    worker,
  } = options;
  checkWhole("maxWorkers", maxWorkers, 1);
  check("threadNamePrefix", threadNamePrefix, "string");
  if (initializer !== undefined) check("initializer", initializer, "function");
  if (!Array.isArray(initargs)) throw new TypeError(`initargs must be an array, got ${typeof initargs}`);
  check("resourceLimits", resourceLimits, "object");
  checkWhole("concurrentTasksPerWorker", concurrentTasksPerWorker, 1);
  if (worker !== undefined) check("worker", worker, "function");
  if (worker !== undefined && options.resourceLimits !== undefined) {
    throw new TypeError("with a `worker` function it is for that to set the limits of the worker");
  }
  const settings: Settings = {
    prefix: threadNamePrefix,
    initializer: initializer && describeTask(initializer),
    initargs,
    resourceLimits,
    concurrency: concurrentTasksPerWorker,
  };
  const pool = new Pool(undefined, maxWorkers);
  pool.settings = settings;
  if (worker) startWith(pool, worker);
  if (threadNamePrefix === `ThreadPoolExecutor-${made}`) made++;
  return pool;
}

function processors(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency: number } };
  return (
    globalThis.process?.getBuiltinModule?.("node:os").availableParallelism() ?? navigator?.hardwareConcurrency ?? 1
  );
}

registerDisposal(DISPOSAL_OF_POOLS, disposePool);
registerType("ThreadPoolExecutor", {
  module: import.meta.url,
  revive(handle) {
    const pool = fromHandle<Pool>({ ...handle, type: POOL });
    const known = executors.get(pool)?.deref();
    if (known) return known;
    given = pool;
    try {
      return new ThreadPoolExecutor();
    } finally {
      given = undefined;
    }
  },
});
