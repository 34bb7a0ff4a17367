import { Worker } from "node:worker_threads";
import { Arena } from "../../src/arenas.ts";

// A raw worker, as a user without `@conc/thread` would start one: it adopts the arena, then handles mean the same in it.
const BOOT = `
const { parentPort, workerData } = require("node:worker_threads");
(async () => {
  const { Arena } = await import(workerData.arena);
  Arena.adopt(workerData.buffer);
  const module = await import(workerData.module);
  parentPort.postMessage(await module[workerData.name](...workerData.args));
})();
`;

/** Calls `name(...args)` of a module of this folder in a new thread. Shared objects travel as handles. */
export function inThread<R>(module: string, name: string, ...args: unknown[]): Promise<R> {
  const workerData = {
    arena: new URL("../../src/arenas.ts", import.meta.url).href,
    buffer: Arena.default.buffer,
    module: new URL(module, import.meta.url).href,
    name,
    args,
  };
  const worker = new Worker(BOOT, { eval: true, workerData });
  return new Promise((resolve, reject) => {
    let result: R;
    worker.once("message", (message: R) => {
      result = message;
    });
    worker.once("error", reject);
    worker.once("exit", (code) => (code === 0 ? resolve(result) : reject(new Error(`the thread ended with ${code}`))));
  });
}

/** The same in `count` threads at once, each with its number before the other arguments. */
export function inThreads<R>(count: number, module: string, name: string, ...args: unknown[]): Promise<R[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => inThread<R>(module, name, index, ...args)));
}
