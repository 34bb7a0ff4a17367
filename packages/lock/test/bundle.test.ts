import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** The bundle of a program that uses only this one class, minified and gzipped; in bytes. */
async function bundled(name: string): Promise<{ bytes: number; inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `import { ${name} } from "@conc/lock"; globalThis.used = new ${name}();`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    metafile: true,
    conditions: ["@conc/source"],
    logLevel: "silent",
  });
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { bytes: gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length, inputs: inputs.map(([file]) => file) };
}

describe("a bundle", () => {
  it("that imports only Lock holds nothing of the other primitives, nor of what it takes to share them", async () => {
    const { inputs } = await bundled("Lock");
    const names = inputs.map((file) => file.replace(/^.*\//, ""));
    for (const other of [
      "rlock.ts",
      "semaphore.ts",
      "task.ts",
      "arena.ts",
      "wait-queue.ts",
      "deadlock.ts",
      "codec.ts",
      "sharing.ts",
      "value.ts",
    ]) {
      expect(names).not.toContain(other);
    }
  });

  it.each([
    ["Lock", 3350],
    ["Semaphore", 3300],
    ["RLock", 4400],
  ])("that imports only %s has at most %i bytes", async (name, most) => {
    expect((await bundled(name)).bytes).toBeLessThanOrEqual(most);
  });
});
