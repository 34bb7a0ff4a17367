// As piscina and tinypool want them.

export * from "./fault-jobs.ts";
