// Runs turbo with its telemetry off.
import { spawnSync } from "node:child_process";
import { root } from "./workspace.mjs";

const { status } = spawnSync("turbo", process.argv.slice(2), {
  cwd: root,
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
  stdio: "inherit",
  shell: process.platform === "win32",
});
process.exit(status ?? 1);
