export { actAsThread } from "./acting.ts";
export { type Excepthook, setExcepthook } from "./excepthook.ts";
export { activeCount, enumerate, getIdent, isMainThread, mainThread, startNewThread } from "./functions.ts";
export type { AnyWorker, MakeWorker } from "./made-worker.ts";
export type { ResourceLimits } from "./request.ts";
export { importAll } from "./runtime-state.ts";
export { sleep, sleepAsync } from "./sleep.ts";
export { stackSize } from "./stack-size.ts";
export {
  type AnyFunction,
  describeTask,
  modulesOf,
  resolveTask,
  type TaskName,
  type TaskReference,
  tasks,
} from "./tasks.ts";
export { Thread, type ThreadState } from "./thread.ts";
export type { ThreadOptions } from "./thread-options.ts";
export { currentThread } from "./threads.ts";
export { Timer } from "./timer.ts";
