import { AGENT_FOREIGN, Arena, agentsOf, toHandle, Word } from "@conc/atomics";
import { Flows, type RaceWorld, raceSuite, waitersOf } from "@conc/testkit";
import { afterAll } from "vitest";

const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/race-actions.ts")));
const world: Pick<RaceWorld, "threads" | "tasks"> = {
  threads: (count) => flows.take(count, "threads"),
  tasks: (count) => flows.take(count, "tasks"),
};

afterAll(() => flows.end());

raceSuite("Word.wait", { ...world, way: "word", make: () => new Word(0), settle: (word) => waitersOf(word) === 0 });

// What `join` and `joinAsync` of a thread wait for.
const agents = agentsOf(Arena.default);
toHandle(new Word());
raceSuite("a thread's end", {
  ...world,
  way: "ending",
  make: () => agents.enlist(Arena.default.agent.id, AGENT_FOREIGN, "mortal"),
  once: true,
  settle: (id) => !agents.isAlive(id),
});
