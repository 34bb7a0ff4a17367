// What runs in a module worker of a browser that is one of our threads.

import { Arena, agentsOf, endAgent } from "@conc/atomics";
import type { Message, StartRequest } from "./request.ts";
import { carryOut, reportFailure } from "./runtime.ts";

const scope = globalThis as unknown as { postMessage(message: Message): void; close(): void };

/** Runs the thread and closes its worker. */
export async function runWebThread(request: StartRequest): Promise<void> {
  const arena = Arena.adopt(request.arena, request.agent);
  const { agent } = arena;
  const agents = agentsOf(arena);
  const { agent: id, parent: to } = request;
  if (agents.begin(id)) {
    try {
      await carryOut(request);
    } catch (error) {
      reportFailure(request, error, (message) => scope.postMessage(message));
    }
  }
  endAgent(agent, id);
  scope.postMessage({ type: "ended", id, to });
  scope.close();
}
