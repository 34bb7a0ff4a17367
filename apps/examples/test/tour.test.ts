import { expect, test } from "vitest";
import { catalogue, type Section } from "../src/catalogue.ts";
import { nearest } from "../src/nearest.ts";
import { type Outcome, runFile } from "../src/run-file.ts";
import { runTour } from "../src/run-tour.ts";

const tour = new URL("../src/tour.ts", import.meta.url);

test("--list shows every example, under its section", async () => {
  const { code, stdout, stderr } = await runFile(tour, { args: ["--list"] });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const rows = stdout.split("\n").filter((line) => line.startsWith("  "));
  expect(rows.map((row) => row.trim().split(" ")[0])).toEqual(catalogue.map(({ id }) => id));
  expect(rows.map((row) => row.match(/ \(([^()]*)\)$/)?.[1])).toEqual(catalogue.map(({ from }) => from));
  expect(stdout.startsWith("Threads\n  thread-sequential ")).toBe(true);
});

test("--help says what can be asked for", async () => {
  const { code, stdout, stderr } = await runFile(tour, { args: ["--help"] });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("npm start -- --list");
});

test("one name runs that example and shows what it prints", async () => {
  const { code, stdout, stderr } = await runFile(tour, { args: ["thread-communication"] });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.split("\n")).toEqual([
    "thread: shared is 5, plain is 1",
    "thread: shared is 10000, plain is 10000",
    "main: shared is 10000, plain is 5",
    "",
  ]);
});

test("several names run one after the other, each under its name", async () => {
  const { code, stdout } = await runFile(tour, { args: ["thread-start-twice", "thread-communication"] });
  expect(code).toBe(0);
  const lines = stdout.split("\n");
  expect(lines[0]).toBe("thread-start-twice");
  expect(lines.indexOf("thread-communication")).toBeGreaterThan(lines.indexOf("dead: alive false"));
});

test("an unknown name is refused, with those that may have been meant", async () => {
  const { code, stdout, stderr } = await runFile(tour, { args: ["thread-jion", "thread-join"] });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toBe("There is no example thread-jion. Did you mean thread-join?\n");
});

test("an unknown option is refused", async () => {
  const { code, stderr } = await runFile(tour, { args: ["--lits"] });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^There is no option --lits\./);
});

test("the names nearest to a word are those that hold it or are spelled alike", () => {
  const names = ["thread-join", "thread-basic", "event-basic", "deadlock"];
  expect(nearest("join", names)).toEqual(["thread-join"]);
  expect(nearest("jion", names)).toEqual(["thread-join"]);
  expect(nearest("basic", names)).toEqual(["thread-basic", "event-basic"]);
  expect(nearest("thread-bsic", names)).toEqual(["thread-basic"]);
  expect(nearest("deadlok", names)).toEqual(["deadlock"]);
  expect(nearest("semaphore", names)).toEqual([]);
});

const sections: readonly Section[] = [
  {
    title: "First",
    folder: "first",
    examples: [
      { id: "slow", from: "000", shows: "takes long" },
      { id: "bad", from: "000", shows: "fails" },
    ],
  },
  { title: "Empty", folder: "empty", examples: [] },
  { title: "Second", folder: "second", examples: [{ id: "hanging", from: "001", shows: "never ends" }] },
];
const fine: Outcome = { output: "", stdout: "", stderr: "", code: 0, signal: null, hung: false, milliseconds: 1234 };

test("the tour reports in order, shows what a failed example printed, and counts", async () => {
  const outcomes: Record<string, Outcome> = {
    slow: fine,
    bad: { ...fine, code: 3, output: "one\ntwo\n" },
    hanging: { ...fine, code: null, signal: "SIGKILL", hung: true, output: "tick\n" },
  };
  const begun: string[] = [];
  let finishSlow = (): void => {};
  const slowIsDone = new Promise<void>((resolve) => {
    finishSlow = resolve;
  });
  let printed = "";
  const failures = await runTour(
    sections,
    async ({ id }) => {
      begun.push(id);
      // The slow one ends last, and yet is reported first.
      if (id === "slow") await slowIsDone;
      else if (id === "hanging") finishSlow();
      return outcomes[id] as Outcome;
    },
    (text) => {
      printed += text;
    },
  );
  expect(failures).toBe(2);
  expect(begun).toEqual(["slow", "bad", "hanging"]);
  expect(printed.replace(/in [\d.]+ s\n$/, "in … s\n").split("\n")).toEqual([
    "First",
    "✓ slow     1.2 s  takes long",
    "✗ bad      1.2 s  fails",
    "    ended with exit code 3, having printed:",
    "    one",
    "    two",
    "Second",
    "✗ hanging  1.2 s  never ends",
    "    did not end by itself, having printed:",
    "    tick",
    "",
    "3 examples, 1 ok, 2 failed in … s",
    "",
  ]);
});
