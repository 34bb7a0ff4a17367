export { asCompleted } from "./as-completed.ts";
export { CancelledError, WorkerDiedError } from "./errors.ts";
export { Future } from "./future.ts";
export { type ReturnWhen, type Waited, type WaitOptions, wait, waitSync } from "./wait.ts";
