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
import { untilSettled } from "./async-wait.ts";
import type { Deadline } from "./deadline.ts";
import { NODE_NEXT, NODE_PREVIOUS, NODE_QUEUE, NODE_STATE, QUEUE_HEAD, QUEUE_LOCK, QUEUE_TAIL } from "./layout.ts";
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
  passOn(task: number): void;

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

  /** Whether nobody waits; out of date as soon as read, unless the queue's lock is held. */
  get empty(): boolean {
    return this.first === 0;
  }

  /** The node of the oldest waiter, or 0. */
  get first(): number {
    return Atomics.load(this.agent.heap.reach(this.at), this.at + QUEUE_HEAD);
  }

  /** How many wait; out of date as soon as read. */
  get length(): number {
    this.lock();
    let count = 0;
    for (let node = this.first; node !== 0; node = this.#next(node)) count++;
    this.unlock();
    return count;
  }

  lock(): void {
    lockSpin(this.agent.heap.reach(this.at), this.at + QUEUE_LOCK, this.agent.id);
  }

  unlock(): void {
    unlockSpin(this.agent.heap.words, this.at + QUEUE_LOCK);
  }

  /** Puts a node at the end of the line. Needs the queue's lock. */
  push(node: number): void {
    const { at, agent } = this;
    const words = agent.heap.reach(node);
    const last = words[at + QUEUE_TAIL] as number;
    words[node + NODE_NEXT] = 0;
    words[node + NODE_PREVIOUS] = last;
    Atomics.store(words, node + NODE_QUEUE, at);
    if (last === 0) Atomics.store(words, at + QUEUE_HEAD, node);
    else agent.heap.reach(last)[last + NODE_NEXT] = node;
    words[at + QUEUE_TAIL] = node;
  }

  /** Takes a node out of the line, and no more than that. Needs the queue's lock. */
  unlink(node: number): void {
    const { at, agent } = this;
    const words = agent.heap.reach(node);
    const next = words[node + NODE_NEXT] as number;
    const previous = words[node + NODE_PREVIOUS] as number;
    if (previous === 0) Atomics.store(words, at + QUEUE_HEAD, next);
    else agent.heap.reach(previous)[previous + NODE_NEXT] = next;
    if (next === 0) words[at + QUEUE_TAIL] = previous;
    else agent.heap.reach(next)[next + NODE_PREVIOUS] = previous;
    Atomics.store(words, node + NODE_QUEUE, 0);
  }

  /** Takes the oldest waiter out of the line, granted. Needs the queue's lock; `wake` it once that is free. */
  take(): number {
    const node = this.first;
    if (node === 0) return 0;
    // Granted before unlinked: should this thread die in between, a granted node in the line shows what was meant.
    const before = Atomics.exchange(this.agent.heap.reach(node), node + NODE_STATE, GRANTED);
    this.unlink(node);
    this.#owner.left(this.empty);
    // A signalled waiter is awake already or about to be.
    return before === WAITING ? node : -node;
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
    if (node > 0) this.agent.wake(node);
  }

  /** Grants the `count` oldest waiters what they wait for, and says how many there were. */
  grant(count: number): number {
    const granted: number[] = [];
    this.lock();
    while (granted.length < count && this.first !== 0) granted.push(this.take());
    this.unlock();
    for (const node of granted) this.wake(node);
    return granted.length;
  }

  /**
   * Blocks until admitted; false if the time ran out first.
   *
   * @throws {BlockingNotAllowedError} If this thread must not sleep.
   */
  wait(deadline: Deadline, task = 0): boolean {
    this.agent.mayBlock(this.#owner.asyncForm);
    const waiter = this.agent.self;
    return this.#join(waiter, task) || this.resume(waiter, deadline);
  }

  /** Goes on waiting, blocked, as one who stands in this line already. */
  resume(waiter: Waiter, deadline: Deadline): boolean {
    for (;;) {
      const state = waiter.state;
      if (state === GRANTED) return true;
      if (state === SIGNALLED) {
        if (this.#claim(waiter)) return true;
        continue;
      }
      const remaining = deadline.remaining();
      if (remaining === 0) return !this.leave(waiter);
      this.agent.park(remaining);
    }
  }

  /** Resolves to true once admitted, to false if the time ran out first; rejects with the signal's reason if aborted first. */
  waitAsync(deadline: Deadline, signal?: AbortSignal, task = 0): Promise<boolean> {
    const waiter = this.agent.inbox.open();
    if (this.#join(waiter, task)) {
      this.agent.inbox.close(waiter);
      return Promise.resolve(true);
    }
    return this.resumeAsync(waiter, deadline, signal);
  }

  /** Goes on waiting, async, as one who stands in this line already. */
  resumeAsync(waiter: Waiter, deadline: Deadline, signal?: AbortSignal): Promise<boolean> {
    const { inbox } = this.agent;
    const woken = (): boolean | undefined => {
      if (waiter.state !== GRANTED && !this.#claim(waiter)) return undefined;
      inbox.close(waiter);
      return true;
    };
    const givenUp = (aborted: boolean): boolean => {
      const admitted = !this.leave(waiter);
      inbox.close(waiter);
      if (!aborted) return admitted;
      // Granted just before the abort: what it was given must not be lost with it.
      if (admitted) this.#owner.passOn(waiter.task);
      throw signal?.reason;
    };
    return untilSettled(waiter, { deadline, signal }, woken, givenUp);
  }

  /** Takes a waiter out of the line; false if it stands here no more: granted, or moved to another line. */
  leave(waiter: Waiter): boolean {
    this.lock();
    if (waiter.queue !== this.at) {
      this.unlock();
      return false;
    }
    const signalled = waiter.state === SIGNALLED;
    this.unlink(waiter.node);
    const next = this.#owner.left(this.empty) || signalled ? this.signal() : 0;
    this.unlock();
    this.wake(next);
    return true;
  }

  /** Whether the waiter stands in this line; a signal that says only "look again" is answered with that. */
  waitOn(waiter: Waiter): boolean {
    this.lock();
    const here = waiter.queue === this.at;
    // Under the lock, for once it is moved to another line a signal is meant for that one.
    if (here) waiter.waitOn();
    this.unlock();
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

  /** Follows a signal: tries again and, if that succeeds, leaves the line. */
  #claim(waiter: Waiter): boolean {
    // Back to WAITING before the try: a change of the value after a failed try signals anew.
    if (!waiter.waitOn()) return true;
    if (!this.#owner.enter(waiter)) return false;
    // Signalled again or granted since: that was for somebody else's change of the value; `leave` passes a signal on.
    this.leave(waiter);
    return true;
  }

  #next(node: number): number {
    return this.agent.heap.reach(node)[node + NODE_NEXT] as number;
  }
}
