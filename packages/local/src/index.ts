export { local } from "./local.ts";
export { type TaskLocal, taskLocal } from "./task-local.ts";
