// The line of a lock or a semaphore in the arena, with what only those have: patience, and owners that die.
//
// What is free is open to whoever comes first: a thread that is running beats one that has to be woken, which makes locks several times
// faster. But a waiter that others were faster than for a while has the lock, or the permit, handed to it.
//
// A thread that was told to look, and finds for the second time that another one took the lock meanwhile, does not mark it again at once:
// whoever holds it would have to wake somebody at each release, which takes longer than most sections. It naps, and looks by itself,
// until its patience is at an end. Nobody else is called meanwhile; should it die, those who wait are told to look, as ever.
//
// Some are better placed than others, so that they always come first, and only patience gets the others in. Who had to hand the lock over
// is such a one: in its next wait it hardly looks, but waits for its patience to end, so that the other has the lock as long as it had.
//
// The word of a lock whose owner died still names the dead one, and those who wait are told to look when an agent dies. Whoever comes
// first puts its own id there, and the mark ORPHANED, which stays until somebody says that all is in order.

import { endIfDead } from "./afterlife.ts";
import { isDead } from "./agent-table.ts";
import type { Deadline } from "./deadline.ts";
import { OwnerDiedError } from "./errors.ts";
import { makeOwner, PATIENCE, passedOverFor } from "./handing.ts";
import { isTraced, keepTrace } from "./label.ts";
import {
  GRANTED,
  HANDED_LOCK,
  HANDED_PERMIT,
  LOCK_DEPTH,
  NODE_AGENT,
  NODE_NEXT,
  NODE_STATE,
  ORPHANED,
  OWNER,
  QUEUE_LOCK,
  SIGNAL,
  SIGNALLED,
  WAITERS,
  WAITING,
} from "./layout.ts";
import type { LocalLine } from "./local-line.ts";
import { isAway, park } from "./sleeping.ts";
import { look, USUAL } from "./spinning.ts";
import { WaitQueue } from "./wait-queue.ts";
import type { Waiter } from "./waiter.ts";

/** How often one who was told to look does so at once: a microsecond or two, for it is awake, and most sections are shorter. */
const LOOKS = 200;

/** Milliseconds that it sleeps then before it looks again; each time twice as long. */
const SHORTEST_NAP = 0.05;
const LONGEST_NAP = 0.4;

/** The line of a lock or a semaphore. */
export class ExclusiveLine extends WaitQueue {
  /** Whether this thread came before another one for so long that it had to hand the lock over, and has not waited since. */
  #owes = false;

  override wait(deadline: Deadline, task = 0): boolean {
    const { agent, owner } = this;
    agent.mayBlock(owner.asyncForm);
    const admits = (): boolean => owner.tryAdmit?.(task) === true;
    // What has an owner is a lock, for which threads contend; the rest is rather waited for as a signal.
    if (owner.isHopeless ? look(admits, this.#owes ? 1 : USUAL) : this.spin.until(admits)) return true;
    return super.wait(deadline, task);
  }

  // It has looked at the lock itself before.
  override rest(timeout: number, check?: () => void): void {
    park(this.agent, timeout, check);
  }

  override outlasts(waiter: Waiter, deadline: Deadline): boolean {
    const { agent, at, owner } = this;
    if (waiter.state !== SIGNALLED || !owner.isHopeless) return false;
    const words = agent.heap.reach(at);
    const { node, task } = waiter;
    const looks = this.#owes ? 1 : LOOKS;
    for (let nap = SHORTEST_NAP; (Atomics.load(words, at) & WAITERS) === 0; nap *= 2) {
      if (look(() => owner.tryAdmit?.(task) === true, looks)) {
        waiter.waitOn();
        this.leave(waiter);
        return true;
      }
      if (waiter.passedOver++ === 0) break;
      const left = deadline.remaining();
      const nodes = agent.heap.reach(node);
      if (nap > LONGEST_NAP || left === 0 || passedOverFor(nodes, node) > PATIENCE) break;
      agent.memory.wait(nodes, node + NODE_STATE, SIGNALLED, Math.min(nap, left));
      endIfDead(agent.heap.words, agent.id);
    }
    return false;
  }

  // Whoever has stood in the line leaves it, also one who was put there by a condition.
  override leave(waiter: Waiter): boolean {
    this.#owes &&= waiter !== this.agent.self;
    // Granted is who had the lock until somebody else released it: there is nothing left to pass on.
    return super.leave(waiter) || waiter.state === GRANTED;
  }

  override isAdmitted(waiter: Waiter): boolean {
    const { owner } = this;
    if (waiter.state === WAITING || owner.isHopeless) return super.isAdmitted(waiter);
    // A permit is taken under the line's lock, lest another one is handed to who just took one: should it die, that would be lost.
    this.lock();
    const admitted = !waiter.waitOn() || owner.admit(waiter.task, true);
    let woken: number[] = [];
    if (admitted) {
      this.remove(waiter.node);
      if (owner.changed(this.isEmpty)) woken = this.signal();
    }
    this.unlock(woken);
    return admitted;
  }

  get heir(): number {
    const { heap, id } = this.agent;
    let node = this.first;
    while (node !== 0 && (this.#isProvided(node) || isAway(this.agent, node))) {
      node = heap.reach(node)[node + NODE_NEXT] as number;
    }
    if (node === 0) return 0;
    const words = heap.reach(node);
    // The tasks of this very thread can not go on before it returns to its event loop, and until then it may want the lock again.
    return words[node + NODE_AGENT] !== id && passedOverFor(words, node) > PATIENCE ? node : 0;
  }

  handOver(): number[] | undefined {
    this.#settle();
    const { heir } = this;
    if (heir === 0) return undefined;
    this.#owes = true;
    // In this order: should this thread die in between, `repair` sees to the rest.
    const woken = this.tell(heir, HANDED_LOCK);
    makeOwner(this.agent, this.at, heir);
    return [woken];
  }

  handPermitTo(heir: number): number[] {
    return [this.tell(heir, HANDED_PERMIT)];
  }

  isOrphan(word: number): boolean {
    const { agent, at } = this;
    const words = agent.heap.reach(at);
    if (words[at + LOCK_DEPTH] === SIGNAL || !isDead(agent, word & OWNER)) return false;
    // If it died while it handed the lock over, that comes first: who takes the line's lock out of its hands sees to it. The caller may
    // have that lock already; else the word has changed by then.
    if (Atomics.load(words, at + QUEUE_LOCK) !== agent.id) {
      this.lock();
      this.unlock();
    }
    return true;
  }

  examine(): void {
    const { agent, at, owner } = this;
    if (isTraced(agent, at)) keepTrace(agent, at);
    if ((Atomics.load(agent.heap.reach(at), at) & ORPHANED) === 0) return;
    throw new OwnerDiedError(
      `the owner of ${owner} died: the caller holds it now, and what it guards may be half changed; recover() it or release() it`,
    );
  }

  /**
   * Of a lock that is being released: should it have been handed to a waiter that has not noticed, that one has had it. It must not give back
   * later what may be somebody else's by then.
   */
  #settle(): void {
    const { heap } = this.agent;
    let node = this.first;
    // Only those who could not go on were passed over when it was handed.
    while (node !== 0 && !this.#isProvided(node) && isAway(this.agent, node)) {
      node = heap.reach(node)[node + NODE_NEXT] as number;
    }
    if (node === 0 || !this.#isProvided(node)) return;
    this.tell(node, GRANTED);
    this.remove(node);
  }

  #isProvided(node: number): boolean {
    return Atomics.load(this.agent.heap.reach(node), node + NODE_STATE) > SIGNALLED;
  }
}

/** Has those who wait for a primitive that others are about to know wait in its new line. */
export function moveWaiters(from: LocalLine, to: WaitQueue): void {
  const { agent } = to;
  while (from.oldest !== undefined) {
    const local = from.oldest;
    from.remove(local);
    const waiter = agent.open();
    waiter.begin(local.task);
    waiter.woken = () => local.woken?.();
    const { look, leave } = to.pending(waiter);
    Object.assign(local, { look, leave });
    to.lock();
    const woken = to.push(waiter.node);
    // It had been told to look, and was about to.
    to.unlock([...woken, ...(local.state === WAITING ? [] : to.signal())]);
  }
}
