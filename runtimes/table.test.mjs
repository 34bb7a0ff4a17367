import { expect, test } from "vitest";
import { causeOf, KNOWN } from "./known.mjs";
import { table } from "./table.mjs";

test("the table has a row for each package and says what failed and what was left out", () => {
  const outcome = (name, state) => ({ file: `packages/${name}/test/${name}.test.ts`, name: "a test", state });
  const runs = [
    {
      engine: { name: "One", version: "1.0.0" },
      outcomes: [outcome("lock", "pass"), outcome("lock", "hang")],
      seconds: 5,
    },
    {
      engine: { name: "Two", version: "2.0.0" },
      outcomes: [outcome("lock", "pass"), outcome("local", "skip")],
      seconds: 6,
    },
  ];
  const rows = table(runs).split("\n");
  const cells = (row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((text) => text.trim());
  expect(rows).toHaveLength(6);
  expect(cells(rows[0])).toEqual(["", "One (1.0.0)", "Two (2.0.0)"]);
  expect(cells(rows[2])).toEqual(["local", "0 passed", "0 passed, 1 left out"]);
  expect(cells(rows[3])).toEqual(["lock", "1 passed, 1 FAILED", "1 passed"]);
  expect(cells(rows[4])).toEqual(["all", "1 passed, 1 FAILED", "1 passed, 1 left out"]);
  expect(cells(rows[5])).toEqual(["seconds", "5", "6"]);
});

test("a known failure has its cause on the engines it is known of, and nowhere else", () => {
  const test = "packages/lock/test/rlock.test.js > RLock of tasks: its owner > LK-058 knows that it owns it";
  expect(causeOf("Bun", test)).toMatch(/RLock/);
  expect(causeOf("published", test)).toBe(undefined);
  for (const { tests } of KNOWN) for (const pattern of tests) expect(new RegExp(pattern).test("")).toBe(false);
});
