// How code travels: by name. A function or class belongs to a module; another thread imports that module, whose call of `tasks`
// registers the same names there.

import { registerErrors, registerReference } from "@conc/atomics";
import { COMPILER_HELPERS } from "./compiler-helpers.ts";
import { freeVariables, toExpression } from "./free-variables.ts";
import { host } from "./platform.ts";
import type { StartRequest } from "./request.ts";
import { hasItsCode } from "./runtime-state.ts";

/** Any function or class, whatever it takes. */
export type AnyFunction = Function;

/** A registered function or class, as it travels. */
export interface TaskName {
  readonly module: string;
  readonly name: string;
}

/** What a thread runs, as it travels. */
export type TaskReference = TaskName | { readonly source: string; readonly name: string };

const modules = new Map<string, Map<string, AnyFunction>>();
const names = new WeakMap<AnyFunction, TaskName>();

/**
 * Names functions and classes of a module, so that other threads can find them: as targets, in arguments, and classes that
 * extend `Thread` or `Error`, whose objects then keep their class.
 *
 * Call it once, at the top level of the module that defines them. A thread that runs one of them imports that module; what its top
 * level does besides defining belongs under `if (isMainThread)`.
 *
 * @param meta The module's `import.meta`.
 * @param members Functions and classes by name.
 * @returns The same members.
 * @throws {TypeError} If something among them is no function, or `meta` has no URL.
 *
 * @example
 * function action(max: number) {
 *   for (let i = 0; i < max; i++) console.log(`${currentThread().name} ${i}`);
 * }
 * tasks(import.meta, { action });
 * if (isMainThread) new Thread({ target: action, args: [100] }).start();
 */
export function tasks<T extends Record<string, AnyFunction>>(meta: ImportMeta, members: T): T {
  if (typeof meta?.url !== "string")
    throw new TypeError("tasks(import.meta, { … }): the first argument must be import.meta");
  for (const [name, member] of Object.entries(members)) {
    if (typeof member !== "function")
      throw new TypeError(`tasks: ${name} must be a function or a class, got ${typeof member}`);
  }
  const module = moduleOf(meta.url);
  const known = modules.get(module) ?? new Map<string, AnyFunction>();
  modules.set(module, known);
  for (const [name, member] of Object.entries(members)) {
    known.set(name, member);
    names.set(member, { module, name });
    if (member.prototype instanceof Error) registerErrors({ [name]: member as typeof Error }, module);
  }
  listenForRequest();
  return members;
}

/** The name under which a function or class was registered. */
export function taskName(fn: AnyFunction): TaskName | undefined {
  return names.get(fn);
}

/**
 * How a function travels: by name if it is registered, else as its source if it captures nothing.
 *
 * @throws {TypeError} If it does neither; the message names what it captures.
 */
export function describeTask(fn: AnyFunction): TaskReference {
  const named = names.get(fn);
  if (named) return named;
  const label = fn.name ? `the function ${fn.name}` : "the function";
  let source: string;
  try {
    source = toExpression(Function.prototype.toString.call(fn));
  } catch (error) {
    throw new TypeError(`${label} can not be sent to another thread: ${(error as Error).message}`, { cause: error });
  }
  const captured = freeVariables(source, (name) => name in globalThis || name in COMPILER_HELPERS);
  if (captured.length > 0) {
    throw new TypeError(
      `${label} uses ${captured.join(", ")} of the code around it, which another thread does not have: ` +
        `pass ${captured.length > 1 ? "them" : "it"} in args, or register the function with tasks(import.meta, { … }) in its module`,
    );
  }
  return { source, name: fn.name };
}

/** The modules that a thread has to import before it can resolve a reference. */
export function modulesOf(reference: TaskReference): string[] {
  return "module" in reference ? [reference.module] : [];
}

/**
 * The function or class that a reference stands for, in this thread. Its module has been imported.
 *
 * @throws {TypeError} If the module did not register it.
 */
export function resolveTask(reference: TaskReference): AnyFunction {
  if ("source" in reference) return evaluate(reference.source);
  const { module, name } = reference;
  const member = modules.get(module)?.get(name) ?? (hasItsCode() ? onlyOneCalled(name) : undefined);
  if (!member) {
    throw new TypeError(
      `${module} did not register ${name} when it was imported: call tasks(import.meta, { ${name} }) at its top level`,
    );
  }
  return member;
}

/** What is registered here under a name, in whatever module: those of a bundle have other URLs than in the thread that named it. */
function onlyOneCalled(name: string): AnyFunction {
  const found = new Set([...modules.values()].flatMap((members) => members.get(name) ?? []));
  const [member] = found;
  if (member && found.size === 1) return member;
  const problem = member ? "several modules of this worker registered" : "no module of this worker registered";
  throw new TypeError(
    `${problem} ${name}: in a bundle each name must be registered once, by a module that the worker imports`,
  );
}

function evaluate(source: string): AnyFunction {
  const helpers = Object.keys(COMPILER_HELPERS);
  return new Function(...helpers, `"use strict"; return (${source});`)(...Object.values(COMPILER_HELPERS));
}

interface WebWorkerScope {
  readonly document?: unknown;
  addEventListener?(type: "message", listener: (event: { data?: { conc?: StartRequest } }) => void): void;
}

let listening = false;

/** In a browser's worker: waits to be told that it is a thread, and what to do. */
function listenForRequest(): void {
  const scope = globalThis as unknown as WebWorkerScope;
  if (listening || host() || scope.document !== undefined) return;
  listening = true;
  scope.addEventListener?.("message", ({ data }) => {
    const request = data?.conc;
    if (request?.isSummoned && !hasItsCode()) {
      throw new TypeError(
        "the module of a worker that a `worker` function makes must call actAsThread(), or actAsWorker()",
      );
    }
    if (request && !request.isSummoned)
      void import("./web-runtime.ts").then(({ runWebThread }) => runWebThread(request));
  });
}

// Loaders may add a query to tell versions of a module apart; its tasks are the same.
function moduleOf(url: string): string {
  return url.replace(/[?#].*$/, "");
}

registerReference("task", {
  module: (fn) => names.get(fn)?.module as string,
  encode: (fn) => names.get(fn),
  decode: (encoded) => resolveTask(encoded as TaskName),
});
