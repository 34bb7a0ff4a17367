// Where the copy of a module in JavaScript lies: in its own package, so that it finds what that one depends on.

const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

/** The folder of the repository. */
const ROOT = join(__dirname, "../../../..");
const FOLDER = "node_modules/.cache/javascript";
const MODULE = new RegExp(
  String.raw`^((?:${quoted(pathToFileURL(ROOT).href)}|${quoted(ROOT)})/[^/]+/[^/]+)/((?:src|test)/.*)\.ts$`,
);

function quoted(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** The copy of a module of one of our packages, named by its path or its URL; anything else is given back as it is. */
function copyOf(module) {
  return String(module).replace(MODULE, `$1/${FOLDER}/$2.js`);
}

module.exports = { ROOT, copyOf };
