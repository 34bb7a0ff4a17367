// The queue that the platform has: a MessagePort, which takes as much as memory does.

import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Contestant, Run } from "../contest/contestant.ts";
import type { Kind } from "../groups/items.ts";
import { passing } from "../groups/passing.ts";

export const PORT = "MessagePort on('message')";

const channel: Omit<Contestant, "name"> = {
  role: "peer",
  threads: 2,
  untilAll: true,
  share: () => {
    const { port1, port2 } = new MessageChannel();
    return { ports: [port1, port2] };
  },
};

/** The usual way: the consumer is called for each message. */
export function portWithListener(kind: Kind): Contestant {
  return {
    ...channel,
    name: PORT,
    prepare: ({ index, shared: { port } }) =>
      index === 0 ? receivedBy(port) : passing(kind, index, { put: (item) => port.postMessage(item), get: fail }),
  };
}

/** The consumer takes each message itself, and blocks meanwhile. */
export function portPolled(kind: Kind): Contestant {
  return {
    ...channel,
    name: "MessagePort, receiveMessageOnPort polled",
    prepare: ({ index, shared: { port } }) =>
      passing(kind, index, {
        put: (item) => port.postMessage(item),
        get() {
          for (;;) {
            const received = receiveMessageOnPort(port);
            if (received) return received.message;
          }
        },
      }),
  };
}

function receivedBy(port: MessagePort): Run {
  let left = 0;
  let ended = (): void => {};
  port.on("message", () => {
    if (--left === 0) ended();
  });
  return (times) =>
    new Promise<void>((resolve) => {
      ended = resolve;
      // Some may have come before this repetition began here.
      left += times;
      if (left === 0) resolve();
    });
}

function fail(): never {
  throw new Error("only the listener gets");
}
