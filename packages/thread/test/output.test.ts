import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Published } from "./published.ts";
import { runProgram } from "./run-program.ts";

const published = new Published("atomics", "lock", "condition", "thread");
afterAll(() => published.remove());

const TURNS = `\
ping 0
pong 0
ping 1
pong 1
ping 2
pong 2
a part, another, last
┌─────────┬───┐
│ (index) │ a │
├─────────┼───┤
│ 0       │ 1 │
└─────────┴───┘
after an await
the last words
main goes on
`;

describe("while main is blocked", () => {
  it("TH-089 what threads print appears at once", async () => {
    let ended = false;
    const { stdout, signal } = await runProgram("output", {
      args: ["atOnce"],
      published,
      onOutput(text, child) {
        if (text.includes("x 39 x")) ended = child.kill("SIGKILL");
      },
    });
    expect(ended && stdout.split("\n").length).toBe(41);
    expect(signal).toBe("SIGKILL");
  });

  it("TH-089 what several threads print stands in the order in which it was printed, in a pipe", async () => {
    const outcome = await runProgram("output", { args: ["turns"], published });
    expect(outcome).toMatchObject({ stdout: TURNS, stderr: "written\n", code: 0 });
  });

  it("TH-089 … and in a file", async () => {
    const into = join(published.folder, "turns.txt");
    const { stderr, code } = await runProgram("output", { args: ["turns"], published, into });
    expect([readFileSync(into, "utf8"), stderr, code]).toEqual([TURNS, "written\n", 0]);
  });

  it("TH-089 lines of several threads stay whole", async () => {
    const into = join(published.folder, "lines.txt");
    await runProgram("output", { args: ["lines"], published, into });
    const { stdout, code } = await runProgram("output", { args: ["lines"], published });
    for (const text of [stdout, readFileSync(into, "utf8")]) {
      const lines = text.trimEnd().split("\n");
      expect(lines.length).toBe(120);
      expect(lines.filter((line) => !/^([abc]) \d+ \1{3000}$/.test(line))).toEqual([]);
    }
    expect(code).toBe(0);
  });

  it("TH-089 lines of a megabyte arrive complete and whole where the reader is slow", async () => {
    const { stdout, stderr, code } = await runProgram("output", { args: ["megabytes"], published, pause: 5 });
    const lines = stdout.split("\n");
    expect(lines.map(({ length }) => length)).toEqual([2 ** 20, 2 ** 20, 12, 0]);
    expect(lines.slice(0, 2).map((line) => new Set(line).size)).toEqual([1, 1]);
    expect(lines[2]).toBe("main goes on");
    expect([stderr, code]).toEqual(["", 0]);
  });
});

it("TH-054 a reader that has gone away harms neither the threads nor the program", async () => {
  const { code } = await runProgram("failures", {
    args: ["blocking"],
    published,
    onOutput: (_text, child) => void child.stderr?.destroy(),
  });
  expect(code).toBe(0);
});
