// Bundles the benchmark and runs it in plain Node, so that what is measured is what an application's bundler makes of the packages:
// under tsx, each inner function with a name would cost a call more.
//
//   npm run bench -- --help
//   <another node> bench/run.mjs     measures with that version of Node
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = fileURLToPath(new URL(".", import.meta.url));
const outdir = join(folder, ".build");

/** npm puts the folder of installed commands first on the path, where there may be another Node than the one that runs npm. */
const node = process.env.npm_node_execpath ?? process.execPath;
const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim().slice(1);

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: folder,
  entryPoints: { main: "main.ts", thread: "contest/crew-thread.ts" },
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: `node${version}`,
  conditions: ["@conc/source"],
  external: ["async-mutex", "croner", "koffi", "msgpackr", "multithreading"],
  logLevel: "warning",
});

const { status, signal } = spawnSync(node, ["--expose-gc", join(outdir, "main.mjs"), ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exitCode = status ?? (signal ? 1 : 0);
