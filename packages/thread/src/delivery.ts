// What a new thread is given arrives while it unpacks that. Should it die before, the one that started it takes it back, or the primitives in
// it would count as on their way for ever. Who dies in between would leave it open how much of it has arrived, so nobody terminates a thread
// just then: it takes a millisecond, and runs no code but the library's.

import { dropPacked, type Packed } from "@conc/atomics";
import type { StartRequest } from "./request.ts";

// What has become of it.
const SENT = 0;
const UNPACKING = 1;
const ARRIVED = 2;
const HELD_BACK = 3;

/** Milliseconds after which a thread is not waited for that unpacks: something is wrong with it. */
const PATIENCE = 50;

const deliveries = new Map<number, StartRequest>();

/** What is packed for a new thread. */
export function partsOf({ plan, delay }: Pick<StartRequest, "plan" | "delay">): Packed[] {
  const parts = plan.kind === "object" ? [plan.fields] : [];
  if (plan.call) parts.push(plan.call.args);
  if (delay) parts.push(delay.finished);
  return parts;
}

/** Notes what a new thread is given. */
export function deliver(request: StartRequest): void {
  deliveries.set(request.agent, request);
}

/** Has a new thread unpack what it is given; undefined if nobody wants it to live any more. */
export function accept<T>(request: StartRequest, unpack: () => T): T | undefined {
  const { delivery } = request;
  if (Atomics.compareExchange(delivery, 0, SENT, UNPACKING) !== SENT) return undefined;
  try {
    return unpack();
  } finally {
    drop(request);
    Atomics.store(delivery, 0, ARRIVED);
  }
}

/** A thread is about to be terminated: it does not begin to unpack any more, and if it has begun, this waits until that is done. */
export function holdBack({ delivery }: StartRequest): void {
  if (Atomics.compareExchange(delivery, 0, SENT, HELD_BACK) !== UNPACKING) return;
  const start = performance.now();
  while (Atomics.load(delivery, 0) === UNPACKING && performance.now() < start + PATIENCE);
}

/** A thread that this one started has ended. */
export function takeBack(id: number): void {
  const request = deliveries.get(id);
  deliveries.delete(id);
  if (!request) return;
  const state = Atomics.exchange(request.delivery, 0, ARRIVED);
  if (state === SENT || state === HELD_BACK) drop(request);
}

function drop(request: StartRequest): void {
  for (const part of partsOf(request)) dropPacked(part);
}
