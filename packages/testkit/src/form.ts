import type { Packed } from "@conc/atomics";

/** How an action calls a primitive: the blocking forms in a thread, the async ones in a task. */
export interface Form {
  readonly kind: "blocking" | "async";

  /** Calls `target.method(...args)`, or `target.methodAsync(...args)` in a task if there is one. To be awaited in any case. */
  call<R = any>(target: object, method: string, ...args: unknown[]): R | Promise<R>;
}

/** What a module of actions exports. */
export type FlowModule = Record<string, (form: Form, ...args: any[]) => unknown>;

/** What a thread is told: to run an action, or to call the method that the arguments begin with. */
export interface FlowRequest {
  readonly number: number;
  readonly action: string | undefined;
  readonly args: Packed;
}

/** How that ended. */
export interface FlowReply {
  readonly number: number;
  readonly failed: boolean;
  readonly value: Packed;
}

/** Calls a method in one of its forms, or reads a getter. */
export function callIn(kind: Form["kind"], target: any, method: string, args: unknown[]): any {
  const asyncForm = kind === "async" ? target[`${method}Async`] : undefined;
  const member = asyncForm ?? target[method];
  return typeof member === "function" ? member.apply(target, args) : member;
}
