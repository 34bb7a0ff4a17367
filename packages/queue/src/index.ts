export { QueueEmptyError, QueueFullError, QueueShutDownError } from "./errors.ts";
export { LifoQueue } from "./lifo-queue.ts";
export { type Priority, PriorityQueue } from "./priority-queue.ts";
export { Queue } from "./queue.ts";
export { SimpleQueue } from "./simple-queue.ts";
