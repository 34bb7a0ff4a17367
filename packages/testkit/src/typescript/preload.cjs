// Has a Node that can not run TypeScript by itself do so as newer ones do: in every thread, without a word from the program.
//
// For tests only, where threads come up by the thousand. tsx would have to be loaded and registered in each of them, which takes
// several times as long as all else that a thread does before its first line. This is a CommonJS module because in a worker made from
// a string Node runs what `--require` names and not what `--import` does.

const { register } = require("node:module");
const { pathToFileURL } = require("node:url");
const { isMainThread } = require("node:worker_threads");

if (!process.features.typescript || !knowsUsing()) {
  // By this `@conc/thread` knows that it need not bring tsx along.
  Object.defineProperty(process.features, "typescript", { value: "preload" });
  // The main thread of a test is vitest's, which has its own way with TypeScript.
  if (!isMainThread || process.argv[1]?.endsWith(".ts")) {
    process.setSourceMapsEnabled(true);
    register("./load.mjs", pathToFileURL(__filename));
  }
}

/** Node 22 strips types, but does not know all that is written here. */
function knowsUsing() {
  try {
    return Boolean(new Function("{ using nothing = null; }"));
  } catch {
    return false;
  }
}
