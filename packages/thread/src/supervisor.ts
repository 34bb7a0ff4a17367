// Who starts threads and watches over them.
//
// Each thread holds one end of a port, its lifeline, and its supervisor the other: however the thread dies, the other end closes.
// At first the main thread supervises by itself. Before it blocks for the first time it hands all lifelines to a hidden worker,
// whose event loop is always free, so that threads can start threads, and their deaths are seen, while the main thread sleeps.
//
// Threads that are not the main thread ask the supervisor to start theirs. So no thread is the child of another one's worker, and
// none dies because the thread that started it ended.

import type { MessagePort, Worker } from "node:worker_threads";
import { AGENT_FOREIGN, type Arena, endAgent, packThrown } from "@conc/atomics";
import { startWorker } from "./node-worker.ts";
import { host } from "./platform.ts";
import type { Message, StartRequest } from "./request.ts";

/** A thread's lifeline, and who started it. */
export interface Lifeline {
  readonly id: number;
  readonly parent: number;
  readonly port: MessagePort;
}

/** Starts threads, and sees to it that each one's end is known. */
export class Supervisor {
  readonly #arena: Arena;
  /** Takes what is meant for this thread itself, or can not be delivered from here. */
  readonly #deliver: (message: Message) => void;
  readonly #lifelines = new Map<number, Lifeline>();
  readonly #workers = new Map<number, Worker>();
  /** The hidden worker, once it has taken over. */
  #successor: Worker | undefined;

  constructor(arena: Arena, deliver: (message: Message) => void) {
    this.#arena = arena;
    this.#deliver = deliver;
  }

  /** How many threads are being watched from here. */
  get size(): number {
    return this.#lifelines.size;
  }

  /** Starts a thread whose slot has been reserved. */
  start(request: StartRequest): void {
    const { port1, port2 } = new (host() as NonNullable<ReturnType<typeof host>>).workerThreads.MessageChannel();
    const worker = startWorker(this.#arena, request.agent, {
      runtime: "node-runtime",
      name: request.name,
      data: { request, lifeline: port1 },
      ports: [port1],
      resourceLimits: request.resourceLimits,
      modules: request.modules,
    });
    const id = request.agent;
    this.#workers.set(id, worker);
    // The thread catches its own errors: what arrives here kept it from doing so, such as a full heap.
    worker.on("error", (error) => this.#failed(request, error));
    worker.on("exit", () => this.#workers.delete(id));
    this.watch({ id, parent: request.parent, port: port2 });
  }

  /** Ends a thread, wherever it was started; from the other supervisor such a request is not sent back. */
  terminate(id: number, passOn = true): void {
    const worker = this.#workers.get(id);
    if (worker) {
      if (!this.#arena.agents.cancel(id)) worker.terminate();
    } else if (passOn) {
      const message: Message = { type: "terminate", id };
      if (this.#successor) this.#successor.postMessage(message);
      else this.#deliver(message);
    }
  }

  /** Passes a message on to the thread it is for. */
  send(message: Message & { to: number }): void {
    const lifeline = this.#lifelines.get(message.to);
    if (lifeline) lifeline.port.postMessage(message);
    else this.#deliver(message);
  }

  /** Takes care of a thread from now on. */
  watch(lifeline: Lifeline): void {
    const { id, port } = lifeline;
    if (this.#successor) {
      this.#successor.postMessage({ type: "watch", lifeline }, [port]);
      return;
    }
    this.#lifelines.set(id, lifeline);
    port.on("message", (message: Message) => this.#receive(message));
    port.on("close", () => this.#ended(lifeline));
    port.unref();
  }

  /** Hands all lifelines to a hidden worker. Works also right before this thread blocks. */
  handOver(): void {
    if (this.#successor) return;
    const agent = this.#arena.agents.enlist({ by: this.#arena.agent.id, flags: AGENT_FOREIGN, name: "supervisor" });
    const lifelines = [...this.#lifelines.values()];
    this.#lifelines.clear();
    for (const { port } of lifelines) port.removeAllListeners();
    this.#successor = startWorker(this.#arena, agent, {
      runtime: "supervisor-runtime",
      name: "supervisor",
      data: { agent, lifelines },
      ports: lifelines.map(({ port }) => port),
      modules: [],
    });
    this.#successor.on("message", (message: Message) => {
      if (message.type === "terminate") this.terminate(message.id, false);
      else this.#receive(message);
    });
    this.#successor.unref();
  }

  #receive(message: Message): void {
    if (message.type === "start") this.#startFor(message.request);
    else if (message.type === "terminate") this.terminate(message.id);
    else this.send(message);
  }

  /** Starts a thread that another thread asked for: it can not be thrown an error any more. */
  #startFor(request: StartRequest): void {
    try {
      this.start(request);
    } catch (error) {
      this.#failed(request, error);
      endAgent(this.#arena.agent, request.agent);
    }
  }

  #failed({ agent: id, parent: to, name }: StartRequest, error: unknown): void {
    this.send({ type: "failed", id, to, name, error: packThrown(error) });
  }

  #ended({ id, parent }: Lifeline): void {
    this.#lifelines.delete(id);
    endAgent(this.#arena.agent, id);
    this.send({ type: "ended", id, to: parent });
  }
}
