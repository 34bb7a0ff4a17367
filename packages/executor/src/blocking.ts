import { type Agent, type Deadline, NODE_STATE, park, SIGNALLED } from "@conc/atomics";
import type { Future } from "./future.ts";

/**
 * Blocks until one of several futures is done; false if the time ran out first.
 *
 * This thread stands in all their lines, each time with a waiter as tasks have one: who lets one of them go wakes a blocked thread, too.
 */
export function blockUntilAny(futures: readonly Future<any>[], deadline: Deadline): boolean {
  const [first] = futures;
  if (first === undefined) return false;
  const { agent } = first.line;
  agent.mayBlock(first.asyncForm);
  const standing = [];
  try {
    for (const line of new Set(futures.map((future) => future.line))) {
      const waiter = agent.open();
      if (line.join(waiter, 0)) {
        agent.close(waiter);
        return true;
      }
      standing.push({ line, waiter });
    }
    for (;;) {
      agent.self.begin(0);
      if (futures.some(({ done }) => done)) return true;
      const remaining = Math.min(deadline.remaining(), ...futures.map(({ patience }) => patience));
      if (deadline.remaining() === 0) return false;
      // Who ends one after this thread has said that it is blocked wakes it; whoever did so before is seen here.
      park(agent, remaining, () => {
        if (futures.some(({ done }) => done)) stayAwake(agent);
      });
    }
  } finally {
    for (const { line, waiter } of standing) {
      line.leave(waiter);
      agent.close(waiter);
    }
  }
}

function stayAwake({ heap, self: { node } }: Agent): void {
  Atomics.store(heap.reach(node), node + NODE_STATE, SIGNALLED);
}
