// Threads in a browser: module workers whose entry is the module that defines the task, so that bundlers see nothing unusual. There
// the call of `tasks` finds that it runs in such a worker and waits to be told what to do.

import { Arena, endAgent, packThrown } from "@conc/atomics";
import { holdBack, takeBack } from "./delivery.ts";
import { type AnyWorker, type MakeWorker, summon } from "./made-worker.ts";
import type { Message, StartRequest } from "./request.ts";

/** The little of the web's worker API that is used here; the package is compiled without the DOM's types. */
interface WebWorker extends AnyWorker {
  addEventListener(type: string, listener: (event: { data?: unknown; message?: string }) => void): void;
}

const scope = globalThis as unknown as {
  readonly Worker: new (url: string, options: { type: "module"; name: string }) => WebWorker;
  readonly document?: unknown;
  /** In a worker: to the one that started it. */
  postMessage(message: Message): void;
};
const workers = new Map<number, { readonly worker: WebWorker; readonly request: StartRequest }>();

/** Starts a worker for a thread whose slot has been reserved. */
export function startWebThread(
  request: StartRequest,
  receive: (message: Message) => void,
  make: MakeWorker = () => makeWorker(request),
): void {
  const { agent: id, parent: to, name } = request;
  const worker = summon(make, { conc: request }) as WebWorker;
  workers.set(id, { worker, request });
  worker.addEventListener("message", (event) => {
    const message = event.data as Message;
    const isForOneAbove = message.type === "failed" && message.to !== Arena.default.agent.id;
    if (isForOneAbove && scope.document === undefined) scope.postMessage(message);
    else receive(message);
  });
  worker.addEventListener("error", (event) => {
    receive({ type: "failed", id, to, name, error: packThrown(new Error(event.message ?? "the worker did not load")) });
    terminateWebThread(id);
  });
}

function makeWorker({ modules: [module], name }: StartRequest): WebWorker {
  if (module === undefined) {
    throw new TypeError(
      "in a browser a thread's target must be registered with tasks(import.meta, { … }) in its module",
    );
  }
  return new scope.Worker(module, { type: "module", name });
}

/** Ends such a worker. */
export function terminateWebThread(id: number): void {
  const started = workers.get(id);
  if (started) holdBack(started.request);
  started?.worker.terminate();
  workers.delete(id);
  takeBack(id);
  endAgent(Arena.default.agent, id);
}
