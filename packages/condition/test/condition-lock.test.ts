import { Lock } from "@conc/lock";
import { asyncExclusionSuite, Flows, lockSuite, scopeSuite } from "@conc/testkit";
import { afterAll } from "vitest";
import { Condition } from "../src/index.ts";

const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/lock-actions.ts")));

afterAll(() => flows.end());

// A condition is a lock itself: what the suites of locks say holds for it.
for (const [name, make] of [
  ["CV-006 Condition with an RLock of its own", () => new Condition()],
  ["Condition with a Lock", () => new Condition(new Lock())],
] as const) {
  lockSuite(name, { make, flows: (count) => flows.take(count, "mixed") });
  asyncExclusionSuite(name, make);
  scopeSuite(name, make);
}
