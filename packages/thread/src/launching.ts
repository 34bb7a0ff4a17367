// How a thread is started: what it has to know is put together, and an agent enlisted for it.

import { AGENT_DAEMON, Arena, agentsOf, BlockingNotAllowedError, endAgent, InvalidStateError } from "@conc/atomics";
import { deliver, partsOf, takeBack } from "./delivery.ts";
import { startThread } from "./hosting.ts";
import type { MakeWorker } from "./made-worker.ts";
import type { Plan, StartRequest } from "./request.ts";
import { isImporting } from "./runtime-state.ts";
import { modulesOf } from "./tasks.ts";

/** What is said of a thread when it is started. */
interface Launch extends Pick<StartRequest, "name" | "daemon" | "resourceLimits" | "plan" | "delay"> {
  readonly worker: MakeWorker | undefined;
}

/**
 * Starts a thread.
 *
 * @returns Its id.
 * @throws {TypeError} If something can not be sent to another thread; nothing has been started then.
 */
export function launch({ worker, ...details }: Launch): number {
  const { name, daemon, plan } = details;
  const arena = Arena.default;
  const packed = partsOf(details);
  const id = agentsOf(arena).enlist(arena.agent.id, daemon ? AGENT_DAEMON : 0, name);
  const request: StartRequest = {
    ...details,
    arena: arena.buffer as SharedArrayBuffer,
    agent: id,
    parent: arena.agent.id,
    modules: [...modulesOfPlan(plan), ...packed.flatMap((part) => part.modules)],
    arenas: packed.flatMap((part) => part.arenas),
    delivery: new Int32Array(new SharedArrayBuffer(4)),
    isSummoned: worker !== undefined,
  };
  deliver(request);
  try {
    startThread(request, worker);
  } catch (error) {
    endAgent(arena.agent, id);
    takeBack(id);
    if ((error as Error).name !== "DataCloneError") throw error;
    throw new TypeError(`can not be sent to another thread: ${(error as Error).message}`, { cause: error });
  }
  return id;
}

/** @throws {InvalidStateError | BlockingNotAllowedError} If no thread can be started here and now. */
export function checkMayStart(): void {
  if (isImporting()) {
    throw new InvalidStateError(
      "a thread was started at the top level of a module that a thread is importing: put what only the main thread should do under if (isMainThread)",
    );
  }
  if ((globalThis.process as { _exiting?: boolean } | undefined)?._exiting) {
    throw new InvalidStateError("a thread can not be started while the program is exiting");
  }
  if (Arena.default.buffer instanceof ArrayBuffer) {
    throw new BlockingNotAllowedError(
      "threads need shared memory, which this page does not have: serve it with Cross-Origin-Opener-Policy: same-origin and " +
        "Cross-Origin-Embedder-Policy: require-corp",
    );
  }
}

function modulesOfPlan(plan: Plan): string[] {
  const modules = plan.call ? modulesOf(plan.call.target) : [];
  return plan.kind === "object" ? [plan.type.module, ...modules] : modules;
}
