// The hook of preload.cjs: gives the loader of Node a file of TypeScript in JavaScript, from a folder where it was kept the last time.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { threadId } from "node:worker_threads";

const KEPT = fileURLToPath(new URL("../../node_modules/.cache/typescript/", import.meta.url));
const OPTIONS = { loader: "ts", target: "es2022", sourcemap: "inline" };

export async function load(url, context, next) {
  const { protocol, pathname } = new URL(url);
  if (protocol !== "file:" || !pathname.endsWith(".ts")) return next(url, context);
  const source = readFileSync(new URL(pathname, url), "utf8");
  return { format: "module", source: kept(url, source) ?? (await compile(url, source)), shortCircuit: true };
}

function kept(url, source) {
  try {
    return readFileSync(placeOf(url, source), "utf8");
  } catch {
    return undefined;
  }
}

async function compile(url, source) {
  // Costly, and hardly ever needed.
  const { transformSync } = await import("esbuild");
  const { code } = transformSync(source, { ...OPTIONS, sourcefile: url });
  const place = placeOf(url, source);
  mkdirSync(KEPT, { recursive: true });
  // Others may be reading it, or writing the same.
  const draft = `${place}.${process.pid}.${threadId}`;
  writeFileSync(draft, code);
  renameSync(draft, place);
  return code;
}

function placeOf(url, source) {
  return `${KEPT}${createHash("sha256").update(url).update("\n").update(source).digest("hex")}.mjs`;
}
