import { Semaphore } from "@conc/lock";
import type { Example, Section } from "./catalogue.ts";
import type { Outcome } from "./run-file.ts";
import { bold, faint, green, red } from "./style.ts";

/** Examples that run at the same time: mostly they sleep, and more would only disturb each other's times. */
const AT_ONCE = 2;

/**
 * Runs all examples and prints a line for each in their order, under it all that a failed one printed, and at the end a summary.
 *
 * @returns How many failed.
 */
export async function runTour(
  sections: readonly Section[],
  run: (example: Example) => Promise<Outcome>,
  print: (text: string) => void,
): Promise<number> {
  const start = performance.now();
  const slots = new Semaphore(AT_ONCE);
  const all = sections.flatMap(({ examples }) => examples);
  const outcomes = new Map(all.map((example) => [example, slots.runExclusiveAsync(() => run(example))]));
  const width = Math.max(...all.map(({ id }) => id.length));
  let failures = 0;
  for (const { title, examples } of sections) {
    if (examples.length > 0) print(`${bold(title)}\n`);
    for (const example of examples) {
      const outcome = (await outcomes.get(example)) as Outcome;
      const fine = isFine(outcome);
      const seconds = `${(outcome.milliseconds / 1000).toFixed(1)} s`.padStart(6);
      print(`${fine ? green("✓") : red("✗")} ${example.id.padEnd(width)} ${seconds}  ${faint(example.shows)}\n`);
      if (fine) continue;
      failures++;
      print(`    ${describeEnd(outcome)}, having printed:\n${outcome.output.replace(/^/gm, "    ").trimEnd()}\n`);
    }
  }
  const summary = `${all.length} examples, ${all.length - failures} ok${failures > 0 ? `, ${failures} failed` : ""}`;
  print(`\n${bold(summary)} in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return failures;
}

export function isFine({ code }: Outcome): boolean {
  return code === 0;
}

/** How a program ended, as the end of a sentence. */
export function describeEnd({ code, signal, hung }: Outcome): string {
  if (hung) return "did not end by itself";
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}
