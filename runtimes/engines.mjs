// The engines to test on, as runtimes/package.json pins them.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJson, root } from "../scripts/workspace.mjs";

const FOLDER = join(root, "runtimes");
const { optionalDependencies: PACKAGES } = readJson("runtimes/package.json");

/** `command` runs a file; `by` says what runs the tests there: vitest, with the sources, or ours, with the built packages. */
export const ENGINES = [
  ...[20, 22, 24, 26].map((major) => node(major)),
  { ...node(24), name: "Node 24, built packages", id: "published", by: "conformance", required: true },
  engine("Bun", "@oven/bun-linux-x64", "bin/bun"),
  engine("Deno", "@deno/linux-x64-glibc", "deno", "run", "--allow-all", "--no-lock", "--quiet"),
];

/** Installs the engines, about 700 MB, unless that has been done. */
export function installEngines() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`the pinned engines are those of Linux on x64; this is ${process.platform} on ${process.arch}`);
  }
  const missing = ENGINES.filter((engine) => !existsSync(engine.command[0]) || versionOf(engine) !== engine.version);
  if (missing.length === 0) return;
  console.log(`Installing ${missing.map(({ name }) => name).join(", ")} …`);
  const pnpm = join(root, "node_modules/pnpm/bin/pnpm.cjs");
  const args = ["install", "--ignore-workspace", "--frozen-lockfile", "--reporter=append-only", "--loglevel=warn"];
  const { status } = spawnSync(process.execPath, [pnpm, ...args], { cwd: FOLDER, stdio: "inherit" });
  if (status !== 0) throw new Error("the engines could not be installed; pnpm's message is above");
}

function node(major) {
  return { ...engine(`Node ${major}`, `node-${major}`, "bin/node"), by: "vitest", required: true };
}

function engine(name, dependency, binary, ...flags) {
  return {
    name,
    id: name,
    version: PACKAGES[dependency].replace(/^.*@/, ""),
    command: [join(FOLDER, "node_modules", dependency, binary), ...flags],
    by: "conformance",
    /** Whether what fails there is a failure of the whole. */
    required: false,
  };
}

function versionOf({ command: [binary] }) {
  return /\d+\.\d+\.\d+/.exec(spawnSync(binary, ["--version"], { encoding: "utf8" }).stdout ?? "")?.[0];
}
