// Which async task is running? JavaScript does not say, so a re-entrant lock marks the tasks that hold it: what runs after
// `await lock.acquireAsync()`, and all that it awaits or starts, carries a `Task` in an AsyncLocalStorage.
//
// The difficulty is to mark only that. To enter the storage inside `acquireAsync` would mark the caller of the async function as
// well, who runs on synchronously after its first `await`. So the mark is set later, in the very turn in which the awaiting function
// goes on: a `before` hook of `node:async_hooks` is armed between two microtasks, one queued right before the promise is resolved
// and one right after, so that only what waits for this promise runs in between. The hook has to be on already when the caller
// executes its `await`, too, and costs nothing while it is off.

import type { AsyncLocalStorage } from "node:async_hooks";

/** An async task that acquired a lock. */
export class Task {
  static #last = 0;

  /** Unlike that of any other task of this thread; never 0, which stands for the thread outside of any task. */
  readonly id: number;
  #outer: Task | undefined;
  /** How many locks it holds. A task that holds nothing is no longer told from the one around it. */
  holds = 0;

  constructor(outer: Task | undefined) {
    Task.#last = (Task.#last % (2 ** 31 - 1)) + 1;
    this.id = Task.#last;
    this.#outer = outer;
    // Those that hold nothing any more drop out, or a flow that goes from lock to lock, hand over hand, would drag them all along.
    if (outer) outer.#outer = outer.#outer?.holding;
  }

  /** This task or the nearest one around it that holds something. */
  get holding(): Task | undefined {
    let task: Task | undefined = this;
    while (task !== undefined && task.holds === 0) task = task.#outer;
    return task;
  }

  /** This task or the one around it with this id. */
  find(id: number): Task | undefined {
    let task: Task | undefined = this;
    while (task !== undefined && task.id !== id) task = task.#outer;
    return task;
  }
}

interface Tracking {
  readonly storage: AsyncLocalStorage<Task | undefined>;
  /** Whether the continuation of an `await` can be marked; only Node's hooks do that. */
  readonly marksAwaits: boolean;
  /** Switches the hook on; each call needs one of `drop`. */
  hold(): void;
  drop(): void;
  /** The task whose continuation is about to run. */
  armed: Task | undefined;
}

let tracking: Tracking | undefined;

/** The innermost running task that holds a lock; undefined outside of any. */
export function currentTask(): Task | undefined {
  return tracking?.storage.getStore()?.holding;
}

/** Whether the task after an `await` of an acquire can be known; in Bun, Deno and browsers it can not. */
export function tasksAreTracked(): boolean {
  return tracking?.marksAwaits ?? false;
}

/** Calls `fn` as part of a task. */
export function runAs<T>(task: Task, fn: () => T): T {
  const { storage } = track() ?? {};
  return storage ? storage.run(task, fn) : fn();
}

/**
 * A promise for the result of `work`, such that who awaits it goes on as part of `task`.
 *
 * Only the function that awaits this very promise does: an `async` function in between would catch the mark.
 */
export function deliverTo<T>(task: Task, work: () => Promise<T>): Promise<T> {
  const tracker = track();
  if (!tracker?.marksAwaits) return work();
  const settled = Promise.resolve();
  return new Promise((resolve, reject) => {
    tracker.hold();
    settled.then(() => tracker.drop());
    const deliver = (settle: () => void): void => {
      tracker.hold();
      settled.then(() => {
        tracker.armed = task;
      });
      settle();
      settled.then(() => {
        tracker.armed = undefined;
        tracker.drop();
      });
    };
    work().then(
      (value) => deliver(() => resolve(value)),
      (error) => deliver(() => reject(error)),
    );
  });
}

function track(): Tracking | undefined {
  tracking ??= startTracking();
  return tracking;
}

function startTracking(): Tracking | undefined {
  const hooks = globalThis.process?.getBuiltinModule?.("node:async_hooks");
  if (!hooks) return undefined;
  const { types } = globalThis.process.getBuiltinModule("node:util");
  const storage = new hooks.AsyncLocalStorage<Task | undefined>();
  const { versions } = globalThis.process;
  if ("bun" in versions || "deno" in versions) {
    return { storage, marksAwaits: false, hold() {}, drop() {}, armed: undefined };
  }
  // Before Node 24 a storage that was never entered loses what is entered by a hook.
  storage.enterWith(undefined);
  let users = 0;
  const tracker: Tracking = {
    storage,
    marksAwaits: true,
    armed: undefined,
    hold() {
      if (users++ === 0) hook.enable();
    },
    drop() {
      if (--users === 0) hook.disable();
    },
  };
  const hook = hooks.createHook({
    before() {
      // Only the continuation, a promise: not what it enters in its turn, such as an `AsyncResource`, which would keep the mark.
      if (tracker.armed !== undefined && types.isPromise(hooks.executionAsyncResource()))
        storage.enterWith(tracker.armed);
    },
  });
  return tracker;
}
