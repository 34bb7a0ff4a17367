// What runs in the thread of a `ThreadFlow`.
import type { MessagePort } from "node:worker_threads";
import { pack, packThrown, unpack } from "@conc/atomics";
import { callIn, type FlowModule, type FlowReply, type FlowRequest, type Form } from "./form.ts";

const BLOCKING: Form = {
  kind: "blocking",
  call: (target, method, ...args) => callIn("blocking", target, method, args),
};

/** Does what comes through the port, one thing after the other. */
export async function live(url: string, port: MessagePort): Promise<void> {
  const module: FlowModule = await import(url);
  let last = Promise.resolve();
  port.on("message", (request: FlowRequest) => {
    last = last.then(async () => port.postMessage(await answer(module, request)));
  });
}

async function answer(module: FlowModule, { number, action, args: packed }: FlowRequest): Promise<FlowReply> {
  try {
    for (const url of packed.modules) await import(url);
    const args = unpack(packed) as any[];
    const value =
      action === undefined
        ? await callIn("blocking", args[0], args[1], args.slice(2))
        : await module[action]?.(BLOCKING, ...args);
    return { number, failed: false, value: pack(value) };
  } catch (error) {
    return { number, failed: true, value: packThrown(error) };
  }
}
