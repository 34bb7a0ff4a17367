import { ThreadWorker } from "poolifier";
import { nothing, primesBelow } from "./jobs.ts";

// Async, or it would run each of them through a scope of its own.
export default new ThreadWorker({
  nothing: async () => nothing(),
  primesBelow: async (end?: number) => primesBelow(end as number),
});
