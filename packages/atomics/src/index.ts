export { Agent } from "./agent.ts";
export {
  AGENT_BLOCKED,
  AGENT_CANCELLED,
  AGENT_DAEMON,
  AGENT_FOREIGN,
  AGENT_HAS_HOOK,
  AGENT_MAIN,
  AGENT_READY_TO_RUN,
  AGENT_RUNNING,
} from "./agent-table.ts";
export { Agents, agentsOf } from "./agents.ts";
export { Arena } from "./arena.ts";
export { untilSettled } from "./async-wait.ts";
export { AtomicBigInt64 } from "./atomic-bigint64.ts";
export { AtomicInt32 } from "./atomic-int32.ts";
export { type Packed, pack, packThrown, type ReferenceCodec, registerReference, unpack } from "./codec.ts";
export {
  check,
  checkMilliseconds,
  checkWait,
  Deadline,
  TIMEOUT_MAX,
  type Wait,
  type WaitAsync,
  type WaitOrTry,
} from "./deadline.ts";
export { announceEnd, endAgent, waitForEnd, waitForEndAsync } from "./ending.ts";
export { registerErrors } from "./error-codec.ts";
export {
  ArenaFullError,
  BlockingNotAllowedError,
  ConcurrencyError,
  DeadlockError,
  InvalidStateError,
  NotOwnerError,
  OwnerDiedError,
  TimeoutError,
} from "./errors.ts";
export {
  arenaOf,
  fromHandle,
  HANDLE,
  type Handle,
  type HandleMaker,
  isShareable,
  registerType,
  type Shareable,
  toHandle,
  typeOf,
} from "./handle.ts";
export { Heap } from "./heap.ts";
export {
  AGENT_DEAD,
  AGENT_NAME_BYTES,
  AGENT_SELF,
  AGENT_STATE,
  HEADER_OUTPUT_LOCK,
  NODE_AGENT,
  NODE_TASK,
  QUEUE_WORDS,
} from "./layout.ts";
export { type Memory, ThreadMemory } from "./memory.ts";
export { SharedArray } from "./shared-array.ts";
export { type HandleType, Place, registerClass, SharedObject } from "./shared-object.ts";
export { Value } from "./value.ts";
export type { DeltaOf, ValueOf, ValueType, ValueTypeName, ViewOf } from "./value-type.ts";
export { type Waitable, WaitQueue } from "./wait-queue.ts";
export { passedOverFor, Waiter } from "./waiter.ts";
export { countWaiting, grantOldest, standsIn } from "./waiters.ts";
export { Word, type WordWait } from "./word.ts";
