import { AGENT_HAS_HOOK, type Agents, Arena, agentsOf } from "@conc/atomics";
import { printError } from "./output.ts";
import type { Thread } from "./thread.ts";

/** What is called with an error that nobody caught in a thread. */
export type Excepthook = (error: unknown, thread: Thread) => void;

let custom: Excepthook | undefined;

/**
 * Sets what happens to an error that a thread did not catch. It never ends the program.
 *
 * A thread asks its own hook first, and if it has none, that of the thread that started it, and so on up to the main thread. There
 * the hook runs as soon as that thread's event loop is free. If none has one, the thread prints `Exception in thread NAME:` and the
 * error itself, at once.
 *
 * @param hook Called with the error and the very `Thread` object. Left out: prints again.
 * @returns The hook that was set before, if one was.
 * @throws {TypeError} If it is not a function.
 */
export function setExcepthook(hook?: Excepthook): Excepthook | undefined {
  if (hook !== undefined && typeof hook !== "function")
    throw new TypeError(`hook must be a function, got ${typeof hook}`);
  const before = custom;
  custom = hook;
  const { agent } = Arena.default;
  const agents = agentsOf(Arena.default);
  agents.flag(agent.id, AGENT_HAS_HOOK, hook !== undefined);
  return before;
}

/** Whether this thread has a hook of its own. */
export function hasExcepthook(): boolean {
  return custom !== undefined;
}

/** The nearest agent with a hook, from the one that started a thread upwards; 0 if there is none. */
export function hookKeeper(agents: Agents, parent: number): number {
  const [main = 0] = agents.ids();
  let id = parent;
  while ((agents.flags(id) & AGENT_HAS_HOOK) === 0) {
    if (id === main) return 0;
    // One that has ended tells no more who started it.
    id = agents.parent(id) || main;
  }
  return id;
}

/** Gives an error of a thread to the hook of this one, or prints it. */
export function reportError(error: unknown, thread: Thread): void {
  if (!custom) {
    printError(`Exception in thread ${thread.name}:`, error);
    return;
  }
  try {
    custom(error, thread);
  } catch (hookError) {
    printError(`Exception in thread ${thread.name}:`, error);
    printError("Exception in excepthook:", hookError);
  }
}
