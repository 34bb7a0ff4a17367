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

const WORD = `import { Word } from "@conc/atomics"; globalThis.word = Word;`;
const CODEC = `import { ByteCodec } from "@conc/atomics"; globalThis.codec = ByteCodec;`;

describe("a bundle", () => {
  it("that imports the codec has at most 8600 bytes more than a Word has", async () => {
    expect((await bundled(WORD + CODEC)) - (await bundled(WORD))).toBeLessThanOrEqual(8600);
  });

  it.each([
    ["Queue", 4600],
    ["LifoQueue", 5750],
    ["PriorityQueue", 5750],
    ["SimpleQueue", 3500],
  ])("that imports only %s has at most %i bytes more than a Word and the codec have", async (name, most) => {
    const all = await bundled(`import { ${name} } from "@conc/queue"; globalThis.used = new ${name}();`);
    expect(all - (await bundled(WORD + CODEC))).toBeLessThanOrEqual(most);
  });
});
