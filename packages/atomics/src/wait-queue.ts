// How waiting works, for every primitive and every kind of waiter.
//
// A primitive keeps a value, and beside it a queue of those who wait for the value to change: oldest first, blocked threads and
// async tasks in one line. Each waiter has a node of its own and sleeps on that alone, so waking it wakes nobody else.
//
// Why no wake-up is lost. A waiter joins under the queue's lock, and only after `enter` has looked at the value once more and
// left a mark in it ("somebody waits"). Whoever changes the value does so in one atomic step which sees that mark, and then
// takes the queue's lock and finds the node. So either the waiter sees the change, or the changer sees the waiter.
// And between joining and falling asleep: the node's state is what the thread sleeps on, and waking changes it first.
//
// A waker either *signals* (look again, you keep your place; others may be faster) or *grants* (it is yours, you are out of the
// line). A waiter that leaves early, by timeout or abort, unlinks itself under the queue's lock. Granted before that: it has
// what it waited for. Signalled before that: the signal goes to the next in line.

import type { Agent } from "./agent.ts";
import { slotOf } from "./agent-table.ts";
import { untilSettled } from "./async-wait.ts";
import type { Deadline } from "./deadline.ts";
import {
  AGENT_SELF,
  NODE_AGENT,
  NODE_NEXT,
  NODE_PREVIOUS,
  NODE_QUEUE,
  NODE_STATE,
  QUEUE_HEAD,
  QUEUE_LOCK,
  QUEUE_TAIL,
} from "./layout.ts";
import { lockSpin, unlockSpin } from "./spin-lock.ts";
import { GRANTED, SIGNALLED, WAITING, type Waiter } from "./waiter.ts";

/** What a wait queue asks of the primitive whose queue it is. */
export interface Waitable {
  /**
   * Takes what the waiter wants if that is possible now; else marks the value, so that whoever changes it looks at the queue.
   * Called under the queue's lock before the waiter joins, and without it when a waiter in the queue was signalled.
   */
  enter(waiter: Waiter): boolean;

  /**
   * Somebody left the line, whose lock is held: marks the value anew, or takes the mark off if the line is `empty`.
   *
   * @returns Whether the oldest of the others should look again.
   */
  left(empty: boolean): boolean;

  /** A waiter that was granted what it wants gives up: hands that to the next one. */
  passOn(): void;

  /** The async twin of the blocking call that waits here, for the message where blocking is not allowed. */
  readonly asyncForm: string;
}

/** A value in the arena and the line of those who wait for it. */
export class WaitQueue {
  readonly agent: Agent;
  /** The place of the value; the queue's own words follow it. */
  readonly at: number;
  readonly #owner: Waitable;

  constructor(agent: Agent, at: number, owner: Waitable) {
    this.agent = agent;
    this.at = at;
    this.#owner = owner;
  }

  /** The node of the oldest waiter, or 0; out of date as soon as read, unless the queue's lock is held. */
  get first(): number {
    return Atomics.load(this.words, this.at + QUEUE_HEAD);
  }

  /** The arena's words, those of the queue surely among them. */
  private get words(): Int32Array {
    return this.agent.heap.reach(this.at);
  }

  lock(): void {
    if (lockSpin(this.words, this.at + QUEUE_LOCK, this.agent.id)) this.#repair();
  }

  unlock(): void {
    unlockSpin(this.words, this.at + QUEUE_LOCK);
  }

  /**
   * Puts a node at the end of the line; that of a thread about to block goes before the async waiters of the same thread, which can not
   * go on before it is awake again. Needs the queue's lock.
   */
  push(node: number): void {
    const next = this.#firstHeldUpBy(node);
    const previous = next === 0 ? (this.words[this.at + QUEUE_TAIL] as number) : this.#read(next, NODE_PREVIOUS);
    this.#link(node, next);
    this.#link(previous, node);
    Atomics.store(this.agent.heap.reach(node), node + NODE_QUEUE, this.at);
  }

  /**
   * Takes a node out of the line, and no more than that: it still says that it stands here. Needs the queue's lock; before that is
   * free the node has to be put into another line, or told that it stands in none.
   */
  unlink(node: number): void {
    this.#link(this.#read(node, NODE_PREVIOUS), this.#read(node, NODE_NEXT));
  }

  /** Takes the oldest waiter out of the line, granted. Needs the queue's lock; `wake` what it returns once that is free. */
  take(): number {
    const node = this.first;
    // Granted before unlinked: should this thread die in between, a granted node in the line shows what was meant.
    const before = Atomics.exchange(this.agent.heap.reach(node), node + NODE_STATE, GRANTED);
    this.#remove(node);
    this.#owner.left(this.first === 0);
    // A signalled waiter is awake already or about to be.
    return before === WAITING ? node : 0;
  }

  /** Tells the oldest waiter to look again. Needs the queue's lock; `wake` what it returns once that is free. */
  signal(): number {
    const node = this.first;
    if (node === 0) return 0;
    const before = Atomics.compareExchange(this.agent.heap.reach(node), node + NODE_STATE, WAITING, SIGNALLED);
    return before === WAITING ? node : 0;
  }

  /** Wakes whom `take` or `signal` named. */
  wake(node: number): void {
    if (node !== 0) this.agent.wake(node);
  }

  /**
   * Blocks until admitted; false if the time ran out first.
   *
   * @throws {BlockingNotAllowedError} If this thread must not sleep.
   */
  wait(deadline: Deadline, task = 0): boolean {
    const { agent } = this;
    agent.mayBlock(this.#owner.asyncForm);
    return this.#join(agent.self, task) || this.resume(agent.self, deadline);
  }

  /** Goes on waiting, blocked, as one who stands in this line already. */
  resume(waiter: Waiter, deadline: Deadline): boolean {
    while (!this.#isAdmitted(waiter)) {
      const remaining = deadline.remaining();
      if (remaining === 0) return !this.leave(waiter);
      this.agent.park(remaining);
    }
    return true;
  }

  /** Resolves to true once admitted, to false if the time ran out first; rejects with the signal's reason if aborted first. */
  waitAsync(deadline: Deadline, signal?: AbortSignal, task = 0): Promise<boolean> {
    const waiter = this.agent.inbox.open();
    if (!this.#join(waiter, task)) return this.resumeAsync(waiter, deadline, signal);
    this.agent.inbox.close(waiter);
    return Promise.resolve(true);
  }

  /** Goes on waiting, async, as one who stands in this line already. */
  resumeAsync(waiter: Waiter, deadline: Deadline, signal?: AbortSignal): Promise<boolean> {
    const { inbox } = this.agent;
    const woken = (): boolean | undefined => {
      if (!this.#isAdmitted(waiter)) return undefined;
      inbox.close(waiter);
      return true;
    };
    const givenUp = (aborted: boolean): boolean => {
      const admitted = !this.leave(waiter);
      inbox.close(waiter);
      if (!aborted) return admitted;
      // Granted just before the abort: what it was given must not be lost with it.
      if (admitted) this.#owner.passOn();
      throw signal?.reason;
    };
    return untilSettled(waiter, { deadline, signal }, woken, givenUp);
  }

  /** Takes a waiter out of the line; false if it stands here no more: granted, or moved to another line. */
  leave(waiter: Waiter): boolean {
    this.lock();
    const here = waiter.queue === this.at;
    let next = 0;
    if (here) {
      const signalled = waiter.state === SIGNALLED;
      this.#remove(waiter.node);
      if (this.#owner.left(this.first === 0) || signalled) next = this.signal();
    }
    this.unlock();
    this.wake(next);
    return here;
  }

  #join(waiter: Waiter, task: number): boolean {
    waiter.begin(task);
    this.lock();
    const admitted = this.#owner.enter(waiter);
    if (!admitted) this.push(waiter.node);
    this.unlock();
    return admitted;
  }

  /** Whether the waiter was granted what it wants; follows a signal by trying again, and leaves the line if that succeeds. */
  #isAdmitted(waiter: Waiter): boolean {
    if (waiter.state === WAITING) return false;
    // Back to WAITING before the try: a change of the value after a failed try signals anew.
    if (!waiter.waitOn()) return true;
    if (!this.#owner.enter(waiter)) return false;
    // Signalled again or granted since: that was for somebody else's change of the value; `leave` passes a signal on.
    this.leave(waiter);
    return true;
  }

  /** The oldest async waiter here of the thread that sleeps with this node, or 0; async nodes hold up nobody. */
  #firstHeldUpBy(node: number): number {
    const agent = this.#read(node, NODE_AGENT);
    if (node !== slotOf(this.agent.heap, agent) + AGENT_SELF) return 0;
    let other = this.first;
    while (other !== 0 && this.#read(other, NODE_AGENT) !== agent) other = this.#read(other, NODE_NEXT);
    return other;
  }

  /** Somebody died while changing the line. Seen from its head it is whole at any moment; the way back is made anew. */
  #repair(): void {
    let last = 0;
    for (let node = this.first; node !== 0; last = node, node = this.#read(node, NODE_NEXT)) this.#link(last, node);
    this.words[this.at + QUEUE_TAIL] = last;
  }

  #read(node: number, field: number): number {
    return this.agent.heap.reach(node)[node + field] as number;
  }

  #remove(node: number): void {
    this.unlink(node);
    Atomics.store(this.agent.heap.reach(node), node + NODE_QUEUE, 0);
  }

  /** Makes two nodes neighbours; 0 stands for the ends of the line. */
  #link(before: number, after: number): void {
    const { words, at } = this;
    const { heap } = this.agent;
    if (before === 0) Atomics.store(words, at + QUEUE_HEAD, after);
    else heap.reach(before)[before + NODE_NEXT] = after;
    if (after === 0) words[at + QUEUE_TAIL] = before;
    else heap.reach(after)[after + NODE_PREVIOUS] = before;
  }
}
