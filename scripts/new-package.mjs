// Starts a package as a copy of a living one: a real package that is built and tested every day never rots, a template does.
//
//   npm run new-package -- latch "Lets threads wait until a count has fallen to zero."
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { readJson, root } from "./workspace.mjs";

/** The package to copy: the smallest one that waits. */
const MODEL = "condition";
const LEFT_BEHIND = new Set(["node_modules", "dist", ".turbo", "CHANGELOG.md"]);

const [name, description = `Begun as a copy of @conc/${MODEL}.`] = process.argv
  .slice(2)
  .filter((argument) => argument !== "--no-install");
const folder = join(root, "packages", name ?? "");

if (name === undefined) fail('Usage: npm run new-package -- <name> ["What it does, in one sentence."]');
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) fail(`A name is kebab-case, such as "rw-lock"; got "${name}".`);
if (existsSync(folder)) fail(`packages/${name} exists already.`);

cpSync(join(root, "packages", MODEL), folder, {
  recursive: true,
  filter: (source) => !LEFT_BEHIND.has(basename(source)),
});

for (const file of readdirSync(folder, { recursive: true })) {
  const path = join(folder, file);
  if (statSync(path).isFile()) writeFileSync(path, renamed(readFileSync(path, "utf8")));
}

const manifest = readJson(`packages/${name}/package.json`);
manifest.version = "0.0.0";
manifest.description = description;
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

if (!process.argv.includes("--no-install")) {
  const update = [join(root, "scripts/setup.mjs"), "--update-lockfile"];
  const setup = spawnSync(process.execPath, update, { stdio: "inherit" });
  if (setup.status !== 0) process.exit(1);
}

console.log(`
packages/${name} is a copy of packages/${MODEL} under its own name. What is left to do:
  1. src, test      replace the primitive and its tests by your own, the doc comment first
  2. package.json   keywords, and as dependencies what src imports
  3. README.md      one sentence, one example, the table of exports
  4. docs/architecture.md, scripts/lint-packages.mjs   its place in the layers; README.md at the root: its row
  5. apps/examples  one runnable file
  6. npm run changeset, then npm run check
CONTRIBUTING.md says more about each step.`);

/** Renames the package, wherever its name or its folder is written. */
function renamed(text) {
  return text.replace(new RegExp(`(@conc/|packages/)${MODEL}(?![\\w-])`, "g"), `$1${name}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
