import {
  BY_TASK,
  check,
  checkWait,
  Deadline,
  FREE,
  InvalidStateError,
  LOCK_DEPTH,
  LOCK_TASK,
  NotOwnerError,
  registerClass,
  type WaitAsync,
  type WaitOrTry,
} from "@conc/atomics";
import type { Guard } from "./guard.ts";
import { Lock } from "./lock.ts";
import { currentTask, deliverTo, runAs, Task, tasksAreTracked } from "./task.ts";

const TRY: WaitOrTry = { timeout: 0 };

/**
 * A lock that its owner may acquire again, and that is free after as many releases.
 *
 * The owner is the async task that acquired it with `acquireAsync`, `guardAsync` or `runExclusiveAsync`, together with what that
 * task awaits or starts while it holds; other tasks of the same thread are kept out, also across `await`. What acquires it with
 * the blocking `acquire` outside of such a task is the thread. Only the owner may release. Within one flow stay with one form:
 * `acquireAsync` waits even for what its own thread holds.
 *
 * The task is what awaits the promise of `acquireAsync` itself, and at once. If that is awaited later, through `Promise.all`, or by a helper
 * whose caller goes on, the lock belongs to a task that nobody is, and whoever releases it gets a `NotOwnerError`. A guard of `guardAsync`
 * frees the lock all the same, but nobody enters again; `runExclusiveAsync` may be awaited in any way.
 *
 * In Bun, Deno and browsers nobody can tell which task runs after `await acquireAsync()`: there every async acquire is a task of
 * its own, and re-entering works inside `runExclusiveAsync` only (browsers: not in async code).
 *
 * @example
 * const lock = new RLock();
 * function total(node) {
 *   using guard = lock.guard(); // again at each level
 *   return node.value + node.children.reduce((sum, child) => sum + total(child), 0);
 * }
 *
 * @see CPython `threading.RLock`; there the owner is always the thread.
 */
export class RLock extends Lock {
  override get [Symbol.toStringTag](): string {
    return "RLock";
  }

  /** Whether the calling task (outside of tasks: thread) owns it. */
  get owned(): boolean {
    return this.#isOwnedBy(currentTask());
  }

  /** How many releases the caller owes; 0 if it does not own the lock. */
  get depth(): number {
    return this.owned ? this.#count : 0;
  }

  override tryAcquire(): boolean {
    return this.acquire(TRY);
  }

  // Not `async`: the promise has to reach the caller as it is, see `deliverTo`.
  override acquireAsync(options?: WaitAsync): Promise<boolean> {
    return this.#claim(options, (obtained) => obtained && this.checkSound());
  }

  override guardAsync(options?: WaitAsync): Promise<Guard> {
    return this.#claim(options, (obtained, task) => this.guardOf(obtained, () => this.#releaseAs(task)));
  }

  override async runExclusiveAsync<T>(fn: () => T | Promise<T>): Promise<T> {
    check("fn", fn, "function");
    const task = await this.#claim(undefined, (_obtained, owner) => owner);
    try {
      this.checkSound();
      return await runAs(task, fn);
    } finally {
      this.#releaseAs(task);
    }
  }

  /**
   * Undoes one acquire; the last one frees the lock.
   *
   * @throws {InvalidStateError} If it is not locked.
   * @throws {NotOwnerError} If somebody else owns it; nothing changes then.
   */
  override release(): void {
    const task = currentTask();
    if (task !== undefined || !this.#leave()) this.#releaseAs(task);
  }

  protected override obtain(options?: WaitOrTry): boolean {
    const timeout = checkWait(options);
    const task = currentTask();
    const id = task?.id ?? 0;
    if (this.#isOwnedBy(task)) {
      this.#deepen(1);
      return true;
    }
    const taken = this.tryTake(id) || (timeout > 0 && this.line.wait(new Deadline(timeout), id));
    if (taken && task) task.holds++;
    return taken;
  }

  // Who holds it again knew before.
  protected override checkSound(): boolean {
    return this.#count > 1 || super.checkSound();
  }

  protected override describe(): string {
    return this.locked ? `${super.describe()}, count=${this.#count}` : super.describe();
  }

  // Only its owner may release it.
  override isHopeless(): boolean {
    return true;
  }

  /** The id of the owning task; 0 for the thread that owns it. */
  get #owner(): number {
    const { words, base } = this;
    return (Atomics.load(words, base) & BY_TASK) === 0 ? 0 : (words[base + LOCK_TASK] as number);
  }

  get #count(): number {
    return this.locked ? 1 + (this.words[this.base + LOCK_DEPTH] as number) : 0;
  }

  #deepen(by: number): void {
    (this.words[this.base + LOCK_DEPTH] as number) += by;
  }

  #isOwnedBy(task: Task | undefined): boolean {
    if (!this.mine) return false;
    return this.#owner === 0 ? task === undefined : task?.find(this.#owner) !== undefined;
  }

  // Both short ways read the word plainly, which costs a fraction of `Atomics.load`: that this thread owns the lock only this thread
  // writes there, or one that hands the lock over while this one waits for it. So what says "mine" is true.

  protected override enter(): boolean {
    if (currentTask() !== undefined) return false;
    const { words, base, me } = this;
    if (words[base] === me) {
      (words[base + LOCK_DEPTH] as number)++;
      return true;
    }
    return !this.traced && Atomics.compareExchange(words, base, FREE, me) === FREE;
  }

  /** The short way out. */
  #leave(): boolean {
    const { words, base, me } = this;
    // For who does not own the lock this may be any number, and either way ends in false.
    const depth = words[base + LOCK_DEPTH] as number;
    if (depth === 0) return Atomics.compareExchange(words, base, me, FREE) === me;
    if (words[base] !== me) return false;
    words[base + LOCK_DEPTH] = depth - 1;
    return true;
  }

  /** Obtains for the task that the awaiting function becomes, or again for the one that owns the lock already. */
  #claim<T>(options: WaitAsync | undefined, settle: (obtained: boolean, task: Task) => T): Promise<T> {
    const current = currentTask();
    const owner = this.mine ? current?.find(this.#owner) : undefined;
    const task = owner ?? new Task(current);
    const obtain = async (): Promise<T> => {
      // Checks the options first, so that they are checked even if nobody has to wait.
      checkWait(options);
      options?.signal?.throwIfAborted();
      if (owner) this.#deepen(1);
      else if (await this.obtainAsync(options, task.id)) task.holds++;
      else return settle(false, task);
      return settle(true, task);
    };
    return owner ? obtain() : deliverTo(task, obtain);
  }

  #releaseAs(task: Task | undefined): void {
    if (!this.locked) throw new InvalidStateError("release of an unlocked RLock");
    const owner = task?.find(this.#owner);
    // Where nobody can tell which task is running, any task of the thread may release what one of them acquired.
    if (!this.mine || (owner === undefined && this.#owner !== 0 && tasksAreTracked())) {
      throw new NotOwnerError(`release of an RLock that another ${this.mine ? "task" : "thread"} owns`);
    }
    if ((this.words[this.base + LOCK_DEPTH] as number) > 0) {
      this.#deepen(-1);
      return;
    }
    if (owner) owner.holds--;
    super.release();
  }
}

registerClass("RLock", import.meta.url, RLock);
