// What works where, as a table that Markdown reads too: a row for each package that was tested, a column for each engine.

/** @param runs Of each engine, how its tests ended and how long they took. */
export function table(runs) {
  const head = ["", ...runs.map(({ engine }) => `${engine.name} (${engine.version})`)];
  const names = new Set(runs.flatMap(({ outcomes }) => outcomes.map(packageOf)));
  const tested = [...names].filter((name) => name !== undefined).sort();
  const packages = tested.map((name) => [
    name,
    ...runs.map(({ outcomes }) => cell(outcomes.filter((outcome) => packageOf(outcome) === name))),
  ]);
  const all = ["all", ...runs.map(({ outcomes }) => cell(outcomes))];
  const time = ["seconds", ...runs.map(({ seconds }) => String(seconds))];
  const rows = [head, ...packages, all, time];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => `| ${row.map((text, column) => text.padEnd(widths[column])).join(" | ")} |`);
  lines.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  return lines.join("\n");
}

function packageOf({ file }) {
  return /^packages\/([^/]+)\//.exec(file)?.[1];
}

function cell(outcomes) {
  const count = (...states) => outcomes.filter(({ state }) => states.includes(state)).length;
  const [passed, failed, skipped] = [count("pass"), count("fail", "hang", "crash"), count("skip")];
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} FAILED`);
  if (skipped > 0) parts.push(`${skipped} left out`);
  return parts.join(", ");
}
