import { AGENT_FOREIGN, Arena, agentsOf } from "@conc/atomics";
import { host } from "./platform.ts";
import type { AnyFunction } from "./tasks.ts";
import { mainIdent, Thread } from "./thread.ts";
import { threadOf } from "./threads.ts";

/** Whether this is the program's main thread: false in threads, and in any other worker. */
export const isMainThread: boolean =
  host()?.workerThreads.isMainThread ?? (globalThis as { document?: unknown }).document !== undefined;

/** The `Thread` object of the program's main thread. */
export function mainThread(): Thread {
  return threadOf(mainIdent());
}

/** The identifier of the calling thread, as its `Thread` object's `ident`. */
export function getIdent(): number {
  return Arena.default.agent.id;
}

/**
 * All threads that are alive, the main thread first: those that were started and have not ended, wherever they were started.
 * Workers that the library did not start are not among them.
 */
export function enumerate(): Thread[] {
  const agents = agentsOf(Arena.default);
  return agents
    .ids()
    .filter((id) => agents.isAlive(id) && (agents.flags(id) & AGENT_FOREIGN) === 0)
    .map((id) => threadOf(id));
}

/** How many threads are alive, the main thread included. */
export function activeCount(): number {
  return enumerate().length;
}

/**
 * Starts a thread in the plainest way: no object, no waiting for it; the program may end before it does.
 *
 * @param target As a `Thread`'s.
 * @returns The thread's identifier.
 * @throws As `Thread` and its `start`.
 */
export function startNewThread(target: AnyFunction, args: readonly unknown[] = []): number {
  return new Thread({ target, args, daemon: true }).start().ident as number;
}
