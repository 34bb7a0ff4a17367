export type { ScheduledEvent } from "./event.ts";
export { Scheduler, type SchedulerOptions } from "./scheduler.ts";
