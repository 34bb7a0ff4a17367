// What a task can know of itself while it runs.

import { type Heap, InvalidStateError } from "@conc/atomics";
import { TASK_CALL } from "./layout.ts";

/** Milliseconds from one look to the next whether a task was called off; nobody else's event loop has to have time for that. */
const LOOK = 10;

/** A task that this worker has begun. */
export class RunningTask {
  readonly #heap: Heap;
  readonly #task: number;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isOver = false;

  constructor(heap: Heap, task: number) {
    this.#heap = heap;
    this.#task = task;
  }

  /** Its signal, as things stand. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      this.#timer = setInterval(() => this.#look(), LOOK);
      this.#timer.unref?.();
    }
    this.#look();
    return this.#controller.signal;
  }

  /** It has ended. */
  end(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  #look(): void {
    const words = this.#heap.reach(this.#task);
    if (this.#isOver || Atomics.load(words, this.#task + TASK_CALL) === 0) return;
    clearInterval(this.#timer);
    this.#controller?.abort();
  }
}

interface Storage {
  run<T>(task: RunningTask, fn: () => T): T;
  getStore(): RunningTask | undefined;
}

let storage: Storage | undefined;
let current: RunningTask | undefined;

/** From now on several tasks may be running at a time: which of them it is that asks is told by the platform. */
export function tellTasksApart(): void {
  const hooks = globalThis.process?.getBuiltinModule?.("node:async_hooks");
  if (hooks) storage = new hooks.AsyncLocalStorage<RunningTask>();
}

/** Begins a task; its end is to be told to it. */
export function inTask<T>(task: RunningTask, fn: () => T): T {
  current = task;
  return storage ? storage.run(task, fn) : fn();
}

/**
 * The signal of the task that is running here: it is aborted when nobody wants the result any more, because the `signal` was aborted that
 * came with the task, or its time is over.
 *
 * A task that does not return to its event loop sees that by calling this again, now and then.
 *
 * @throws {InvalidStateError} Outside of a task of an executor.
 *
 * @example
 * for (const item of items) {
 *   taskSignal().throwIfAborted();
 *   work(item);
 * }
 */
export function taskSignal(): AbortSignal {
  const task = storage ? storage.getStore() : current;
  if (!task) throw new InvalidStateError("taskSignal() is for tasks of an executor, while they run");
  return task.signal;
}
