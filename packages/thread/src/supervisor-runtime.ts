// What the hidden worker runs that supervises threads once the main thread has blocked.

import type { MessagePort } from "node:worker_threads";
import { AGENT_SELF, Arena, agentsOf, NODE_STATE, notify } from "@conc/atomics";
import type { Message } from "./request.ts";
import { type Lifeline, Supervisor } from "./supervisor.ts";

/** Milliseconds after which the main thread is woken again that has not done what it was asked for. */
const INSIST = 5;

interface SupervisorData {
  readonly arena: SharedArrayBuffer;
  readonly agent: number;
  readonly main: number;
  /** See `Supervisor`. */
  readonly ordered: Int32Array;
  /** The way to the main thread. */
  readonly port: MessagePort;
}

/** What the main thread hands over. */
type Order =
  | { readonly type: "watch"; readonly lifeline: Lifeline }
  | { readonly type: "bury"; readonly id: number; readonly parent: number };

/** Takes over from the main thread. */
export default function supervise({ arena: buffer, agent: id, main, ordered, port }: SupervisorData): void {
  const arena = Arena.adopt(buffer, id);
  const { agent } = arena;
  const agents = agentsOf(arena);

  // Only who started a worker can terminate it, and the main thread may be asleep. Before it falls asleep it looks what was
  // ordered; as it may be between the two, once is not enough to wake it.
  const insist = (thread: number): void => {
    if (!agents.isAlive(thread)) return;
    Atomics.compareExchange(ordered, 0, 0, thread);
    notify(agent, agents.slot(main) + AGENT_SELF + NODE_STATE);
    setTimeout(insist, INSIST, thread);
  };
  const order = (thread: number): void => {
    port.postMessage({ type: "terminate", id: thread } satisfies Message);
    insist(thread);
  };

  const supervisor = new Supervisor(Arena.default, (message) => port.postMessage(message), order);
  port.on("message", (message: Message | Order) => {
    if (message.type === "watch") supervisor.watch(message.lifeline);
    else if (message.type === "bury") supervisor.bury(message);
    else if (message.type === "terminate") supervisor.terminate(message.id, false);
    else if (message.type !== "start") supervisor.send(message);
  });
}
