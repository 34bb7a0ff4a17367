// What the module of a worker calls that somebody else made for us. All that it needs is imported here, for not every bundler makes pieces
// that a worker can load later.

import { check, InvalidStateError } from "@conc/atomics";
import type { Summons } from "./made-worker.ts";
import runOnNode from "./node-runtime.ts";
import { host } from "./platform.ts";
import { bringsItsCode } from "./runtime-state.ts";
import type { AnyFunction } from "./tasks.ts";
import { runWebThread } from "./web-runtime.ts";

interface WebScope {
  readonly document?: unknown;
  addEventListener?(type: "message", listener: (event: { data?: Partial<Summons> }) => void): void;
}

let acting = false;

/**
 * Makes a worker ready to become a thread: for the module of a worker that the `worker` function of a thread makes. What threads are to run
 * there must be imported in that module, and registered with `tasks`, under names that no two of its modules have in common.
 *
 * @param classes Of the primitives that arrive there, which a bundler leaves out if all that its code uses are their types.
 * @throws {InvalidStateError} In what is no worker.
 *
 * @example
 * // worker.ts
 * import { actAsThread } from "@conc/thread";
 * import { Lock } from "@conc/lock";
 * import "./jobs.ts"; // calls tasks(import.meta, { … })
 * actAsThread(Lock);
 */
export function actAsThread(...classes: readonly AnyFunction[]): void {
  for (const each of classes) check("each class", each, "function");
  if (acting) return;
  const node = host();
  const scope = globalThis as unknown as WebScope;
  const port = node?.workerThreads.parentPort;
  if (node ? !port : scope.document !== undefined) {
    throw new InvalidStateError("actAsThread() is for the module of a worker");
  }
  acting = true;
  bringsItsCode();
  if (port) port.once("message", ({ conc, lifeline }: Summons) => lifeline && runOnNode({ request: conc, lifeline }));
  else scope.addEventListener?.("message", ({ data }) => data?.conc?.isSummoned && runWebThread(data.conc));
}
