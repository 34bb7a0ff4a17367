// Checks what no compiler checks: that the published packages have one shape, and that their dependencies are the layers.
//
//   node scripts/lint-packages.mjs          the manifests and files
//   node scripts/lint-packages.mjs --built  what would be published: publint, and whether it loads (after a build)
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readJson, root, workspaceFolders } from "./workspace.mjs";

/** The arrows of docs/architecture.md. A package that is not named here stands on top: nothing below may depend on it. */
const LAYERS = {
  atomics: [],
  lock: ["atomics"],
  condition: ["lock"],
  barrier: ["atomics"],
  queue: ["atomics"],
  thread: ["condition"],
  local: ["thread"],
  executor: ["atomics", "thread"],
  process: ["executor", "barrier", "local"],
  sched: ["atomics"],
};

/** What every manifest holds, in this order. `undefined`: each package says its own. */
const shape = (name) => ({
  name: `@conc/${name}`,
  version: undefined,
  description: undefined,
  keywords: undefined,
  license: "MIT",
  repository: { type: "git", url: "git+https://github.com/conc-js/conc.git", directory: `packages/${name}` },
  homepage: `https://github.com/conc-js/conc/tree/main/packages/${name}#readme`,
  type: "module",
  sideEffects: false,
  files: ["dist", "src"],
  exports: {
    ".": { "@conc/source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" },
    "./package.json": "./package.json",
  },
  engines: readJson("package.json").engines,
  scripts: { build: "tsc -p tsconfig.build.json", typecheck: "tsc", test: "vitest run -c ../../vitest.config.ts" },
  dependencies: undefined,
  publishConfig: { access: "public" },
});

const published = workspaceFolders()
  .filter((folder) => folder.startsWith("packages/") && !readJson(`${folder}/package.json`).private)
  .map((folder) => folder.slice("packages/".length));

const problems = [];
if (process.argv.includes("--built")) {
  for (const name of published) await checkBuilt(name);
} else {
  for (const name of published) {
    checkManifest(name);
    checkDependencies(name);
    checkFiles(name);
  }
  checkRoot();
}

for (const problem of problems) console.error(problem);
console.log(`${published.length} packages checked, ${problems.length} problems.`);
process.exitCode = problems.length === 0 ? 0 : 1;

function report(name, problem) {
  problems.push(`packages/${name}: ${problem}`);
}

function checkManifest(name) {
  const manifest = readJson(`packages/${name}/package.json`);
  const expected = shape(name);
  const keys = Object.keys(expected).join(", ");
  if (Object.keys(manifest).join(", ") !== keys) report(name, `package.json must have, in this order: ${keys}`);
  for (const [key, value] of Object.entries(expected)) {
    if (value !== undefined && !isDeepStrictEqual(manifest[key], value)) {
      report(name, `package.json: "${key}" must be ${JSON.stringify(value)}`);
    }
  }
  for (const key of ["version", "description"]) {
    if (!manifest[key]) report(name, `package.json: "${key}" is missing`);
  }
}

/** Declared are the package's own arrows, and below them whatever the source imports; nothing else. */
function checkDependencies(name) {
  const { dependencies = {} } = readJson(`packages/${name}/package.json`);
  const declared = Object.keys(dependencies).filter((dependency) => dependency.startsWith("@conc/"));
  const imported = importsOf(name);
  const arrows = LAYERS[name];
  const reachable = new Set(arrows ? below(name) : published.filter((other) => other !== name));

  for (const dependency of declared) {
    if (dependencies[dependency] !== "workspace:^") report(name, `${dependency} must be declared as "workspace:^"`);
    if (!reachable.has(dependency.slice("@conc/".length))) report(name, `${dependency} is not below it in the layers`);
    if (!imported.has(dependency)) report(name, `${dependency} is declared but src does not import it`);
  }
  for (const dependency of imported) {
    if (!declared.includes(dependency)) report(name, `src imports ${dependency}, which is not declared`);
  }
  for (const arrow of arrows ?? []) {
    if (!declared.includes(`@conc/${arrow}`)) report(name, `@conc/${arrow} is below it in the layers but not declared`);
  }
}

/** Every package that can be reached by the arrows, downwards. */
function below(name) {
  return LAYERS[name].flatMap((lower) => [lower, ...below(lower)]);
}

/** The @conc packages whose names the source imports. Examples inside comments do not count. */
function importsOf(name) {
  const found = new Set();
  if (!existsSync(join(root, "packages", name, "src"))) return found;
  for (const file of readdirSync(join(root, "packages", name, "src"), { recursive: true })) {
    if (!file.endsWith(".ts")) continue;
    const text = readFileSync(join(root, "packages", name, "src", file), "utf8");
    const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    for (const [, specifier] of code.matchAll(/(?:\bfrom|\bimport|\bresolve)\s*\(?\s*["'](@conc\/[a-z-]+)/g)) {
      found.add(specifier);
    }
  }
  return found;
}

function checkFiles(name) {
  const folder = join(root, "packages", name);
  const readme = join(folder, "README.md");
  if (!existsSync(join(folder, "src/index.ts"))) report(name, "src/index.ts is missing");
  if (!existsSync(readme)) report(name, "README.md is missing");
  else if (!readFileSync(readme, "utf8").startsWith(`# @conc/${name}\n`)) {
    report(name, `README.md must begin with "# @conc/${name}"`);
  }
  for (const config of ["tsconfig.json", "tsconfig.build.json"]) {
    const base = config === "tsconfig.json" ? "tsconfig.base.json" : config;
    const path = join(folder, config);
    if (!existsSync(path) || readFileSync(path, "utf8") !== `{ "extends": "../../${base}" }\n`) {
      report(name, `${config} must only extend ../../${base}`);
    }
  }
}

/** The pinned pnpm stands in package.json twice: npx fetches the one, turbo and the scripts find the other. */
function checkRoot() {
  const { packageManager, devDependencies } = readJson("package.json");
  const installed = `pnpm@${devDependencies.pnpm}`;
  if (packageManager !== installed) {
    problems.push(`package.json: packageManager says ${packageManager}, devDependencies ${installed}`);
  }
}

async function checkBuilt(name) {
  const folder = join(root, "packages", name);
  if (!existsSync(join(folder, "dist/index.js"))) return report(name, "is not built; run `npm run build` first");

  const { publint } = await import("publint");
  const { formatMessage } = await import("publint/utils");
  const { messages, pkg } = await publint({ pkgDir: folder, pack: "pnpm", strict: true });
  for (const message of messages) report(name, `publint: ${formatMessage(message, pkg, { color: false })}`);

  const load = spawnSync(process.execPath, ["--input-type=module", "-e", `await import("@conc/${name}")`], {
    cwd: folder,
    encoding: "utf8",
  });
  if (load.status !== 0) report(name, `dist does not load in plain Node:\n${load.stderr}`);
}
