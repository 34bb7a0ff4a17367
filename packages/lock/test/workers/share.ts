// What the threads of `share.test.ts` do.
import { AGENT_FOREIGN, Arena, agentsOf, fromHandle, type Handle, toHandle } from "@conc/atomics";
import type { Lock, RLock, Semaphore } from "@conc/lock";

interface Nested {
  readonly locks: Map<string, Lock>;
  readonly list: [Lock, { readonly semaphore: Semaphore }];
}

/** Uses what it finds in a nested value; says which of them are the same object here. */
export function useNested({ locks, list: [lock, { semaphore }] }: Nested): boolean[] {
  lock.release();
  semaphore.release(2);
  return [locks.get("lock") === lock, locks.get("other") === lock];
}

/** Makes a lock, holds it, and sends it back. */
export function makeHeld(Class: "Lock" | "RLock" | "Semaphore"): Promise<object> {
  return import("@conc/lock").then((module) => {
    const lock = new module[Class]();
    lock.acquire();
    return lock;
  });
}

/** Decodes a handle twice; whether that gives the very object that came as an argument. */
export function decode(lock: Lock, handle: Handle): boolean {
  return fromHandle(handle) === lock && fromHandle(JSON.parse(JSON.stringify(toHandle(lock)))) === lock;
}

/** Acquires and releases; says as what this thread takes part in the arena. */
export function whoAmI(lock: Lock | RLock | Semaphore): { id: number; foreign: boolean } {
  lock.acquire();
  lock.release();
  const { agent } = Arena.default;
  const agents = agentsOf(Arena.default);
  return { id: agent.id, foreign: (agents.flags(agent.id) & AGENT_FOREIGN) !== 0 };
}
