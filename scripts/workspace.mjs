// What the scripts share: where the repository is and which packages live in it. Node alone, so it runs before an install.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Reads a JSON file, its path counted from the root. */
export function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}

/** Lists the folders of the workspace that hold a package.json, counted from the root: `packages/lock`, `apps/examples`, … */
export function workspaceFolders() {
  const groups = ["packages", "apps"].filter((group) => existsSync(join(root, group)));
  return [...groups.flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`)), "bench"]
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .sort();
}
