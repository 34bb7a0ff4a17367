import { afterAll, describe, expect, it } from "vitest";
import { Published } from "./published.ts";
import { runProgram } from "./run-program.ts";

const CRASH = "Error [ERR_WORKER_OUT_OF_MEMORY]: Worker terminated due to reaching memory limit: JS heap out of memory";

/** What was printed about threads that failed: the headline and the line below it. */
function reports(stderr: string): string[] {
  return [...stderr.matchAll(/^Exception in .*:\n.*$/gm)].map(([report]) => report);
}

// Most of these run in plain JavaScript, where threads come up much faster.
const published = new Published("atomics", "lock", "condition", "thread");
afterAll(() => published.remove());

for (const how of ["blocking", "async"]) {
  const language = how === "blocking" ? {} : { published };

  describe(`main waits ${how}`, () => {
    it("TH-047 TH-048 TH-051 TH-052 a thread that fails prints its name and the error, and the program goes on", async () => {
      const { stdout, stderr, code } = await runProgram("failures", { args: [how], ...language });
      const printed = {
        anError: "Error: an error",
        aText: "'a text'",
        anUndefined: "undefined",
        anObject: "{ an: 'object' }",
        aCustomError: "ShelfError [RangeError]: the shelf broke",
        aRejection: "Error: a rejection",
        aLooseRejection: "Error: a promise nobody looks at",
        aCallback: "Error: in a callback",
        aRecursion: "RangeError: Maximum call stack size exceeded",
        notToBeLookedAt: "Error: hostile",
      };
      expect(reports(stderr)).toEqual([
        ...Object.entries(printed).map(([name, error]) => `Exception in thread ${name}:\n${error}`),
        "Exception in thread for a broken hook:\nError: an error",
        "Exception in excepthook:\nError: the hook failed",
        "Exception in thread restored:\nError: an error",
      ]);
      expect(stderr).toMatch(/Error: an error\n {4}at .*failures\.[jt]s:\d+:\d+\)\n/);
      expect(stderr).toMatch(/shelf: 7,\n {2}\[cause\]: TypeError: too many books\n {6}at /);
      const lines = Object.keys(printed).map((name) => `${name} true dead`);
      expect(stdout.trim().split("\n")).toEqual([...lines, "main ends", "at last: last Error: an error"]);
      expect(code).toBe(0);
    });

    it("TH-047 TH-049 a thread that dies without a word is joined, and the program goes on", async () => {
      const { stdout, stderr, code } = await runProgram("deaths", { args: [how], ...language });
      const names = ["fillsItsHeap", "exits", "exitsLater", "spins", "child", "last child"];
      expect(stdout.trim().split("\n")).toEqual([...names.map((name) => `${name} true dead`), "main ends"]);
      const crashed = ["fillsItsHeap", "grandchild", "last grandchild"];
      expect(reports(stderr).sort()).toEqual(crashed.map((name) => `Exception in thread ${name}:\n${CRASH}`));
      expect(code).toBe(0);
    });
  });
}

it("what killed a thread reaches main's hook even if main ends at once", async () => {
  const { stdout, stderr, code } = await runProgram("deaths", { args: ["blocking", "hook"], published });
  expect(stdout).toMatch(/\nmain ends\n(?:.*\n)*hook: last grandchild Error\n/);
  expect(reports(stderr)).not.toContain(`Exception in thread last grandchild:\n${CRASH}`);
  expect(code).toBe(0);
});

it("TH-033 TH-040 TH-044 TH-045 the program ends after all its threads, whoever started them", async () => {
  const { stdout, stderr, code } = await runProgram("exit", { args: ["waits"], published });
  const lines = stdout.trim().split("\n");
  expect(lines.slice(0, 2)).toEqual(["starter ends", "main ends"]);
  expect(lines.slice(2, 5).sort()).toEqual([
    "child: main has ended: true",
    "grandchild: main has ended: true",
    "orphan: main has ended: true",
  ]);
  expect(lines.slice(5)).toEqual([
    "exit 0",
    "InvalidStateError: a thread can not be started while the program is exiting",
  ]);
  expect([stderr, code]).toEqual(["", 0]);
});

it("threads may be started when the program is about to end", async () => {
  const { stdout, stderr, code } = await runProgram("exit", { args: ["beforeExit"], published });
  expect(stdout).toMatch(/^(first\nsecond|second\nfirst)\nexit after \d\n$/);
  expect([stderr, code]).toEqual(["", 0]);
});

it("TH-041 TH-043 daemons at work, or still coming up, do not hold the program back, and are cut off without a sound", async () => {
  const { stdout, stderr, code } = await runProgram("exit", { args: ["daemons"], published });
  const odd = stdout.split("\n").filter((line) => !/^daemon \d+ line \d+$/.test(line));
  expect(odd).toEqual(["main ends", ""]);
  expect([stderr, code]).toEqual(["", 0]);
});

it("TH-041 daemons that sleep, wait for a lock or compute do not hold the program back", async () => {
  expect(await runProgram("exit", { args: ["idleDaemons"], published })).toMatchObject({
    stdout: "main ends\n",
    stderr: "",
    code: 0,
  });
});

it("TH-042 process.exit, or an error, in main ends the program at once, threads and all", async () => {
  expect(await runProgram("exit", { args: ["exits"], published })).toMatchObject({ stdout: "", stderr: "", code: 5 });
  const { stderr, code } = await runProgram("exit", { args: ["throws"], published });
  expect(stderr).toMatch(/\nError: an error in main\n/);
  expect(code).toBe(1);
});

// Some die with a spin lock of the core in their hands, of the heap or of a queue: whoever needs it next takes it over.
it("threads may be terminated while they are at work on primitives", async () => {
  const { stdout, code } = await runProgram("terminations", { published });
  expect([stdout, code]).toEqual(["main ends\n", 0]);
});
