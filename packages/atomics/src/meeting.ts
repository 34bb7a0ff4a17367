import { arenas } from "./arena.ts";
import { contend } from "./contention.ts";
import { handOver, heirOf, takeOver } from "./patience.ts";
import { peers, setPeers } from "./peers.ts";
import { isAway, notify, tell, waitBlocked, watch } from "./sleeping.ts";

/** Called by whatever makes others known: from now on this thread is ready for other agents. */
export function meetPeers(): void {
  if (peers) return;
  setPeers({ contend, watch, tell, notify, isAway, heirOf, handOver, takeOver, wait: waitBlocked });
  for (const { agent } of arenas.values()) watch(agent);
}
