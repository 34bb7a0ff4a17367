import { registerClass, type WaitAsync, type WaitOrTry } from "@conc/atomics";
import { CHAIN, Chain } from "./chain.ts";
import type { Key } from "./key.ts";
import { Queue } from "./queue.ts";
import type { Store } from "./store.ts";

/** What an item has to say of its place in the order. */
export interface Priority {
  /** Smaller ones come first; left out, the item itself orders it, or the first element of an array. */
  priority?: Key | undefined;
}

/**
 * A {@link Queue} from which the smallest item is taken first; of equal ones that which was put first.
 *
 * Priorities are numbers and bigints, or else strings, which are compared as `<` does. Items themselves are never compared beyond that.
 *
 * @example
 * const queue = new PriorityQueue<string>();
 * queue.put("tidy up", { priority: 9 });
 * queue.put("put out the fire", { priority: 1 });
 * queue.get(); // "put out the fire"
 *
 * @see CPython `queue.PriorityQueue`: there equal items come in any order, and if they can not be compared the queue is left damaged.
 */
export class PriorityQueue<T = unknown> extends Queue<T> {
  override get [Symbol.toStringTag](): string {
    return "PriorityQueue";
  }

  /**
   * As `Queue.put`.
   *
   * @throws {TypeError} Also if the item has no priority, or one that can not be compared with those that are there; nothing is put.
   */
  override put(item: T, options?: WaitOrTry & Priority): void {
    super.put(item, options);
  }

  /** As {@link put}, without blocking the thread. */
  override putAsync(item: T, options?: WaitAsync & Priority): Promise<void> {
    return super.putAsync(item, options);
  }

  /** {@link put} that does not wait. */
  override putNowait(item: T, options?: Priority): void {
    super.put(item, { ...options, timeout: 0 });
  }

  protected override disposal(): number {
    return CHAIN;
  }

  protected override open(): Store {
    return new Chain(this.arena, this.base, () => this.taking(), true);
  }
}

registerClass("PriorityQueue", import.meta.url, PriorityQueue);
