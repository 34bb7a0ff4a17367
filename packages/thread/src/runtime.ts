// What a new thread does, the same in Node and in a browser: takes part in the arenas, imports the modules, and carries out the plan.

import { Arena, agentsOf, packThrown, unpackAhead } from "@conc/atomics";
import type { Event } from "@conc/condition";
import { accept } from "./delivery.ts";
import { hasExcepthook, hookKeeper, reportError } from "./excepthook.ts";
import type { Message, Plan, StartRequest } from "./request.ts";
import { importAll } from "./runtime-state.ts";
import { type AnyFunction, resolveTask } from "./tasks.ts";
import { Attachment, Thread } from "./thread.ts";
import { becomeThread, currentThread, remember } from "./threads.ts";

/** Carries out what the thread was started for; throws what nobody caught. */
export async function carryOut(request: StartRequest): Promise<void> {
  for (const buffer of request.arenas) Arena.join(buffer);
  becomeThread(remember(attach(Thread, request)));
  await importAll(request.modules);
  const { plan, delay } = request;
  const given = accept(request, () => ({
    work: prepare(plan, request),
    finished: delay && (unpackAhead(delay.finished) as Event),
  }));
  if (!given) return;
  const { work, finished } = given;
  if (!delay || !finished) await work();
  else if (!waitUntil(delay.until, finished)) await workThenFinish(work, finished);
}

/** Gives an error that nobody caught to the hook that is there for it, in this thread or by `tell` in another one. */
export function reportFailure(request: StartRequest, error: unknown, tell: (message: Message) => void): void {
  const agents = agentsOf(Arena.default);
  const { agent: id, parent } = request;
  const thread = currentThread();
  const to = hasExcepthook() ? 0 : hookKeeper(agents, parent);
  if (to === 0) {
    reportError(error, thread);
  } else {
    agents.reports(to, 1);
    tell({ type: "failed", id, to, name: thread.name, error: packThrown(error) });
  }
}

function prepare({ call, ...plan }: Plan, request: StartRequest): () => unknown {
  const target = call && resolveTask(call.target);
  const { args } = call ? (unpackAhead(call.args) as { args: unknown[] }) : { args: [] };
  if (plan.kind === "call") return () => target?.(...args);
  const thread = attach(resolveTask(plan.type) as typeof Thread, request, target, args);
  Object.assign(thread, unpackAhead(plan.fields));
  becomeThread(remember(thread));
  return () => thread.run();
}

/** An object for this very thread, of the given class but without running that class's constructor. */
function attach(type: typeof Thread, request: StartRequest, target?: AnyFunction, args?: unknown[]): Thread {
  return Reflect.construct(Thread, [new Attachment(request.agent, request.name, target, args)], type);
}

/** Sleeps until it is time; true if it was called off. */
function waitUntil(time: number, finished: Event): boolean {
  return finished.wait({ timeout: Math.max(0, time - (performance.timeOrigin + performance.now())) });
}

async function workThenFinish(work: () => unknown, finished: Event): Promise<void> {
  try {
    await work();
  } finally {
    finished.set();
  }
}
