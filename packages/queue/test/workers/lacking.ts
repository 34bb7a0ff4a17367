// A thread that has imported queues and nothing else.

import type { Queue } from "../../src/index.ts";

/** How a get ended. */
export interface Got {
  /** What was thrown at first, and how many items were there afterwards. */
  readonly failure: string;
  readonly size: number;
  /** What came once the module was there; undefined if another one has taken it. */
  readonly item: unknown;
}

/** Gets an item that needs a module beside those that are there, and fails; then imports that, and gets it if it is still there. */
export async function getTwice(
  queue: Queue,
  form: "get" | "getAsync",
  module: string,
  there: readonly string[] = [],
): Promise<Got> {
  for (const url of there) await import(url);
  let failure: string;
  try {
    failure = `it came: ${await queue[form]()}`;
  } catch (error) {
    failure = String(error);
  }
  const { size } = queue;
  await import(module);
  return { failure, size, item: queue.empty ? undefined : queue.getNowait() };
}
