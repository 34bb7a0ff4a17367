import { once } from "node:events";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { pack, unpack } from "@conc/atomics";
import { callIn, type FlowModule, type FlowReply, type FlowRequest, type Form } from "./form.ts";
import { startThreadWith, type TestThread } from "./threads.ts";

/**
 * Somebody who waits and wakes: a thread that calls the blocking forms, or an async task that calls the async ones.
 *
 * A test directs several of them step by step, and so says one case for threads, for tasks and for both mixed. What a flow is told
 * while it is at something else, it does afterwards.
 */
export interface Flow {
  readonly kind: "thread" | "task";

  /** Calls a method of a primitive, in the form that suits the flow, or reads a getter. What is acquired belongs to the flow. */
  call<R = unknown>(target: object, method: string, ...args: unknown[]): Promise<R>;

  /** Calls `action(form, ...args)`, a function that the flow's module exports; `form` calls methods as the flow itself does. */
  run<R = unknown>(action: string, ...args: unknown[]): Promise<R>;
}

/** Who takes part in a test. */
export type FlowKinds = "threads" | "tasks" | "mixed";

/** Gives out flows; threads are started once and used again by the next test. */
export class Flows {
  readonly #module: URL;
  readonly #threads: Promise<ThreadFlow>[] = [];

  /** @param module Where the flows find the actions they are told to run. */
  constructor(module: URL) {
    this.#module = module;
  }

  /** So many flows; of mixed ones the first is a thread, the second a task, and so on. */
  async take(count: number, kinds: FlowKinds): Promise<Flow[]> {
    const flows: Promise<Flow>[] = [];
    let threads = 0;
    for (let index = 0; index < count; index++) {
      const isThread = kinds === "threads" || (kinds === "mixed" && index % 2 === 0);
      if (isThread) flows.push(this.#thread(threads++));
      else flows.push(TaskFlow.start(this.#module));
    }
    return Promise.all(flows);
  }

  /** The thread of that number, started when it is first needed. */
  #thread(number: number): Promise<ThreadFlow> {
    this.#threads[number] ??= ThreadFlow.start(this.#module);
    return this.#threads[number];
  }

  /** Ends the threads. */
  async end(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map(async (flow) => (await flow).end()));
  }
}

/** A thread that does what it is told, one thing after the other. */
export class ThreadFlow implements Flow {
  readonly kind = "thread";
  readonly thread: TestThread;
  readonly #port: MessagePort;
  readonly #asked = new Map<number, { resolve: (value: any) => void; reject: (reason: unknown) => void }>();
  #last = 0;

  private constructor(thread: TestThread, port: MessagePort) {
    this.thread = thread;
    this.#port = port;
    port.on("message", (reply: FlowReply) => this.#settle(reply));
    thread.worker.once("exit", () => {
      for (const { reject } of this.#asked.values()) reject(new Error("the thread ended before it had answered"));
      port.close();
    });
  }

  static async start(module: URL): Promise<ThreadFlow> {
    const { port1, port2 } = new MessageChannel();
    const thread = startThreadWith([port2], new URL("./flow-thread.ts", import.meta.url), "live", module.href);
    await Promise.race([thread.result, once(thread.worker, "error").then(([error]) => Promise.reject(error))]);
    return new ThreadFlow(thread, port1);
  }

  call<R>(target: object, method: string, ...args: unknown[]): Promise<R> {
    return this.#ask([target, method, ...args], undefined);
  }

  run<R>(action: string, ...args: unknown[]): Promise<R> {
    return this.#ask(args, action);
  }

  /** Ends the thread wherever it is. */
  async end(): Promise<void> {
    await this.thread.kill();
  }

  #ask<R>(args: unknown[], action: string | undefined): Promise<R> {
    const number = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#asked.set(number, { resolve, reject });
      this.#port.postMessage({ number, action, args: pack(args) } satisfies FlowRequest);
    });
  }

  #settle({ number, failed, value }: FlowReply): void {
    const asked = this.#asked.get(number);
    this.#asked.delete(number);
    if (failed) asked?.reject(unpack(value));
    else asked?.resolve(unpack(value));
  }
}

/** An async task of this thread that does what it is told, one thing after the other. */
export class TaskFlow implements Flow {
  readonly kind = "task";
  readonly #module: FlowModule;
  readonly #told: { work: () => unknown; resolve: (value: any) => void; reject: (reason: unknown) => void }[] = [];
  #wake: (() => void) | undefined;

  private constructor(module: FlowModule) {
    this.#module = module;
    void this.#live();
  }

  static async start(module: URL): Promise<TaskFlow> {
    return new TaskFlow((await import(/* @vite-ignore */ module.href)) as FlowModule);
  }

  call<R>(target: object, method: string, ...args: unknown[]): Promise<R> {
    return this.#tell(() => callIn("async", target, method, args));
  }

  run<R>(action: string, ...args: unknown[]): Promise<R> {
    return this.#tell(() => this.#module[action]?.(ASYNC, ...args));
  }

  #tell<R>(work: () => unknown): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#told.push({ work, resolve, reject });
      this.#wake?.();
    });
  }

  // All that the flow does happens in this one async function, and it awaits the very promise of `acquireAsync`: so the function is
  // the task that owns a re-entrant lock.
  async #live(): Promise<never> {
    for (;;) {
      const next = this.#told.shift();
      if (!next) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      try {
        next.resolve(await next.work());
      } catch (error) {
        next.reject(error);
      }
    }
  }
}

const ASYNC: Form = { kind: "async", call: (target, method, ...args) => callIn("async", target, method, args) };
