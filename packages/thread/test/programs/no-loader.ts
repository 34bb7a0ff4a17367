// JavaScript, with a task from a module in TypeScript that somebody translated for the main thread only.

import { Thread, tasks } from "@conc/thread";

const task = (): void => {};
tasks({ url: "file:///nowhere/task.ts" } as ImportMeta, { task });
try {
  new Thread({ target: task }).start();
} catch (error) {
  console.log(String(error));
}
