// How an example is tested: it runs as a program of its own, and what it prints is looked at.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { exampleNamed, fileOf } from "../src/catalogue.ts";
import { runFile } from "../src/run-file.ts";

/** Milliseconds that an example may take; the test itself waits longer, so that none is left running. */
const PATIENCE = 40_000;

/** Threads come up much faster so than with tsx, with which the tests of the tour run theirs. */
const LOADER = ["--require", fileURLToPath(import.meta.resolve("@conc/testkit/typescript/preload.cjs"))];

/** What an example printed. */
export interface Printed {
  /** The lines of stdout. */
  readonly lines: readonly string[];
  /** "" unless the test said that it wants to look at it. */
  readonly stderr: string;
}

/**
 * A test that is named after an example, runs it, and expects exit code 0 and an empty stderr.
 *
 * @param check Looks at what was printed.
 * @param options.stderr Leaves stderr to `check`.
 */
export function example(id: string, check: (printed: Printed) => void, options: { stderr?: boolean } = {}): void {
  // Most of them sleep most of the time.
  test.concurrent(
    id,
    async () => {
      const found = exampleNamed(id);
      if (!found) throw new Error(`${id} is not in src/catalogue.ts`);
      const { code, signal, stdout, stderr, output } = await runFile(fileOf(found), {
        patience: PATIENCE,
        loader: LOADER,
      });
      expect({ code, signal }, output).toEqual({ code: 0, signal: null });
      if (!options.stderr) expect(stderr).toBe("");
      check({ lines: stdout.split("\n").slice(0, -1), stderr });
    },
    1.5 * PATIENCE,
  );
}

/** Expects lines in this order, whatever stands between them. A pattern must match a line, a string be one. */
export function expectInOrder(lines: readonly string[], ...wanted: readonly (string | RegExp)[]): void {
  let from = 0;
  for (const one of wanted) {
    const at = lines.findIndex((line, index) => index >= from && isMatch(line, one));
    if (at === -1) throw new Error(`no line ${one} after line ${from} of:\n${lines.join("\n")}`);
    from = at + 1;
  }
}

/** The numbers in the first line that matches, one for each group of the pattern. */
export function numbersIn(lines: readonly string[], pattern: RegExp): number[] {
  const found = lines.map((line) => line.match(pattern)).find((match) => match !== null);
  if (!found) throw new Error(`no line ${pattern} in:\n${lines.join("\n")}`);
  return found.slice(1).map(Number);
}

function isMatch(line: string, wanted: string | RegExp): boolean {
  return typeof wanted === "string" ? line === wanted : wanted.test(line);
}
