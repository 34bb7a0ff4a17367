import { WaitQueue } from "@conc/atomics";

/**
 * Where those wait who come while a round that has all its parties is still there. Its value is the reason for which the next round is
 * broken already, or 0.
 */
export class Door extends WaitQueue {
  get doom(): number {
    return Atomics.load(this.agent.heap.reach(this.at), this.at);
  }

  set doom(reason: number) {
    Atomics.store(this.agent.heap.reach(this.at), this.at, reason);
  }

  /** Has all of them look whether they can arrive. */
  open(): void {
    this.lock();
    this.unlock(this.signal(Number.POSITIVE_INFINITY));
  }
}
