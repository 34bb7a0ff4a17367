export { onAbort } from "./aborting.ts";
export { endIfDead } from "./afterlife.ts";
export { Agent } from "./agent.ts";
export { Agents, agentsOf } from "./agents.ts";
export { OpenArena } from "./arena.ts";
export { ArenaObject, newPlace } from "./arena-object.ts";
export { Arena, type Arenas } from "./arenas.ts";
export { type PendingWait, untilSettled } from "./async-wait.ts";
export { AtomicBigInt64 } from "./atomic-bigint64.ts";
export { AtomicInt32 } from "./atomic-int32.ts";
export { ByteCodec } from "./byte-codec.ts";
export { coalesce } from "./coalesce.ts";
export { dropPacked, type Packed, pack, packThrown, unpack, unpackAhead } from "./codec.ts";
export {
  check,
  checkMilliseconds,
  checkOptionNames,
  checkWait,
  Deadline,
  TIMEOUT_MAX,
  type Wait,
  type WaitAsync,
  type WaitOrTry,
} from "./deadline.ts";
export { announceReturn, announceWait } from "./deadlock.ts";
export { asDense } from "./dense.ts";
export { type Disposal, freeOrphans, registerDisposal } from "./disposal.ts";
export { announceEnd, declareDead, endAgent, tryClearUp, waitForEnd, waitForEndAsync } from "./ending.ts";
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
  moveIn,
  registerType,
  type Shareable,
  toHandle,
  typeOf,
} from "./handle.ts";
export { Heap, OWNING, UNIT_WORDS } from "./heap.ts";
export type { LockOptions } from "./label.ts";
// For tools that look into an arena, such as the checker of interleavings: all names at once.
export * as layout from "./layout.ts";
export {
  AGENT_BLOCKED,
  AGENT_CANCELLED,
  AGENT_DAEMON,
  AGENT_DEAD,
  AGENT_FOREIGN,
  AGENT_HAS_HOOK,
  AGENT_NAME_BYTES,
  AGENT_READY_TO_RUN,
  AGENT_RUNNING,
  AGENT_SELF,
  AGENT_STATE,
  BY_TASK,
  FREE,
  GRANTED,
  HANDED_LOCK,
  HANDED_PERMIT,
  HEADER_OUTPUT_LOCK,
  HEADER_SETTLED,
  LOCK_BYTES,
  LOCK_DEPTH,
  LOCK_TASK,
  NAMED_BYTES,
  NODE_STATE,
  NODE_TASK,
  ORPHANED,
  OWNER,
  QUEUE_LOCK,
  QUEUE_WORDS,
  SIGNAL,
  SIGNALLED,
  TRACED_BYTES,
  WAITERS,
  WAITING,
} from "./layout.ts";
export type { Line, Waitable } from "./line.ts";
export { LocalLine } from "./local-line.ts";
export { type Bell, type Memory, ThreadMemory } from "./memory.ts";
export { Place } from "./place.ts";
export { type ReferenceCodec, registerReference } from "./references.ts";
export { SharedArray } from "./shared-array.ts";
export { type HandleType, registerClass, SharedObject } from "./shared-object.ts";
export { notify, park, resumeBlocked, sleepFor, stir } from "./sleeping.ts";
export { lockSpin, unlockSpin } from "./spin-lock.ts";
export { Spin } from "./spinning.ts";
export { announceCount, BEREFT, CLOSED, countedIn, LINED, mark, SPAN_MAX, Tickets, withdrawCount } from "./tickets.ts";
export { Value } from "./value.ts";
export type { DeltaOf, ValueOf, ValueType, ValueTypeName, ViewOf } from "./value-type.ts";
export { WaitQueue } from "./wait-queue.ts";
export { Waiter } from "./waiter.ts";
export { countWaiting, grantAll, grantOldest, lengthOf, rouse, standsIn } from "./waiters.ts";
export { anyPrimitive } from "./withdrawal.ts";
export { Word, type WordWait } from "./word.ts";
