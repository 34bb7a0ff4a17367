import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** The bundle of a program that uses only this, minified and gzipped; in bytes. */
async function bundled(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    conditions: ["@conc/source"],
    logLevel: "silent",
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}

describe("a bundle", () => {
  it.each([
    ["Queue", 5000],
    ["LifoQueue", 6200],
    ["PriorityQueue", 6200],
    ["SimpleQueue", 4500],
  ])("that imports only %s has at most %i bytes more than a Word and the codec have", async (name, most) => {
    const core = await bundled(
      `import { ByteCodec, Word } from "@conc/atomics"; globalThis.used = [new Word(), ByteCodec];`,
    );
    const all = await bundled(`import { ${name} } from "@conc/queue"; globalThis.used = new ${name}();`);
    console.log(name, all, core, all - core);
    expect(all - core).toBeLessThanOrEqual(most);
  });
});
