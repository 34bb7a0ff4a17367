// The package `multithreading`, which needs what Node has from version 22 on. Its primitives are made in each thread over shared
// memory, and given the faces of ours.

import type { MutexGuard } from "multithreading";
import type { Requirement } from "../contest/contestant.ts";

export const MULTITHREADING_NEEDS: Requirement = { what: "multithreading", node: 22 };

/** Loads it; its import throws where it can not run. */
export function loadMultithreading(): Promise<typeof import("multithreading")> {
  return import("multithreading");
}

/** Memory for one of its primitives. */
export function multithreadingBuffer(): SharedArrayBuffer {
  return new SharedArrayBuffer(64);
}

/** What is taken and given back. */
export interface Takeable {
  acquire(): void;
  release(): void;
}

/** Its mutex. */
export async function multithreadingLock(buffer: SharedArrayBuffer): Promise<Takeable> {
  const { Mutex } = await loadMultithreading();
  const mutex = new Mutex(undefined, buffer);
  let guard: MutexGuard<void> | undefined;
  return {
    acquire() {
      guard = mutex.blockingLock();
    },
    release() {
      guard?.dispose();
    },
  };
}

/** Its semaphore, with no permit at first. */
export async function multithreadingSemaphore(buffer: SharedArrayBuffer): Promise<Takeable> {
  const { INTERNAL_SEMAPHORE_CONTROLLER, Semaphore } = await loadMultithreading();
  const semaphore = new Semaphore(0, buffer);
  // Its guards give back only what they took; to give a permit to somebody else, one has to call what they call.
  const controller = (semaphore as unknown as Record<symbol, { release(permits: number): void }>)[
    INTERNAL_SEMAPHORE_CONTROLLER
  ] as { release(permits: number): void };
  return {
    acquire() {
      semaphore.blockingAcquire();
    },
    release() {
      controller.release(1);
    },
  };
}

/** What waits with a lock freed meanwhile. */
export interface Waiting extends Takeable {
  wait(): void;
  notify(): void;
}

/** Its mutex and its condition variable, as one. */
export async function multithreadingCondition(mutex: SharedArrayBuffer, condvar: SharedArrayBuffer): Promise<Waiting> {
  const { Condvar, Mutex } = await loadMultithreading();
  const lock = new Mutex(undefined, mutex);
  const changed = new Condvar(condvar);
  let guard: MutexGuard<void> | undefined;
  return {
    acquire() {
      guard = lock.blockingLock();
    },
    release() {
      guard?.dispose();
    },
    wait() {
      changed.blockingWait(guard as MutexGuard<void>);
    },
    notify() {
      changed.notifyOne();
    },
  };
}

/** One thread's end of its channel; blocks where it would have to wait. */
export interface ChannelEnd {
  put(item: unknown): void;
  get(): unknown;
}

/**
 * Its channel, packed as the package packs what it moves to its own threads.
 *
 * @param room Bytes for all items in it; as the package likes, if left out.
 */
export async function multithreadingChannel(room?: number): Promise<{ sender: unknown; receiver: unknown }> {
  const { channel } = await loadMultithreading();
  const [sender, receiver] = room === undefined ? channel<unknown>() : channel<unknown>(CAPACITY, { size: room });
  return { sender: call(sender, PACK)[0], receiver: call(receiver, PACK)[0] };
}

/** A thread's end of a channel that was packed. */
export async function multithreadingEnd(channel: { sender: unknown; receiver: unknown }): Promise<ChannelEnd> {
  const { Receiver, Sender } = await loadMultithreading();
  const sender = call(Sender, UNPACK, channel.sender) as unknown as InstanceType<typeof Sender<unknown>>;
  const receiver = call(Receiver, UNPACK, channel.receiver) as unknown as InstanceType<typeof Receiver<unknown>>;
  return {
    put(item) {
      const sent = sender.blockingSend(item);
      if (!sent.ok) throw sent.error;
    },
    get() {
      const received = receiver.blockingRecv();
      if (!received.ok) throw received.error;
      return received.value;
    },
  };
}

/** How many items fit into its channel if one does not say otherwise. */
const CAPACITY = 32;

// By which symbols its classes know how to travel; it does not export them.
const PACK = "Thread.Serialize";
const UNPACK = "Thread.Deserialize";

/** Calls the method whose name is a symbol with that description. */
function call(owner: object, description: string, ...args: unknown[]): readonly unknown[] {
  for (let holder: object | null = owner; holder; holder = Reflect.getPrototypeOf(holder)) {
    const symbol = Object.getOwnPropertySymbols(holder).find((each) => each.description === description);
    if (symbol) return Reflect.apply(Reflect.get(owner, symbol), owner, args);
  }
  throw new Error(`multithreading has no ${description} any more`);
}

/** Memory for its barrier. */
export function multithreadingBarrierBuffer(parties: number): SharedArrayBuffer {
  // As its constructor fills it, which only runs where the package can: lock, capacity, how many are missing, generation.
  const words = new Int32Array(new SharedArrayBuffer(16));
  words.set([0, parties, parties, 0]);
  return words.buffer as SharedArrayBuffer;
}

/** Its barrier. */
export async function multithreadingBarrier(buffer: SharedArrayBuffer): Promise<{ wait(): void }> {
  const { Barrier } = await loadMultithreading();
  const barrier = new Barrier(undefined as unknown as number, buffer);
  return {
    wait() {
      barrier.blockingWait();
    },
  };
}
