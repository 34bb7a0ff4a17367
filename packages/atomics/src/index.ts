export { Agent } from "./agent.ts";
export {
  AGENT_BLOCKED,
  AGENT_CANCELLED,
  AGENT_DAEMON,
  AGENT_DEAD,
  AGENT_FOREIGN,
  AGENT_HAS_HOOK,
  AGENT_MAIN,
  AGENT_READY_TO_RUN,
  AGENT_RUNNING,
  AgentTable,
} from "./agent-table.ts";
export { Arena } from "./arena.ts";
export { untilSettled } from "./async-wait.ts";
export { type Packed, pack, packThrown, type ReferenceCodec, registerReference, unpack } from "./codec.ts";
export {
  checkMilliseconds,
  checkWait,
  Deadline,
  TIMEOUT_MAX,
  type Wait,
  type WaitAsync,
  type WaitOrTry,
} from "./deadline.ts";
export { announceEnd, endAgent, waitForEnd, waitForEndAsync } from "./ending.ts";
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
  fromHandle,
  HANDLE,
  type Handle,
  type HandleType,
  isShareable,
  registerType,
  type Shareable,
  toHandle,
  typeOf,
  unknownArena,
} from "./handle.ts";
export { Heap } from "./heap.ts";
export { AGENT_STATE, NODE_AGENT, NODE_TASK, QUEUE_WORDS } from "./layout.ts";
export { LocalMemory, type Memory, ThreadMemory } from "./memory.ts";
export { Place, registerClass, reviving, SharedObject } from "./shared-object.ts";
export { type Waitable, WaitQueue } from "./wait-queue.ts";
export { passedOverFor, Waiter } from "./waiter.ts";
export { Word, type WordWait } from "./word.ts";
