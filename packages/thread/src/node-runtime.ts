// What runs in a worker of Node, Bun or Deno that is one of our threads.

import type { MessagePort } from "node:worker_threads";
import { Arena, agentsOf, endAgent } from "@conc/atomics";
import { connect, tell } from "./hosting.ts";
import { writeThrough } from "./output.ts";
import type { StartRequest } from "./request.ts";
import { carryOut, reportFailure } from "./runtime.ts";

interface ThreadData {
  readonly request: StartRequest;
  readonly lifeline: MessagePort;
}

/** Runs the thread. It ends once nothing is left to do in it, at `process.exit`, and with the first error that nobody catches. */
export default function run({ request, lifeline }: ThreadData): void {
  const { process } = globalThis;
  const arena = Arena.adopt(request.arena, request.agent);
  const { agent } = arena;
  // Others have begun before they imported this.
  if (request.isSummoned && !agentsOf(arena).begin(agent.id)) process.exit();
  const fail = (error: unknown): void => {
    reportFailure(request, error, tell);
    process.exit(1);
  };
  connect(lifeline);
  writeThrough();
  // Not left to the supervisor alone: a thread that ends by itself has ended for those who join it before its engine is gone.
  process.on("exit", () => endAgent(agent, agent.id));
  process.on("uncaughtException", fail);
  carryOut(request).catch(fail);
}
