// The functions as piscina and tinypool want them: one argument each.

export { nothing, primesBelow } from "./jobs.ts";
