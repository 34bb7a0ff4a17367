import type { Group } from "../contest/contestant.ts";
import { asyncLocks } from "./async-locks.ts";
import { asyncTasks } from "./async-tasks.ts";
import { barriers } from "./barriers.ts";
import { codec } from "./codec.ts";
import { contended } from "./contended.ts";
import { creation } from "./creation.ts";
import { executors } from "./executors.ts";
import { fairness } from "./fairness.ts";
import { locks } from "./locks.ts";
import { queueOf, queueOfTwo } from "./queues.ts";
import { scheduling } from "./scheduling.ts";
import { wakesOfSleepers } from "./sleepers.ts";
import { wakesBySpinning } from "./spinning-partner.ts";
import { wakes } from "./wakes.ts";

/** All contests, in the order of the marks. */
export const groups: readonly Group[] = [
  locks,
  asyncLocks,
  asyncTasks,
  contended(2, "empty"),
  contended(4, "empty"),
  contended(2, "real"),
  contended(4, "real"),
  fairness(2),
  fairness(4),
  wakes("same"),
  wakes("two"),
  wakesOfSleepers,
  wakesBySpinning,
  codec,
  barriers("same"),
  barriers("two"),
  scheduling,
  ...(["integers", "objects", "strings", "bytes"] as const).map(queueOf),
  ...(["integers", "objects"] as const).map(queueOfTwo),
  ...executors,
  creation,
];
