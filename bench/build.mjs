// Bundles what is measured, so that it is what an application's bundler makes of the packages: under tsx, each inner function with a
// name would cost a call more.

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = fileURLToPath(new URL(".", import.meta.url));
/** npm puts the folder of installed commands first on the path, where there may be another Node than the one that runs npm. */
export const node = process.env.npm_node_execpath ?? process.execPath;
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
export const outdir = join(folder, ".build", version);

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
  entryPoints: { main: "main.ts", thread: "contest/crew-thread.ts", faults: "faults/main.ts", case: "faults/case.ts" },
  outdir,
  splitting: true,
});
// Each by itself, as what a pool's threads load.
const pools = readdirSync(join(folder, "pools")).filter(
  (name) => !["jobs.ts", "fault-jobs.ts", "for-conc.ts"].includes(name),
);
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
