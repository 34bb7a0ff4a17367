export { asCompleted } from "./as-completed.ts";
export { BrokenExecutorError, CancelledError, WorkerDiedError } from "./errors.ts";
export { Executor, type Iterables, type ShutdownOptions } from "./executor.ts";
export { Future } from "./future.ts";
export type { MapOptions, Mapped } from "./mapping.ts";
export { taskSignal } from "./running-task.ts";
export type { TaskOptions } from "./task-options.ts";
export { ThreadPoolExecutor, type ThreadPoolExecutorOptions } from "./thread-pool-executor.ts";
export { type ReturnWhen, type Waited, type WaitOptions, wait, waitSync } from "./wait.ts";
