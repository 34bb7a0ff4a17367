import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalogue, fileOf, sections } from "../src/catalogue.ts";

const tests = readdirSync(new URL(".", import.meta.url))
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => readFileSync(new URL(name, import.meta.url), "utf8"))
  .join("\n");

test("no two examples have the same id", () => {
  const ids = catalogue.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
});

test.each(catalogue.map((example) => [example.id, example] as const))(
  "%s has a file, a test and a source",
  (id, example) => {
    expect(existsSync(fileOf(example))).toBe(true);
    expect(tests).toContain(`example("${id}"`);
    // The head of the file names the same place of the notes as the list.
    const head = readFileSync(fileOf(example), "utf8").split("\n\n")[0];
    expect(head).toContain(`// Notes: ${example.from}.`);
  },
);

test.each(sections)("the folder of $title holds nothing but its examples", ({ folder, examples }) => {
  const files = readdirSync(new URL(`../src/${folder}/`, import.meta.url));
  expect(files.sort()).toEqual(examples.map(({ id }) => `${id}.ts`).sort());
});
