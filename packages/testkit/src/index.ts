export { type ConditionWorld, conditionSuite, quiet } from "./condition-suite.ts";
export { type EventWorld, eventSuite, waitingFor } from "./event-suite.ts";
export {
  asyncExclusionSuite,
  exclusionSuite,
  type LockWorld,
  lineUp,
  scopeSuite,
  sharedCells,
} from "./exclusion-suite.ts";
export { type Flow, type FlowKinds, Flows, TaskFlow, ThreadFlow } from "./flow.ts";
export { explore } from "./interleaving/explore.ts";
export type { AgentOptions, Bounds, Program, Report, Scenario, Self, Shared } from "./interleaving/scenario.ts";
export { InterleavingError } from "./interleaving/schedule.ts";
export { type Acquirable, disturbFirst, waitersOf } from "./lock-actions.ts";
export { lockSuite, plainLockSuite, rlockSuite } from "./lock-suite.ts";
export { type RaceWorld, raceSuite } from "./race-suite.ts";
export { type SemaphoreWorld, semaphoreAsyncSuite, semaphoreSuite } from "./semaphore-suite.ts";
export { runThreads, startThread, TestThread } from "./threads.ts";
export { until } from "./until.ts";
