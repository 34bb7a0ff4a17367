import { AtomicInt32 } from "@conc/atomics";
import { Lock, RLock } from "@conc/lock";
import { Flows, type RaceWorld, raceSuite, waitingFor } from "@conc/testkit";
import { waiting } from "@conc/testkit/condition-actions.ts";
import { afterAll } from "vitest";
import { Condition, Event } from "../src/index.ts";

const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/race-actions.ts")));
const world: Pick<RaceWorld, "threads" | "tasks"> = {
  threads: (count) => flows.take(count, "threads"),
  tasks: (count) => flows.take(count, "tasks"),
};

function isQuiet(condition: Condition): boolean {
  return waiting(condition) === 0 && !condition.locked;
}

afterAll(() => flows.end());

raceSuite("Condition.acquire", {
  ...world,
  way: "acquire",
  make: () => new Condition(),
  settle: isQuiet,
  rounds: 2000,
});
raceSuite("Condition.wait", { ...world, way: "condition", make: () => new Condition(new Lock()), settle: isQuiet });
for (const Class of [Lock, RLock]) {
  raceSuite(`Condition(${Class.name}).waitFor`, {
    ...world,
    way: "shop",
    make: () => ({ condition: new Condition(new Class()), stock: new AtomicInt32() }),
    settle: ({ condition, stock }) => isQuiet(condition) && stock.load() === 0,
    rounds: 5000,
  });
}
raceSuite("Event.wait", {
  ...world,
  way: "event",
  make: () => new Event(),
  once: true,
  settle: (event) => event.isSet && waitingFor(event) === 0,
});
