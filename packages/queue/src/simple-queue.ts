import { type Place, registerClass } from "@conc/atomics";
import { Ends } from "./ends.ts";
import { RING, Ring } from "./ring.ts";
import type { Store } from "./store.ts";

/**
 * An unbounded queue without tasks and shutdown: a put never waits.
 *
 * @example
 * const queue = new SimpleQueue<string>();
 * queue.put("hello");
 * queue.get(); // "hello"
 *
 * @see CPython `queue.SimpleQueue`
 */
export class SimpleQueue<T = unknown> extends Ends<T> {
  constructor();
  constructor(place?: Place) {
    super(place ?? 0);
  }

  get [Symbol.toStringTag](): string {
    return "SimpleQueue";
  }

  protected disposal(): number {
    return RING;
  }

  protected open(): Store {
    return new Ring(this.arena, this.base, () => {});
  }
}

registerClass("SimpleQueue", import.meta.url, SimpleQueue);
