import { registerClass } from "@conc/atomics";
import { CHAIN, Chain } from "./chain.ts";
import { Queue } from "./queue.ts";
import type { Store } from "./store.ts";

/**
 * A {@link Queue} from which the newest item is taken first: a stack.
 *
 * @example
 * const stack = new LifoQueue<string>();
 * stack.put("first");
 * stack.put("second");
 * stack.get(); // "second"
 *
 * @see CPython `queue.LifoQueue`
 */
export class LifoQueue<T = unknown> extends Queue<T> {
  override get [Symbol.toStringTag](): string {
    return "LifoQueue";
  }

  protected override disposal(): number {
    return CHAIN;
  }

  protected override open(): Store {
    return new Chain(this.arena, this.base, () => this.taking(), false);
  }
}

registerClass("LifoQueue", import.meta.url, LifoQueue);
