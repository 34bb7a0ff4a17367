import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "./workspace.mjs";

const NOT_COPIED = new Set(["node_modules", "dist", ".turbo", ".git"]);
let copy = "";

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "conc-"));
  for (const entry of ["package.json", "packages", "scripts"]) {
    cpSync(join(root, entry), join(copy, entry), {
      recursive: true,
      filter: (source) => !NOT_COPIED.has(basename(source)),
    });
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function run(script, ...args) {
  return spawnSync(process.execPath, [join(copy, "scripts", script), ...args], { encoding: "utf8" });
}

test("a new package has its own name everywhere and passes the lint of packages", () => {
  const made = run("new-package.mjs", "count-down", "Counts down.", "--no-install");
  expect(made.stderr).toBe("");
  expect(made.stdout).toContain("packages/count-down");

  const text = readFileSync(join(copy, "packages/count-down/package.json"), "utf8");
  expect(text).not.toMatch(/(@conc|packages)\/condition/);
  expect(JSON.parse(text)).toMatchObject({ name: "@conc/count-down", version: "0.0.0", description: "Counts down." });
  expect(readFileSync(join(copy, "packages/count-down/README.md"), "utf8")).toMatch(/^# @conc\/count-down\n/);
  expect(existsSync(join(copy, "packages/count-down/CHANGELOG.md"))).toBe(false);
  expect(run("lint-packages.mjs").stderr).not.toContain("packages/count-down");
});

test.each([
  ["a name that is not kebab-case", "CountDown", "kebab-case"],
  ["a path", "../evil", "kebab-case"],
  ["a package that exists", "lock", "exists already"],
])("%s is refused", (_, name, reason) => {
  const refused = run("new-package.mjs", name, "--no-install");
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain(reason);
});
