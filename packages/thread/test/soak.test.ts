import { describe, expect, it } from "vitest";
import { runProgram } from "./run-program.ts";

/** How many threads are killed; a thousand take some two minutes on two cores. */
const KILLS = Number(process.env.CONC_KILLS ?? 20);
/** Milliseconds, on the busiest of machines. */
const PATIENCE = 60_000 + KILLS * 2_000;

describe("eight threads at work on twenty locks, killed at random and replaced", () => {
  it.each([
    ["main", "which supervises them"],
    ["thread", "while main is blocked"],
  ])("leave no survivor hanging and no lock taken when a %s kills them, %s", { timeout: PATIENCE }, async (who) => {
    const { stdout, stderr, code } = await runProgram("soak", { args: [String(KILLS), who], patience: PATIENCE });
    expect(stdout).toMatch(/^violations: 0\n\d+ visits, \d+ orphans, [\d.]+ s\n$/);
    expect([stderr, code]).toEqual(["", 0]);
  });
});
