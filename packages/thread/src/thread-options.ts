import { Arena, agentsOf, checkOptionNames } from "@conc/atomics";
import type { MakeWorker } from "./made-worker.ts";
import type { ResourceLimits } from "./request.ts";
import type { AnyFunction } from "./tasks.ts";

/** What a thread is made of. */
export interface ThreadOptions {
  /** What the thread calls: a function registered with `tasks`, or one that captures nothing. Left out, the thread does nothing. */
  target?: AnyFunction | undefined;
  /** The target's arguments: structured clones, in which primitives stay the same primitives. */
  args?: readonly unknown[] | undefined;
  /** Left out or empty: `Thread-N`, with the target's name in parentheses. */
  name?: string | undefined;
  /** Whether the program may end without waiting for it; left out, as the thread that makes it. */
  daemon?: boolean | undefined;
  /** Bytes of stack, from 32 KiB; left out, what `stackSize` says. */
  stackSize?: number | undefined;
  /** Limits of the thread's engine, as Node's `Worker` has them. */
  resourceLimits?: ResourceLimits | undefined;
  /**
   * Makes the worker in which the thread runs, for applications that are bundled: `() => new Worker(new URL("./worker.ts", import.meta.url),
   * { type: "module" })`. The module of the worker calls `actAsThread`. In Node only the main thread can start such a thread.
   */
  worker?: MakeWorker | undefined;
}

const OPTIONS = "target, args, name, daemon, stackSize, resourceLimits, worker";

/** @throws {TypeError} If an option is of the wrong type, or unknown. */
export function checkOptions(options: ThreadOptions): ThreadOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `options must be an object such as { target, args }, got ${options === null ? "null" : typeof options}`,
    );
  }
  checkOptionNames(options, OPTIONS);
  const { target, args, daemon, worker, stackSize, resourceLimits } = options;
  if (target !== undefined && typeof target !== "function")
    throw new TypeError(`target must be a function, got ${typeof target}`);
  if (args !== undefined && !Array.isArray(args)) throw new TypeError(`args must be an array, got ${typeof args}`);
  if (daemon !== undefined && typeof daemon !== "boolean")
    throw new TypeError(`daemon must be true or false, got ${typeof daemon}`);
  if (worker === undefined) return options;
  if (typeof worker !== "function") throw new TypeError(`worker must be a function, got ${typeof worker}`);
  if (stackSize !== undefined || resourceLimits !== undefined) {
    throw new TypeError("with a `worker` function it is for that to set stack and limits of the worker");
  }
  return options;
}

/** The name of a thread that was given none. */
export function defaultName(target: AnyFunction | undefined): string {
  const number = agentsOf(Arena.default).nextNumber();
  return target?.name ? `Thread-${number} (${target.name})` : `Thread-${number}`;
}
