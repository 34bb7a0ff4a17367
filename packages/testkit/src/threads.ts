import { type MessagePort, Worker } from "node:worker_threads";
import { Arena, pack, unpack } from "@conc/atomics";

// Threads for the tests of the lower packages: plain workers that adopt the arena, so that these tests do not depend on
// `@conc/thread`.
const BOOT = `
const { parentPort, workerData } = require("node:worker_threads");
(async () => {
  const { Arena, pack, unpack } = await import(workerData.atomics);
  for (const buffer of workerData.args.arenas) Arena.adopt(buffer);
  Arena.adopt(workerData.arena);
  for (const module of workerData.args.modules) await import(module);
  const module = await import(workerData.module);
  const result = await module[workerData.name](...unpack(workerData.args), ...workerData.ports);
  parentPort.postMessage(pack(result));
})();
`;

/** A thread that runs one exported function of a module. */
export class TestThread<R = unknown> {
  readonly worker: Worker;
  /** What the function returned; rejects if it threw, or with an error if the thread died. */
  readonly result: Promise<R>;
  /** Settles with the exit code once the thread is gone. */
  readonly exit: Promise<number>;

  constructor(worker: Worker) {
    this.worker = worker;
    this.exit = new Promise((resolve) => worker.once("exit", resolve));
    this.result = new Promise((resolve, reject) => {
      worker.once("message", (message) => resolve(unpack(message) as R));
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`the thread ended with code ${code} before it returned`)));
    });
    this.result.catch(() => {});
  }

  /** Ends the thread wherever it is. */
  async kill(): Promise<void> {
    await this.worker.terminate();
  }
}

/**
 * Starts a thread that calls `module.name(...args)`.
 *
 * @param module The URL of a module, such as `new URL("./workers/hold.ts", import.meta.url)`.
 */
export function startThread<R = unknown>(module: URL, name: string, ...args: unknown[]): TestThread<R> {
  return startThreadWith<R>([], module, name, ...args);
}

/**
 * The same with ports, which stand behind the other arguments. They keep what is sent before the thread listens; the port that every
 * worker has loses that in Deno.
 */
export function startThreadWith<R = unknown>(
  ports: MessagePort[],
  module: URL,
  name: string,
  ...args: unknown[]
): TestThread<R> {
  const workerData = {
    atomics: import.meta.resolve("@conc/atomics"),
    arena: Arena.default.buffer,
    module: module.href,
    name,
    args: pack(args),
    ports,
  };
  return new TestThread<R>(new Worker(BOOT, { eval: true, workerData, transferList: ports }));
}

/** Starts `count` such threads, each with its number before the other arguments, and gives all their results. */
export function runThreads<R = unknown>(count: number, module: URL, name: string, ...args: unknown[]): Promise<R[]> {
  const threads = Array.from({ length: count }, (_, index) => startThread<R>(module, name, index, ...args));
  return Promise.all(threads.map((thread) => thread.result));
}
