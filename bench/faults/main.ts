// Puts pools to the test: each fault for each pool in a program of its own, which may hang or fall.
//
//   npm run faults              prints the table
//   npm run faults -- --write   writes it into docs/pools-under-faults.md as well

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { contestants, THREADS } from "./contestants.ts";
import { faults } from "./faults.ts";

/** Milliseconds after which a program counts as hung. */
const PATIENCE = 20_000;
/** With what Node ends a program that waits for a promise while nothing goes on any more. */
const NEVER_SETTLED = 13;
const CASE = fileURLToPath(new URL("./case.mjs", import.meta.url));
const PAGE = process.env.CONC_FAULTS_PAGE as string;

/** What came of a fault: "pass", "hang", or what is wrong. */
function judge(contestant: string, fault: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CASE, contestant, fault], { stdio: ["ignore", "pipe", "ignore"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, PATIENCE);
    child.on("close", (code) => {
      clearTimeout(timer);
      const verdict = output.match(/^verdict: (.*)$/m)?.[1];
      if (hung) resolve("hang");
      else if (code === NEVER_SETTLED) resolve("a promise never settles");
      else resolve(verdict === "pass" && code !== 0 ? `ended with code ${code}` : (verdict ?? "the program fell"));
    });
  });
}

/** A table in Markdown with columns of equal width. */
function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join(" | ")} |`;
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.slice(1).map(line)].join(
    "\n",
  );
}

/** Of an installed package, which need not let anybody import its manifest. */
function versionOf(name: string): string {
  const entry = createRequire(import.meta.url).resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(`/node_modules/${name}/`));
  return JSON.parse(readFileSync(`${folder}/node_modules/${name}/package.json`, "utf8")).version;
}

const names = Object.keys(contestants);
const rows: string[][] = [["", ...names]];
let ours = true;
for (const fault of Object.keys(faults)) {
  const verdicts: string[] = [];
  for (const name of names) verdicts.push(await judge(name, fault));
  ours &&= verdicts[0] === "pass";
  rows.push([fault, ...verdicts.map((verdict) => (verdict === "pass" ? verdict : `**${verdict}**`))]);
  console.error(`${fault}: ${verdicts.join(", ")}`);
}

const versions = names
  .slice(1)
  .map((name) => `${name} ${versionOf(name)}`)
  .join(", ");
const text = `# Pools under faults

What becomes of a pool of ${THREADS} threads when something goes wrong. Each fault runs in a program of its own, which counts as hung after
${PATIENCE / 1000} seconds. To pass means: what was to fail fails, everything else is done, and the pool works on.

Written by \`npm run faults -- --write\`, Node ${process.version}, ${versions}.

${table(rows)}
`;
console.log(text);
if (process.argv.includes("--write")) writeFileSync(PAGE, text);
process.exitCode = ours ? 0 : 1;
