import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const TYPESCRIPT = fileURLToPath(import.meta.resolve("@conc/testkit/typescript/preload.cjs"));

it("importing the package changes nothing that a program can see", async () => {
  const program = fileURLToPath(new URL("./programs/import.ts", import.meta.url));
  const args = ["--conditions=@conc/source", "--require", TYPESCRIPT, program];
  const cwd = fileURLToPath(new URL("../../..", import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd });
  expect([stdout, stderr]).toEqual(["false function function\n", ""]);
});
