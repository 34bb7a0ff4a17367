export { runThreads, startThread, TestThread } from "./threads.ts";
export { until } from "./until.ts";
