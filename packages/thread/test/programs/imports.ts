// Whether importing the packages leaves everything as it was.

// Node itself changes `process.chdir` when this module is asked for.
import "node:worker_threads";

const packages = process.argv.slice(2);

/** All that a program can find without importing anything: objects by name, and what is in them. */
function survey(): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const note = (name: string, object: object): void => {
    for (const key of Reflect.ownKeys(object)) {
      const { value, get, set, ...flags } = Reflect.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
      found.set(`${name}.${String(key)}`, [value, get, set, flags.enumerable, flags.configurable, flags.writable]);
      if (name !== "globalThis" || value === null || value === globalThis) continue;
      if (typeof value === "object" || typeof value === "function") note(String(key), value);
      if (typeof value === "function" && value.prototype) note(`${String(key)}.prototype`, value.prototype);
    }
  };
  note("globalThis", globalThis);
  note("console", console);
  note("process", process);
  note("process.stdout", process.stdout);
  for (const event of process.eventNames()) found.set(`on ${String(event)}`, process.listeners(event as "exit"));
  found.set("listeners", process.eventNames().map(String).sort().join());
  found.set("alive", process.getActiveResourcesInfo().join());
  return found;
}

function same(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((item, index) => Object.is(item, b[index]));
}

// What is made when it is first looked at is there now.
survey();
const before = survey();
const imported = await Promise.all(packages.map((name) => import(name)));
const after = survey();
const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
  (key) => !same(before.get(key), after.get(key)),
);
console.log(
  JSON.stringify({ changed, exports: imported.map((module) => Object.keys(module).length > 0), looked: before.size }),
);
