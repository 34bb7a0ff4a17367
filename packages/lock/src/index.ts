export type { LockOptions } from "@conc/atomics";
export { Exclusive } from "./exclusive.ts";
export { Guard } from "./guard.ts";
export { Lock } from "./lock.ts";
export { type Holding, Monitor } from "./monitor.ts";
export { RLock } from "./rlock.ts";
export { BoundedSemaphore, Semaphore } from "./semaphore.ts";
