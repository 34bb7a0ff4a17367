import { Arena, agentsOf, checkOptionNames } from "@conc/atomics";
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
}

const OPTIONS = "target, args, name, daemon, stackSize, resourceLimits";

/** @throws {TypeError} If an option is of the wrong type, or unknown. */
export function checkOptions(options: ThreadOptions): ThreadOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `options must be an object such as { target, args }, got ${options === null ? "null" : typeof options}`,
    );
  }
  checkOptionNames(options, OPTIONS);
  const { target, args, daemon } = options;
  if (target !== undefined && typeof target !== "function")
    throw new TypeError(`target must be a function, got ${typeof target}`);
  if (args !== undefined && !Array.isArray(args)) throw new TypeError(`args must be an array, got ${typeof args}`);
  if (daemon !== undefined && typeof daemon !== "boolean")
    throw new TypeError(`daemon must be true or false, got ${typeof daemon}`);
  return options;
}

/** The name of a thread that was given none. */
export function defaultName(target: AnyFunction | undefined): string {
  const number = agentsOf(Arena.default).nextNumber();
  return target?.name ? `Thread-${number} (${target.name})` : `Thread-${number}`;
}
