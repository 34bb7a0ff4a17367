import { type AnyFunction, actAsThread, tasks } from "@conc/thread";
import { runChunk } from "./mapping.ts";
import { serve } from "./worker.ts";

/**
 * Makes a worker ready to work for executors: for the module of a worker that the `worker` function of an executor makes. What is
 * submitted must be imported in that module, and registered with `tasks`, under names that no two of its modules have in common.
 *
 * @param classes Of the primitives that arrive there, which a bundler leaves out if all that its code uses are their types.
 * @throws {InvalidStateError} In what is no worker.
 *
 * @example
 * // worker.ts
 * import { actAsWorker } from "@conc/executor";
 * import { Lock } from "@conc/lock";
 * import "./jobs.ts"; // calls tasks(import.meta, { … })
 * actAsWorker(Lock);
 */
export function actAsWorker(...classes: readonly AnyFunction[]): void {
  // Once more, so that no bundler leaves them out.
  tasks(import.meta, { "ThreadPoolExecutor.serve": serve, "ThreadPoolExecutor.runChunk": runChunk });
  actAsThread(...classes);
}
