// Installs what the workspace needs, with the pnpm that package.json pins, unless that has been done already.
// Every npm script runs it first, so a fresh clone needs nothing but Node and npm.
//
//   node scripts/setup.mjs                    installs exactly what pnpm-lock.yaml says
//   node scripts/setup.mjs --update-lockfile  installs and brings pnpm-lock.yaml up to date
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readJson, root, workspaceFolders } from "./workspace.mjs";

const OLDEST_NODE = [20, 19];
const stampFile = join(root, "node_modules/.conc-setup");
/** There only after `npm install`, whose node_modules pnpm can not build on. */
const npmLockfile = join(root, "node_modules/.package-lock.json");

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  fail(`This repository needs Node ${OLDEST_NODE.join(".")} or newer; this is Node ${process.versions.node}.`);
}

const updateLockfile = process.argv.includes("--update-lockfile");
if (updateLockfile || !isUpToDate()) {
  const pnpm = readJson("package.json").packageManager;
  console.log(`Installing dependencies with ${pnpm} …`);
  if (existsSync(npmLockfile)) rmSync(join(root, "node_modules"), { recursive: true, force: true });
  install(pnpm);
  writeFileSync(stampFile, inputsHash());
}

/** Everything that decides what an install puts where. */
function inputsHash() {
  const hash = createHash("sha256");
  const manifests = workspaceFolders().map((folder) => `${folder}/package.json`);
  for (const file of ["package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml", ...manifests]) {
    const path = join(root, file);
    hash
      .update(`${file}\0`)
      .update(existsSync(path) ? readFileSync(path) : "")
      .update("\0");
  }
  return hash.digest("hex");
}

/** The stamp alone is not proof: someone may have removed a folder since, or have run `npm install`. */
function isUpToDate() {
  if (!existsSync(stampFile) || readFileSync(stampFile, "utf8") !== inputsHash()) return false;
  if (existsSync(npmLockfile)) return false;
  return [".", ...workspaceFolders()].every((folder) => {
    const { dependencies = {}, devDependencies = {} } = readJson(join(folder, "package.json"));
    return Object.keys({ ...dependencies, ...devDependencies }).every((name) =>
      existsSync(join(root, folder, "node_modules", name)),
    );
  });
}

function install(pnpm) {
  if (updateLockfile) {
    if (!run(pnpm, "--no-frozen-lockfile")) fail("pnpm could not install; its message is above.");
    return;
  }
  const frozen = run(pnpm, "--frozen-lockfile");
  if (frozen) return;
  if (process.env.CI) {
    fail(
      "pnpm could not install; its message is above. If pnpm-lock.yaml is out of date: " +
        "run `node scripts/setup.mjs --update-lockfile` and commit the result.",
    );
  }
  console.error("\nTrying once more, and bringing pnpm-lock.yaml up to date …");
  if (!run(pnpm, "--no-frozen-lockfile")) {
    fail("pnpm could not install; its message is above. Is the npm registry reachable?");
  }
}

/** Runs the pinned pnpm: the one installed here if it is there, otherwise the one npx fetches. */
function run(pnpm, lockfileFlag) {
  const local = join(root, "node_modules/pnpm/package.json");
  const here = existsSync(local) && `pnpm@${JSON.parse(readFileSync(local, "utf8")).version}` === pnpm;
  const args = ["install", lockfileFlag, "--reporter=append-only", "--loglevel=warn"];
  const options = { cwd: root, stdio: ["ignore", "inherit", "inherit"] };
  const { status, error } = here
    ? spawnSync(process.execPath, [join(root, "node_modules/pnpm/bin/pnpm.cjs"), ...args], options)
    : spawnSync("npx", ["--yes", "--loglevel=error", pnpm, ...args], {
        ...options,
        shell: process.platform === "win32",
      });
  if (error) console.error(error.message);
  return status === 0;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
