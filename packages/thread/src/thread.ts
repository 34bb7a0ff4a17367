import {
  AGENT_BLOCKED,
  AGENT_CANCELLED,
  AGENT_DAEMON,
  AGENT_DEAD,
  AGENT_FOREIGN,
  AGENT_NAME_BYTES,
  AGENT_READY_TO_RUN,
  Arena,
  agentsOf,
  arenaOf,
  checkWait,
  Deadline,
  HANDLE,
  type Handle,
  type HandleMaker,
  InvalidStateError,
  pack,
  registerType,
  type Wait,
  type WaitAsync,
  waitForEnd,
  waitForEndAsync,
} from "@conc/atomics";
import { terminateThread } from "./hosting.ts";
import { checkMayStart, launch } from "./launching.ts";
import type { MakeWorker } from "./made-worker.ts";
import type { Call, Delay, Plan, ResourceLimits } from "./request.ts";
import { defaultStackSize, stackLimit } from "./stack-size.ts";
import { type AnyFunction, describeTask, taskName } from "./tasks.ts";
import { checkOptions, defaultName, type ThreadOptions } from "./thread-options.ts";
import { currentThread, makeViewsWith, rememberStarted, threadOf } from "./threads.ts";

/** Where a thread is in its life: made, started, at work, asleep in a blocking call, ended. */
export type ThreadState = "new" | "ready" | "running" | "blocked" | "dead";

/** A thread that exists already, for which an object is made. */
export class Attachment {
  readonly id: number;
  readonly name: string | undefined;
  /** What `run` calls. */
  readonly target: AnyFunction | undefined;
  readonly args: readonly unknown[];

  constructor(id: number, name: string | undefined, target?: AnyFunction, args: readonly unknown[] = []) {
    this.id = id;
    this.name = name;
    this.target = target;
    this.args = args;
  }
}

/** As its methods under a symbol of `@conc/atomics` would be declared in the class. */
export interface Thread extends HandleMaker {}

/**
 * A thread of its own, running in parallel: a worker thread in Node, Bun and Deno, a module worker in a browser.
 *
 * Threads share no variables: what they share are primitives, passed in `args` or in fields. An error that the target does not
 * catch goes to the excepthook and ends the thread, never the program. However a thread ends, `join` returns.
 *
 * A subclass overrides `run`; it must be registered with `tasks`, and its public fields travel to the new thread (private `#` fields
 * can not). The constructor does not run again there.
 *
 * @example
 * function action(max: number) {
 *   for (let i = 0; i < max; i++) console.log(`${currentThread().name} ${i}`);
 * }
 * tasks(import.meta, { action });
 * if (isMainThread) {
 *   const thread = new Thread({ target: action, args: [100] }).start();
 *   thread.join();
 * }
 *
 * @see CPython `threading.Thread`; there all threads share all objects.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: its method is defined in the static block.
export class Thread {
  static {
    Object.defineProperty(Thread.prototype, HANDLE, {
      value: function (this: Thread): Handle {
        return this.#handle();
      },
    });
    Object.defineProperty(Thread.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value: function (this: Thread): string {
        return this.toString();
      },
    });
    makeViewsWith((id, name) => new (Thread as new (attachment: Attachment) => Thread)(new Attachment(id, name)));
  }

  readonly #target: AnyFunction | undefined;
  readonly #args: readonly unknown[];
  readonly #limits: ResourceLimits;
  readonly #worker: MakeWorker | undefined;
  #id: number | undefined;
  #name: string;
  #daemon: boolean;

  /**
   * @throws {TypeError} If an option is of the wrong type, or unknown.
   * @throws {RangeError} If the stack size is too small.
   */
  constructor(options?: ThreadOptions);
  constructor(options: ThreadOptions | Attachment = {}) {
    if (options instanceof Attachment) {
      const agents = agentsOf(Arena.default);
      this.#id = options.id;
      this.#name = options.name ?? agents.name(options.id) ?? "";
      this.#daemon = (agents.flags(options.id) & (AGENT_DAEMON | AGENT_FOREIGN)) !== 0;
      this.#target = options.target;
      this.#args = options.args;
      this.#limits = {};
      return;
    }
    const {
      target,
      args = [],
      name,
      daemon,
      stackSize: stack = defaultStackSize(),
      resourceLimits = {},
      worker,
    } = checkOptions(options);
    this.#target = target;
    this.#args = args;
    this.#daemon = daemon ?? currentThread().daemon;
    this.#name = name === undefined || name === "" ? defaultName(target) : String(name);
    this.#worker = worker;
    this.#limits = stack === 0 ? resourceLimits : { ...resourceLimits, stackSizeMb: stackLimit(stack) };
  }

  get [Symbol.toStringTag](): string {
    return "Thread";
  }

  /** The thread's name; need not be unique. Other threads see a new name at once, and 128 bytes of it at most. */
  get name(): string {
    if (this.#id !== undefined) this.#name = nameElsewhere(this.#id, this.#name);
    return this.#name;
  }

  set name(name: string) {
    this.#name = String(name);
    if (this.#id !== undefined) agentsOf(Arena.default).rename(this.#id, this.#name);
  }

  /**
   * Whether the program may end without waiting for the thread.
   *
   * @throws {InvalidStateError} When set after `start`.
   */
  get daemon(): boolean {
    return this.#daemon;
  }

  set daemon(daemon: boolean) {
    if (typeof daemon !== "boolean") throw new TypeError(`daemon must be true or false, got ${typeof daemon}`);
    if (this.#id !== undefined) throw new InvalidStateError("daemon can not be changed once a thread has been started");
    this.#daemon = daemon;
  }

  /** A positive integer unlike that of any other living thread; undefined before `start`, kept after the end. */
  get ident(): number | undefined {
    return this.#id;
  }

  /** Whether the thread has been started and has not ended; out of date as soon as read. */
  get isAlive(): boolean {
    return this.#id !== undefined && agentsOf(Arena.default).isAlive(this.#id);
  }

  /** Where the thread is in its life; out of date as soon as read. */
  get state(): ThreadState {
    if (this.#id === undefined) return "new";
    const state = agentsOf(Arena.default).state(this.#id);
    if (state === AGENT_DEAD) return "dead";
    if (state === AGENT_READY_TO_RUN || state === AGENT_CANCELLED) return "ready";
    return state === AGENT_BLOCKED ? "blocked" : "running";
  }

  /**
   * Starts the thread; returns at once, the thread comes up by itself some 20 ms later, also while this one blocks.
   *
   * @returns The thread itself.
   * @throws {InvalidStateError} If it was started before, or from the top level of a module that a thread is just importing.
   * @throws {TypeError} If target, arguments or fields can not be sent to another thread; nothing has been started then.
   */
  start(): this {
    if (this.#id !== undefined) throw new InvalidStateError("a thread can be started only once");
    checkMayStart();
    const id = launch({
      name: this.#name,
      daemon: this.#daemon,
      resourceLimits: this.#limits,
      plan: this.plan(),
      delay: this.delay(),
      worker: this.#worker,
    });
    this.#id = id;
    rememberStarted(this);
    return this;
  }

  /** What the thread does: calls the target. A subclass overrides it. Called directly, it does so in the calling thread. */
  run(): unknown {
    return this.#target?.(...this.#args);
  }

  /**
   * Blocks until the thread has ended, in whatever way.
   *
   * @param options.timeout Longest wait in milliseconds; 0 only looks, left out waits for ever.
   * @returns false if the time ran out first.
   * @throws {InvalidStateError} If it has not been started, or is the calling thread, which would wait for ever.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
   */
  join(options?: Wait): boolean {
    const timeout = checkWait(options);
    return waitForEnd(Arena.default.agent, this.#joinable(), new Deadline(timeout));
  }

  /**
   * As {@link join}, without blocking the thread.
   *
   * @param options.signal Aborts the wait: the promise rejects with `signal.reason`.
   */
  async joinAsync(options?: WaitAsync): Promise<boolean> {
    const timeout = checkWait(options);
    options?.signal?.throwIfAborted();
    return waitForEndAsync(Arena.default.agent, this.#joinable(), new Deadline(timeout), options?.signal);
  }

  /**
   * Ends the thread wherever it is; nothing in it runs any more, not even `finally`. Who acquires next what it
   * holds gets an `OwnerDiedError`; permits of semaphores are lost.
   *
   * @returns Resolves once it has ended.
   * @throws {InvalidStateError} If it has not been started, or was not started by the library.
   */
  async terminate(): Promise<void> {
    const id = this.#started("terminate");
    const flags = agentsOf(Arena.default).flags(id);
    if ((flags & AGENT_FOREIGN) !== 0 || id === mainIdent()) {
      throw new InvalidStateError("only threads that were started with start() can be terminated");
    }
    if (!this.isAlive) return;
    terminateThread(id);
    await waitForEndAsync(Arena.default.agent, id, new Deadline());
  }

  toString(): string {
    const { state } = this;
    const life = state === "new" ? "initial" : state === "dead" ? "stopped" : "started";
    return `Thread(${this.name}, ${life}${this.#daemon ? " daemon" : ""}${this.#id === undefined ? "" : ` ${this.#id}`})`;
  }

  /** What the new thread is to do, as it travels. */
  protected plan(): Plan {
    if (this.run !== Thread.prototype.run) {
      const type = taskName(this.constructor);
      if (!type) {
        const { name } = this.constructor;
        throw new TypeError(
          `the class ${name} overrides run: register it with tasks(import.meta, { ${name} }) in its module`,
        );
      }
      return { kind: "object", type, fields: pack({ ...this }), call: this.#call() };
    }
    return { kind: "call", call: this.#call() };
  }

  /** When it is to be done; undefined for at once. */
  protected delay(): Delay | undefined {
    return undefined;
  }

  #call(): Call | undefined {
    return this.#target && { target: describeTask(this.#target), args: pack({ args: this.#args }) };
  }

  #started(what: string): number {
    if (this.#id === undefined) throw new InvalidStateError(`${what}: the thread has not been started`);
    return this.#id;
  }

  #joinable(): number {
    const id = this.#started("join");
    if (id === Arena.default.agent.id)
      throw new InvalidStateError("a thread can not join itself: it would wait for ever");
    if ((agentsOf(Arena.default).flags(id) & AGENT_FOREIGN) !== 0) {
      throw new InvalidStateError("the library did not start this thread and does not see its end");
    }
    return id;
  }

  #handle(): Handle {
    const id = this.#started("a thread in a message");
    return { type: "Thread", arena: Arena.default.id, offset: id, serial: id, name: this.name };
  }
}

/** The id of the thread in which the arena was made. */
export function mainIdent(): number {
  return agentsOf(Arena.default).ids()[0] as number;
}

function nameElsewhere(id: number, here: string): string {
  const there = agentsOf(Arena.default).name(id);
  // What others see is cut short, where the last character that fits may leave a few bytes free.
  const cut =
    there !== undefined && here.startsWith(there) && new TextEncoder().encode(there).length > AGENT_NAME_BYTES - 4;
  return there === undefined || cut ? here : there;
}

registerType("Thread", {
  module: import.meta.url,
  revive(handle) {
    arenaOf(handle);
    return threadOf(handle.serial, handle.name as string);
  },
});
