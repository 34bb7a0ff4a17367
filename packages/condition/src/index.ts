export { Condition } from "./condition.ts";
export { Event } from "./event.ts";
