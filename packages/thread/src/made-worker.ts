// Workers that somebody else makes for us: a bundler has to see `new Worker(new URL(…), …)` in the application's own code.

import type { MessagePort } from "node:worker_threads";
import type { StartRequest } from "./request.ts";

/** A worker of Node, Bun, Deno or a browser. */
export interface AnyWorker {
  postMessage(message: unknown, transfer: any): void;
  terminate(): unknown;
}

/** Makes a worker whose module calls `actAsThread`. */
export type MakeWorker = () => AnyWorker;

/** What such a worker is told. */
export interface Summons {
  readonly conc: StartRequest;
  /** Of Node. */
  readonly lifeline?: MessagePort;
}

/**
 * Has a new worker become a thread.
 *
 * @throws {TypeError} If what was made is no worker.
 */
export function summon(make: MakeWorker, summons: Summons): AnyWorker {
  const worker = make();
  if (typeof worker?.postMessage !== "function" || typeof worker.terminate !== "function") {
    throw new TypeError("`worker` must be a function that returns a new Worker");
  }
  worker.postMessage(summons, summons.lifeline ? [summons.lifeline] : []);
  return worker;
}
