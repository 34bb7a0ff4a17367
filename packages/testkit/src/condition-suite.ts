import { conditionLockSuite } from "./condition-lock-suite.ts";
import { conditionNotifySuite } from "./condition-notify-suite.ts";
import { conditionWaitForSuite } from "./condition-wait-for-suite.ts";
import { conditionWaitSuite } from "./condition-wait-suite.ts";
import type { ConditionWorld } from "./condition-world.ts";

/** What every condition promises, whoever waits for it. */
export function conditionSuite(name: string, world: ConditionWorld): void {
  conditionLockSuite(name, world);
  conditionWaitSuite(name, world);
  conditionNotifySuite(name, world);
  conditionWaitForSuite(name, world);
}
