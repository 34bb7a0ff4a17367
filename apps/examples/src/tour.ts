// Runs examples: all of them with a line for each, or those that are named with all that they print.

import { catalogue, type Example, exampleNamed, fileOf, sections } from "./catalogue.ts";
import { nearest } from "./nearest.ts";
import { type Outcome, runFile } from "./run-file.ts";
import { describeEnd, isFine, runTour } from "./run-tour.ts";
import { bold, faint } from "./style.ts";

const HELP = `Runs the examples, each as a program of its own.

  npm start                   the tour: all examples, a line for each
  npm start -- <name> …       these examples, with what they print
  npm start -- --list         their names, and where in the notes they come from
  npm start -- --help         this
`;

process.exitCode = await main(process.argv.slice(2));

/** Does what the arguments say; returns the exit code: 0, 1 if an example failed, 2 if the arguments make no sense. */
async function main(args: readonly string[]): Promise<number> {
  const options = args.filter((argument) => argument.startsWith("-"));
  const strange = options.find((option) => !["--list", "--help", "-h"].includes(option));
  if (strange !== undefined) return refuse(`There is no option ${strange}.\n\n${HELP}`);
  if (options.includes("--list")) {
    process.stdout.write(list());
    return 0;
  }
  if (options.length > 0) {
    process.stdout.write(HELP);
    return 0;
  }
  const unknown = args.filter((name) => !exampleNamed(name));
  if (unknown.length > 0) return refuse(unknown.map(describeUnknown).join(""));
  if (args.length > 0) return show(args.map((name) => exampleNamed(name) as Example));
  const failures = await runTour(sections, runExample, (text) => process.stdout.write(text));
  return failures > 0 ? 1 : 0;
}

function refuse(message: string): number {
  process.stderr.write(message);
  return 2;
}

function runExample(example: Example): Promise<Outcome> {
  return runFile(fileOf(example));
}

function list(): string {
  const width = Math.max(...catalogue.map(({ id }) => id.length));
  return sections
    .filter(({ examples }) => examples.length > 0)
    .map(({ title, examples }) => {
      const rows = examples.map(({ id, shows, from }) => `  ${id.padEnd(width)}  ${shows} ${faint(`(${from})`)}\n`);
      return `${bold(title)}\n${rows.join("")}`;
    })
    .join("\n");
}

function describeUnknown(name: string): string {
  const near = nearest(
    name,
    catalogue.map(({ id }) => id),
  );
  const hint = near.length > 0 ? `Did you mean ${near.join(", ")}?` : "npm start -- --list shows what there is.";
  return `There is no example ${name}. ${hint}\n`;
}

/** Runs examples one after the other, and passes on what they print as it comes. */
async function show(examples: readonly Example[]): Promise<number> {
  let failures = 0;
  for (const example of examples) {
    if (examples.length > 1) process.stdout.write(`${bold(example.id)}\n`);
    const outcome = await runFile(fileOf(example), { live: true });
    if (isFine(outcome)) continue;
    failures++;
    process.stderr.write(`${example.id} ${describeEnd(outcome)}\n`);
  }
  return failures > 0 ? 1 : 0;
}
