export { Barrier, type BarrierOptions } from "./barrier.ts";
export { BrokenBarrierError } from "./errors.ts";
