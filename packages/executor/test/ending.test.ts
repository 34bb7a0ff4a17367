import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const TYPESCRIPT = fileURLToPath(import.meta.resolve("@conc/testkit/typescript/preload.cjs"));

/** Runs one of the programs until it ends by itself: what it printed, and its exit code. */
function run(name: string, file = "ending"): Promise<{ lines: string[]; code: number }> {
  const program = fileURLToPath(new URL(`./programs/${file}.ts`, import.meta.url));
  const args = ["--conditions=@conc/source", "--require", TYPESCRIPT, program, name];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve({ lines: (stdout + stderr).trim().split("\n"), code: Number(error?.code ?? 0) });
    });
  });
}

it.each([
  ["idle workers do not keep it", "idle", ["main ends", "task", "task", "exit 0"], 0],
  ["EX-107 what was accepted is done first", "accepted", ["main ends", "apple", "pear", "plum", "exit 0"], 0],
  ["EX-102 also if it was shut down meanwhile", "shut", ["main ends", "apple", "pear", "exit 0"], 0],
  ["a blocked main thread has its result", "blocked", ["task", "task", "main ends", "exit 0"], 0],
  ["process.exit ends it with its workers", "exit", ["main ends", "exit 3"], 3],
  ["EX-108 nothing is taken any more when it ends", "late", ["main ends", "exit 0", "InvalidStateError"], 0],
  ["a failure that nobody looks at harms nobody", "unhandled", ["main ends", "exit 0"], 0],
  ["what was cancelled does not keep it", "cancelled", ["main ends", "task", "exit 0"], 0],
])("a program: %s", async (_what, name, lines, code) => {
  expect(await run(name)).toEqual({ lines, code });
});

it("a module that submits at its top level, unguarded, starts no pools in the workers that import it", async () => {
  const { lines, code } = await run("", "unguarded");
  expect([lines.length, lines[0], code]).toEqual([
    1,
    expect.stringMatching(/put what only the main thread should do under/),
    0,
  ]);
});
