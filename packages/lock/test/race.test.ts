import { Flows, raceSuite, waitersOf } from "@conc/testkit";
import { afterAll } from "vitest";
import { BoundedSemaphore, Lock, RLock, Semaphore } from "../src/index.ts";

const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/race-actions.ts")));

afterAll(() => flows.end());

for (const Class of [Lock, RLock, Semaphore, BoundedSemaphore]) {
  raceSuite(`${Class.name}.acquire`, {
    way: "acquire",
    make: () => new Class(),
    settle: (lock) => !lock.locked && waitersOf(lock) === 0 && (lock.value ?? 1) === 1,
    threads: (count) => flows.take(count, "threads"),
    tasks: (count) => flows.take(count, "tasks"),
  });
}
