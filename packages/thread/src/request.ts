import type { Packed } from "@conc/atomics";
import type { TaskName, TaskReference } from "./tasks.ts";

/** A target and its arguments. */
export interface Call {
  readonly target: TaskReference;
  /** `{ args: […] }`, so that messages about something in it name it so. */
  readonly args: Packed;
}

/** What a new thread does. */
export type Plan =
  /** The call, or nothing. */
  | { readonly kind: "call"; readonly call: Call | undefined }
  /** `run` of a subclass, on an object with the same fields; the call is for `super.run()`. */
  | { readonly kind: "object"; readonly type: TaskName; readonly fields: Packed; readonly call: Call | undefined };

/** Puts a plan off. */
export interface Delay {
  /** When to begin, in milliseconds that all threads count alike (`timeOrigin + now`). */
  readonly until: number;
  /** An event that calls it off if it is set before, and is set after it ran. */
  readonly finished: Packed;
}

/** All that a new thread has to know; it travels by structured clone. */
export interface StartRequest {
  readonly arena: SharedArrayBuffer;
  /** The slot that was reserved for it. */
  readonly agent: number;
  readonly parent: number;
  readonly name: string;
  readonly daemon: boolean;
  readonly plan: Plan;
  readonly delay: Delay | undefined;
  /** What has become of what is packed in it; see `delivery.ts`. */
  readonly delivery: Int32Array;
  /** Modules to import before anything is unpacked. */
  readonly modules: readonly string[];
  /** Arenas to take part in, beside its own. */
  readonly arenas: readonly SharedArrayBuffer[];
  readonly resourceLimits: ResourceLimits;
  /** Whether somebody else makes the worker, which brings its code along. */
  readonly isSummoned: boolean;
}

/** Limits of a thread's engine, as Node's `Worker` has them. Browsers have none. */
export interface ResourceLimits {
  /** The most megabytes that the heap may grow to. */
  maxOldGenerationSizeMb?: number;
  maxYoungGenerationSizeMb?: number;
  codeRangeSizeMb?: number;
  stackSizeMb?: number;
}

/** What threads and their supervisor tell each other. */
export type Message =
  /** Start a thread for me. */
  | { readonly type: "start"; readonly request: StartRequest }
  /** End a thread that I did not start myself. */
  | { readonly type: "terminate"; readonly id: number }
  /** An error that nobody caught in thread `id`, for the hook of agent `to`. */
  | { readonly type: "failed"; readonly id: number; readonly to: number; readonly name: string; readonly error: Packed }
  /** Thread `id`, which agent `to` started, is gone. */
  | { readonly type: "ended"; readonly id: number; readonly to: number };
