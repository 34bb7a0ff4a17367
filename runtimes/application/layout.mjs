// Lays the built packages and their tests out as an application in plain JavaScript, for engines on which vitest does not run.
// Below the packages it is what a user gets from npm: `dist`, and nothing of `src`.

import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, transformSync } from "esbuild";
import { readJson, root } from "../../scripts/workspace.mjs";

const STAND_INS = join(root, "runtimes/application");

/** Fills an empty folder; gives the test files, their paths counted from there. */
export async function layOut(folder) {
  write(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  cpSync(join(STAND_INS, "run.mjs"), join(folder, "run.mjs"));
  for (const name of readdirSync(join(root, "packages"))) layOutPackage(folder, name);
  await standIns(folder);
  return readdirSync(join(folder, "packages"), { recursive: true })
    .filter((file) => file.endsWith(".test.js"))
    .map((file) => `packages/${file}`)
    .sort();
}

function layOutPackage(folder, name) {
  const source = join(root, "packages", name);
  const target = join(folder, "packages", name);
  const manifest = readJson(`packages/${name}/package.json`);
  if (manifest.private) {
    compile(join(source, "src"), join(target, "src"));
    manifest.exports["."] = "./src/index.js";
  } else {
    cpSync(join(source, "dist"), join(target, "dist"), { recursive: true });
    compile(join(source, "test"), join(target, "test"));
    // There is no source here, which the tests of a package would otherwise find by this condition.
    delete manifest.exports["."]["@conc/source"];
  }
  write(join(target, "package.json"), JSON.stringify(manifest));
  const installed = join(folder, "node_modules/@conc");
  mkdirSync(installed, { recursive: true });
  symlinkSync(target, join(installed, name), "dir");
}

/** Every file of a folder in plain JavaScript; where it names a source file, it names what was built from it. */
function compile(from, to) {
  for (const file of readdirSync(from, { recursive: true })) {
    if (!file.endsWith(".ts")) continue;
    const { code } = transformSync(readFileSync(join(from, file), "utf8"), { loader: "ts", target: "es2022" });
    const renamed = code
      .replace(/\.ts(?=["'`?])/g, ".js")
      .replace(/\.\.\/src\//g, "../dist/")
      // V8 gives its collector away by a flag, Bun by a function of its own.
      .replace('runInNewContext("gc")', '(globalThis.Bun ? () => Bun.gc(true) : runInNewContext("gc"))');
    write(join(to, file.replace(/ts$/, "js")), renamed);
  }
}

/** In place of what the tests need around them and can not have here. */
async function standIns(folder) {
  const vitest = realpathSync(join(root, "node_modules/vitest"));
  await build({
    entryPoints: [join(STAND_INS, "vitest.mjs")],
    outfile: join(folder, "node_modules/vitest/index.js"),
    bundle: true,
    format: "esm",
    platform: "node",
    // The parts of vitest lie beside it.
    nodePaths: [dirname(vitest)],
    logLevel: "warning",
  });
  write(join(folder, "node_modules/vitest/package.json"), JSON.stringify({ type: "module", exports: "./index.js" }));

  // Nothing is left here that would have to be compiled in a thread.
  write(join(folder, "packages/testkit/src/typescript/preload.cjs"), "");

  // The packages are built already, and the programs are compiled.
  cpSync(join(folder, "packages/thread/test/programs"), join(folder, "programs"), { recursive: true });
  write(
    join(folder, "packages/thread/test/published.js"),
    `export class Published { folder = ${JSON.stringify(join(folder, "programs"))}; remove() {} }\n`,
  );
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
