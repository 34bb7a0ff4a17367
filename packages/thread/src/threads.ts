// Which `Thread` object stands for which thread, in this realm.

import { Arena } from "@conc/atomics";
import type { Thread } from "./thread.ts";

/** Makes the object for a thread that was started elsewhere. Set by `thread.ts`, which this module must not import. */
let makeView: (id: number, name: string | undefined) => Thread;

const views = new Map<number, WeakRef<Thread>>();
/** Those that this realm started and that have not ended: their objects stay although nobody may hold them. */
const started = new Map<number, Thread>();
let own: Thread | undefined;

/** Says how to make the object for a thread that was started elsewhere. */
export function makeViewsWith(make: (id: number, name: string | undefined) => Thread): void {
  makeView = make;
}

/** The object for a thread: always the same one. */
export function threadOf(id: number, name?: string): Thread {
  const known = started.get(id) ?? (id === own?.ident ? own : views.get(id)?.deref());
  return known ?? remember(makeView(id, name));
}

/** Notes the object under which a thread is known from now on. */
export function remember(thread: Thread): Thread {
  for (const [id, view] of views) if (view.deref() === undefined) views.delete(id);
  views.set(thread.ident as number, new WeakRef(thread));
  return thread;
}

/** Notes a thread that this realm started. */
export function rememberStarted(thread: Thread): void {
  started.set(thread.ident as number, thread);
}

/** A thread that this realm started is gone. */
export function forgetThread(id: number): void {
  const thread = started.get(id);
  started.delete(id);
  if (thread) remember(thread);
}

/** Says which object stands for the thread that this realm is. */
export function becomeThread(thread: Thread): void {
  own = thread;
}

/** The `Thread` object of the calling thread; in a worker that the library did not start, one that can only be looked at. */
export function currentThread(): Thread {
  own ??= makeView(Arena.default.agent.id, undefined);
  return own;
}
