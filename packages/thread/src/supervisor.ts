// Who starts threads and watches over them.
//
// Each thread holds one end of a port, its lifeline, and its supervisor the other: however the thread dies, the other end closes.
// At first the main thread supervises by itself, but in Deno. Before it blocks for the first time it hands all lifelines to a hidden worker,
// whose event loop is always free, so that threads can start threads, and their deaths are seen, while the main thread sleeps.
//
// Threads that are not the main thread ask the supervisor to start theirs. So no thread is the child of another one's worker, and
// none dies because the thread that started it ended.

import type { MessagePort, Worker } from "node:worker_threads";
import { AGENT_FOREIGN, type Arena, agentsOf, declareDead, endAgent, packThrown, tryClearUp } from "@conc/atomics";
import { holdBack } from "./delivery.ts";
import { hookKeeper } from "./excepthook.ts";
import { type MakeWorker, summon } from "./made-worker.ts";
import { startWorker } from "./node-worker.ts";
import { printError } from "./output.ts";
import { host } from "./platform.ts";
import type { Message, StartRequest } from "./request.ts";

/** Milliseconds after which the hidden worker goes on with what was in the hands of somebody else. */
const RETRY = 1;

/** A thread's lifeline, and who started it. */
export interface Lifeline {
  readonly id: number;
  readonly parent: number;
  readonly port: MessagePort;
}

/** A thread that was started from here. */
interface Started {
  readonly worker: Worker;
  readonly request: StartRequest;
}

/** Starts threads, and sees to it that each one's end is known. */
export class Supervisor {
  readonly #arena: Arena;
  /** Takes what is meant for this thread itself, or can not be delivered from here. */
  readonly #deliver: (message: Message) => void;
  /** Has the main thread end a thread that was started there. Only the hidden worker needs that, which itself never blocks. */
  readonly #order: ((id: number) => void) | undefined;
  /** Each with what makes this thread listen no longer. */
  readonly #lifelines = new Map<number, { readonly lifeline: Lifeline; readonly leave: () => void }>();
  readonly #workers = new Map<number, Started>();
  /** The slot of the hidden worker, taken while that needs no lock that a dead thread may hold; 0 in that worker itself. */
  readonly #reserved: number;
  /** The way to the hidden worker, once it has taken over. */
  #successor: MessagePort | undefined;
  /** The thread that the hidden worker wants ended while this thread is asleep; 0 for none. */
  #ordered: Int32Array | undefined;

  constructor(arena: Arena, deliver: (message: Message) => void, order?: (id: number) => void) {
    this.#arena = arena;
    this.#deliver = deliver;
    this.#order = order;
    this.#reserved = order ? 0 : agentsOf(arena).enlist(arena.agent.id, AGENT_FOREIGN, "supervisor");
  }

  /** How many threads are being watched from here. */
  get size(): number {
    return this.#lifelines.size;
  }

  /** Starts a thread whose slot has been reserved. */
  start(request: StartRequest, make?: MakeWorker): void {
    const { workerThreads } = host() as NonNullable<ReturnType<typeof host>>;
    const { port1, port2 } = new workerThreads.MessageChannel();
    const worker = make
      ? (summon(make, { conc: request, lifeline: port1 }) as Worker)
      : startWorker(this.#arena, request.agent, {
          runtime: "node-runtime",
          name: request.name,
          data: { request, lifeline: port1 },
          ports: [port1],
          resourceLimits: request.resourceLimits,
          modules: request.modules,
        });
    worker.unref();
    const id = request.agent;
    this.#workers.set(id, { worker, request });
    // The thread catches its own errors: what arrives here kept it from doing so, such as a full heap.
    worker.on("error", (error) => this.#failed(request, error));
    worker.on("exit", () => {
      this.#workers.delete(id);
      // The other supervisor may be clearing up after a thread that died just before, and need what this one had in its hands.
      this.#bury(id);
    });
    this.watch({ id, parent: request.parent, port: port2 });
  }

  /** Ends a thread that has come up, wherever it was started; from the other supervisor such a request is not sent back. */
  terminate(id: number, passOn = true): void {
    const started = this.#workers.get(id);
    if (started) {
      holdBack(started.request);
      void started.worker.terminate();
    } else if (passOn && this.#order) this.#order(id);
    else if (passOn) this.#successor?.postMessage({ type: "terminate", id } satisfies Message);
  }

  /** Passes a message on to the thread it is for. */
  send(message: Message & { to: number }): void {
    const watched = this.#lifelines.get(message.to);
    if (watched) watched.lifeline.port.postMessage(message);
    else if (this.#successor && message.to !== this.#arena.agent.id) this.#successor.postMessage(message);
    else this.#deliver(message);
  }

  /** Takes care of a thread from now on. */
  watch(lifeline: Lifeline): void {
    const { id, port } = lifeline;
    // Deno gives no port away in the turn in which it was still listened to, and a thread that is about to block has no other one.
    if (!this.#order && "deno" in globalThis.process.versions) this.handOver();
    if (this.#successor) {
      this.#entrust(this.#successor, lifeline);
      return;
    }
    const receive = (message: Message): void => this.#receive(message);
    const ended = (): void => this.#ended(lifeline);
    // One by one: a port of Deno has no `removeAllListeners`.
    const leave = (): void => void port.off("message", receive).off("close", ended);
    this.#lifelines.set(id, { lifeline, leave });
    port.on("message", receive);
    port.on("close", ended);
    port.unref();
  }

  /** Hands all lifelines to a hidden worker. Works also right before this thread blocks, or while it waits for a spin lock. */
  handOver(): void {
    if (this.#successor) return;
    const agent = this.#reserved;
    const ordered = new Int32Array(new SharedArrayBuffer(4));
    const { workerThreads } = host() as NonNullable<ReturnType<typeof host>>;
    // Not the port that every worker has: in Deno that one loses what is sent before the worker listens.
    const { port1: successor, port2: port } = new workerThreads.MessageChannel();
    startWorker(this.#arena, agent, {
      runtime: "supervisor-runtime",
      name: "supervisor",
      data: { agent, main: this.#arena.agent.id, ordered, port },
      ports: [port],
      modules: [],
    }).unref();
    successor.on("message", (message: Message) => {
      if (message.type === "terminate") this.terminate(message.id, false);
      else this.#deliver(message);
    });
    successor.unref();
    this.#ordered = ordered;
    this.#successor = successor;
    const watched = [...this.#lifelines.values()];
    this.#lifelines.clear();
    for (const { lifeline, leave } of watched) {
      leave();
      this.#entrust(successor, lifeline);
    }
  }

  /** Does what the hidden worker asked for; this thread is about to fall asleep, again. */
  obey(): void {
    if (!this.#ordered) return;
    const id = Atomics.exchange(this.#ordered, 0, 0);
    if (id !== 0) this.terminate(id, false);
  }

  /** Ends all threads at once: at the program's end the engine would take them one by one, and wait each time. */
  stop(): void {
    for (const { worker } of this.#workers.values()) void worker.terminate();
  }

  /** Keeps the program going until the threads that are dead are gone: what killed them is known only then. */
  seeOff(): void {
    for (const [id, { worker }] of this.#workers) if (!agentsOf(this.#arena).isAlive(id)) worker.ref();
  }

  /** Clears up after a thread that is dead. */
  bury({ id, parent }: { readonly id: number; readonly parent: number }): void {
    this.#clearUp(id, () => this.send({ type: "ended", id, to: parent }));
  }

  #bury(id: number, then: () => void = () => {}): void {
    const { agent } = this.#arena;
    if (!this.#order) endAgent(agent, id);
    else if (declareDead(agent, id)) {
      // Others that died at the same moment are declared dead before, so that what they hold can be taken from them.
      setImmediate(() => this.#clearUp(id, then));
      return;
    }
    then();
  }

  /** What is in the way may be held by one whose death only this thread can notice: so it does not wait. */
  #clearUp(id: number, then: () => void): void {
    if (tryClearUp(this.#arena.agent, id)) then();
    else setTimeout(() => this.#clearUp(id, then), RETRY);
  }

  #entrust(successor: MessagePort, lifeline: Lifeline): void {
    const { id, parent } = lifeline;
    try {
      // Not among the data with which the worker comes up: a lifeline that ends before somebody listens would end unnoticed.
      successor.postMessage({ type: "watch", lifeline }, [lifeline.port]);
    } catch {
      // It has ended, and the event that says so was just about to come. This thread may be in the middle of something.
      declareDead(this.#arena.agent, id);
      successor.postMessage({ type: "bury", id, parent });
    }
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

  #failed({ agent: id, parent, name }: StartRequest, error: unknown): void {
    const agents = agentsOf(this.#arena);
    const to = hookKeeper(agents, parent);
    if (to === 0) {
      printError(`Exception in thread ${name}:`, error);
      return;
    }
    agents.reports(to, 1);
    this.send({ type: "failed", id, to, name, error: packThrown(error) });
  }

  #ended({ id, parent }: Lifeline): void {
    this.#lifelines.delete(id);
    const end = (): void => this.#bury(id, () => this.send({ type: "ended", id, to: parent }));
    const worker = this.#workers.get(id)?.worker;
    // What killed it is to be told before anyone knows that it ended, by which the program may end. A thread that may block can not wait.
    if (worker && this.#order && agentsOf(this.#arena).isAlive(id)) worker.once("exit", end);
    else end();
  }
}
