// What works where, as a table that Markdown reads too: a row for each package, a column for each engine.

const ROWS = ["atomics", "lock", "condition", "thread", "local"];

/** @param runs Of each engine, how its tests ended and how long they took. */
export function table(runs) {
  const head = ["", ...runs.map(({ engine }) => `${engine.name} (${engine.version})`)];
  const packages = ROWS.map((name) => [name, ...runs.map(({ outcomes }) => cell(of(outcomes, name)))]);
  const all = ["all", ...runs.map(({ outcomes }) => cell(outcomes))];
  const time = ["seconds", ...runs.map(({ seconds }) => String(seconds))];
  const rows = [head, ...packages, all, time];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => `| ${row.map((text, column) => text.padEnd(widths[column])).join(" | ")} |`);
  lines.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  return lines.join("\n");
}

function of(outcomes, name) {
  return outcomes.filter(({ file }) => file.startsWith(`packages/${name}/`));
}

function cell(outcomes) {
  const count = (...states) => outcomes.filter(({ state }) => states.includes(state)).length;
  const [passed, failed, skipped] = [count("pass"), count("fail", "hang", "crash"), count("skip")];
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} FAILED`);
  if (skipped > 0) parts.push(`${skipped} left out`);
  return parts.join(", ");
}
