import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const TYPESCRIPT = fileURLToPath(import.meta.resolve("@conc/testkit/typescript/preload.cjs"));
const PROGRAM = fileURLToPath(new URL("./programs/waits.ts", import.meta.url));

/** Runs a program until it ends by itself, and gives what it printed. */
async function run(...args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--conditions=@conc/source",
    "--require",
    TYPESCRIPT,
    PROGRAM,
    ...args,
  ]);
  return stdout.trim().split("\n");
}

describe.each(["Lock", "RLock", "Semaphore"])("a program whose only business is an async wait for a %s", (name) => {
  it("LK-112 lives until it has it, and then ends", async () => {
    expect(await run(name, "pending")).toEqual(["acquired", "exit 0"]);
  });
});

describe("a program whose only business is an async wait", () => {
  it("LK-112 ends once that was aborted, or its time has run out", async () => {
    expect(await run("Lock", "aborted")).toEqual(["enough", "exit 0"]);
    expect(await run("RLock", "late")).toEqual(["TimeoutError", "exit 0"]);
  });
});
