import { arenas } from "./arena.ts";
import { contend } from "./contention.ts";
import { label, labelsOf } from "./label.ts";
import { examine, isOrphan } from "./ownership.ts";
import { handOver, heirOf, takeOver } from "./patience.ts";
import { peers, setPeers } from "./peers.ts";
import { isAway, notify, tell, waitBlocked, watch } from "./sleeping.ts";
import { repair } from "./withdrawal.ts";

/** Called by whatever makes others known: from now on this thread is ready for other agents. */
export function meetPeers(): void {
  if (peers) return;
  setPeers({
    contend,
    repair,
    watch,
    tell,
    notify,
    isAway,
    isOrphan,
    examine,
    label,
    labelsOf,
    heirOf,
    handOver,
    takeOver,
    wait: waitBlocked,
  });
  for (const { agent } of arenas.values()) watch(agent);
}
