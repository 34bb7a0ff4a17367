// Copies all that threads and programs of the tests may run to JavaScript, before the tests begin; preload.cjs leads there.
//
// A thread has to load what it runs anew, and each module costs it as much as a thousand lines. So the sources of a published package
// become one module, as in most applications that use it; each of its files is still there for tests that ask for it by name. Everything
// else is copied file by file. All know themselves by the URLs of their originals: what one thread says about a module, another one
// understands, whichever of the two it has loaded.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildOptions, build, type OnResolveResult, type Plugin } from "esbuild";
import type { TestProject } from "vitest/node";
import { copyOf, ROOT } from "./copy-of.cjs";

const OPTIONS = {
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  target: "es2022",
  conditions: ["@conc/source"],
} satisfies BuildOptions;

/** Before the first test, and in watch mode before each further run. */
export default async function setup(project: TestProject): Promise<void> {
  await copyAll();
  project.onTestsRerun(copyAll);
}

async function copyAll(): Promise<void> {
  const folders = ["packages", "apps"].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => join(ROOT, parent, name)),
  );
  const published = folders.filter((folder) => !readJson(join(folder, "package.json")).private);
  const singles = folders.flatMap((folder) => [
    ...(published.includes(folder) ? [] : modulesIn(join(folder, "src"))),
    ...modulesIn(join(folder, "test")),
  ]);
  await Promise.all([copyOneByOne(singles), ...published.map((folder) => copyAsOne(join(folder, "src")))]);
}

/** Each module by itself. */
async function copyOneByOne(modules: readonly string[]): Promise<void> {
  const { outputFiles } = await build({
    ...OPTIONS,
    entryPoints: modules.map((path) => ({ in: path, out: relative(ROOT, copyOf(path)).replace(/\.js$/, "") })),
    outdir: ROOT,
    sourcemap: "inline",
    sourcesContent: false,
    plugins: [leadingToCopies((source, url) => `import.meta.url = ${url}; ${source}`), linking],
  });
  for (const { path, text } of outputFiles) put(path, text);
}

/** All modules of a folder in the copy of its index, which the copies of the others show parts of. */
async function copyAsOne(folder: string): Promise<void> {
  const modules = modulesIn(folder);
  const index = join(folder, "index.ts");
  const others = modules.filter((path) => path !== index);
  const everything = others.map((path, number) => `export * as $${number} from ${JSON.stringify(path)};`);
  const { outputFiles } = await build({
    ...OPTIONS,
    stdin: { contents: [`export * from ${JSON.stringify(index)};`, ...everything].join("\n"), resolveDir: folder },
    plugins: [
      leadingToCopies((source, url) =>
        source.replaceAll("import.meta.url", url).replace(/^tasks\(import\.meta,/gm, `tasks({ url: ${url} },`),
      ),
    ],
  });
  put(copyOf(index), outputFiles[0]?.text ?? "");

  const { metafile } = await build({ ...OPTIONS, bundle: false, entryPoints: others, outdir: folder, metafile: true });
  const exportsOf = new Map(
    Object.values(metafile.outputs).map(({ entryPoint = "", exports }) => [resolve(entryPoint), exports]),
  );
  for (const [number, path] of others.entries()) {
    const names = exportsOf.get(path)?.filter((name) => name !== "default") ?? [];
    const part = [
      `import { $${number} as part } from ${JSON.stringify(urlOf(copyOf(index)))};`,
      `export const { ${names.join(", ")} } = part;`,
      "export default part.default;",
    ];
    put(copyOf(path), part.join("\n"));
  }
}

/**
 * What a module names at run time is looked for among the copies.
 *
 * @param asOriginal Has a source take the URL of the original for its own.
 */
function leadingToCopies(asOriginal: (source: string, url: string) => string): Plugin {
  return {
    name: "leading to copies",
    setup({ onLoad, onResolve, resolve: find }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, "utf8").replace(/\bimport\((?!["'])/g, "importCopy(");
        return { contents: asOriginal(source, JSON.stringify(urlOf(path))), loader: "ts" };
      });
      onResolve({ filter: /^@conc\// }, async ({ path, resolveDir, kind, pluginData }) => {
        if (pluginData === "original") return undefined;
        const { path: original } = await find(path, { resolveDir, kind, pluginData: "original" });
        return external(original);
      });
      onResolve({ filter: /^[^./]/ }, ({ pluginData }) => (pluginData === "original" ? undefined : { external: true }));
    },
  };
}

/** Other modules stay what they are. */
const linking: Plugin = {
  name: "linking",
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) => external(resolve(resolveDir, path)));
  },
};

function external(path: string): OnResolveResult {
  return { path: urlOf(copyOf(path)), external: true };
}

function urlOf(path: string): string {
  return pathToFileURL(path).href;
}

/** The paths of the modules in a folder and below it, without the tests. */
function modulesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .map((path) => join(folder, path));
}

/** Writes a file, but not again what is there: another run may be reading it. */
function put(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function readJson(path: string): { private?: boolean } {
  return JSON.parse(readFileSync(path, "utf8"));
}
