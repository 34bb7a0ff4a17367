// Bundles the scoreboard of faults and runs it in plain Node; see `faults/main.ts`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { node, outdir } from "./build.mjs";

const CONC_FAULTS_PAGE = fileURLToPath(new URL("../docs/pools-under-faults.md", import.meta.url));
const { status } = spawnSync(node, [join(outdir, "faults.mjs"), ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, CONC_FAULTS_PAGE },
});
process.exitCode = status ?? 1;
