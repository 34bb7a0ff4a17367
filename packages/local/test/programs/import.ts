// Whether importing the package leaves everything as it was.

import "@conc/thread";

const look = (): unknown[] => [
  ...Reflect.ownKeys(globalThis),
  ...process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name as "exit")}`),
  ...process.getActiveResourcesInfo(),
  ...[console, process].flatMap((object) =>
    Object.values(Object.getOwnPropertyDescriptors(object)).map(({ value }) => value),
  ),
];
const before = look();
const { local, taskLocal } = await import("@conc/local");
const after = look();
const changed = after.length !== before.length || after.some((item, index) => !Object.is(item, before[index]));
console.log(changed, typeof local, typeof taskLocal);
