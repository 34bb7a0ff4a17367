// What the hidden worker runs that supervises threads once the main thread has blocked.

import { Arena } from "@conc/atomics";
import { host } from "./platform.ts";
import type { Message } from "./request.ts";
import { type Lifeline, Supervisor } from "./supervisor.ts";

interface SupervisorData {
  readonly arena: SharedArrayBuffer;
  readonly agent: number;
  readonly lifelines: readonly Lifeline[];
}

/** Takes over from the main thread. */
export default function supervise({ arena, agent, lifelines }: SupervisorData): void {
  const main = (host() as NonNullable<ReturnType<typeof host>>).workerThreads.parentPort;
  if (!main) return;
  const supervisor = new Supervisor(Arena.adopt(arena, agent), (message) => main.postMessage(message));
  main.on("message", (message: Message | { readonly type: "watch"; readonly lifeline: Lifeline }) => {
    if (message.type === "watch") supervisor.watch(message.lifeline);
    else if (message.type === "terminate") supervisor.terminate(message.id, false);
  });
  for (const lifeline of lifelines) supervisor.watch(lifeline);
}
