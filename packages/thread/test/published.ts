import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const PACKAGES = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAMS = fileURLToPath(new URL("./programs", import.meta.url));

/** The packages and this folder's programs in plain JavaScript, laid out as an application that has installed them. */
export class Published {
  readonly folder: string = mkdtempSync(join(tmpdir(), "conc-"));

  constructor(...packages: readonly string[]) {
    for (const name of packages) {
      const target = join(this.folder, "node_modules/@conc", name);
      build(name, join(target, "dist"));
      cpSync(join(PACKAGES, name, "package.json"), join(target, "package.json"));
    }
    compile(PROGRAMS, this.folder);
    writeFileSync(join(this.folder, "package.json"), '{ "type": "module" }');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** The package as it is published: what the compiler makes of a source may differ from what runs in the tests. */
function build(name: string, outDir: string): void {
  const tsc = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));
  const project = join(PACKAGES, name, "tsconfig.build.json");
  execFileSync(process.execPath, [tsc, "-p", project, "--outDir", outDir, "--noCheck"]);
}

function compile(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    const { code } = transformSync(readFileSync(join(from, file), "utf8"), { loader: "ts", target: "es2022" });
    writeFileSync(join(to, file.replace(/ts$/, "js")), code.replace(/(["']\.{1,2}\/[^"']+\.)ts(["'])/g, "$1js$2"));
  }
}
