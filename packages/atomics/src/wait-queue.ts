// How waiting works, for every primitive and every kind of waiter.
//
// A primitive keeps a value, and beside it a queue of those who wait for the value to change: oldest first, blocked threads and
// async tasks in one line. Each waiter has a node of its own and sleeps on that alone, so waking it wakes nobody else.
//
// Why no wake-up is lost. A waiter joins under the queue's lock, and only after `admit` has looked at the value once more and
// left a mark in it ("somebody waits"). Whoever changes the value does so in one atomic step which sees that mark, and then
// takes the queue's lock and finds the node. So either the waiter sees the change, or the changer sees the waiter.
// And between joining and falling asleep: the node's state is what the thread sleeps on, and waking changes it first.
//
// A waiter is told one of three things by its node's state. *Signalled*: look again, others may be faster; it keeps its place. *Handed*:
// a lock or a permit is its own; it leaves the line when it takes notice, and until then others can take back what it was handed should
// it die or block elsewhere. *Granted*: what it waited for has happened; it is out of the line. A waiter that leaves early, by timeout
// or abort, unlinks itself under the queue's lock, and passes on a signal that it had.

import type { Agent } from "./agent.ts";
import { type PendingWait, untilSettled } from "./async-wait.ts";
import type { Deadline } from "./deadline.ts";
import {
  GRANTED,
  NODE_NEXT,
  NODE_PREVIOUS,
  NODE_QUEUE,
  NODE_STATE,
  QUEUE_HEAD,
  QUEUE_LOCK,
  QUEUE_TAIL,
  SIGNALLED,
  WAITING,
} from "./layout.ts";
import type { Line, Waitable } from "./line.ts";
import { isAway, isThread, notify, park, resumeBlocked, tell } from "./sleeping.ts";
import { lockSpin, unlockSpin } from "./spin-lock.ts";
import { Spin } from "./spinning.ts";
import type { Waiter } from "./waiter.ts";
import { repair } from "./withdrawal.ts";

/** A value in the arena and the line of those who wait for it. */
export class WaitQueue implements Line {
  readonly agent: Agent;
  /** The place of the value; the queue's own words follow it. */
  readonly at: number;
  readonly owner: Waitable;
  protected readonly spin: Spin = new Spin();

  constructor(agent: Agent, at: number, owner: Waitable) {
    this.agent = agent;
    this.at = at;
    this.owner = owner;
  }

  /** The node of the oldest waiter, or 0; out of date as soon as read, unless the queue's lock is held. */
  get first(): number {
    return Atomics.load(this.words, this.at + QUEUE_HEAD);
  }

  /** The arena's words, those of the queue surely among them. */
  private get words(): Int32Array {
    return this.agent.heap.reach(this.at);
  }

  get isEmpty(): boolean {
    return this.first === 0;
  }

  /** Whether the oldest waiter is a task, which goes on when its thread has time for it. Needs the queue's lock. */
  get isLedByTask(): boolean {
    const { first } = this;
    return first !== 0 && !isThread(this.agent, first);
  }

  lock(): void {
    if (lockSpin(this.words, this.at + QUEUE_LOCK, this.agent.id)) repair(this);
  }

  /** @param woken What `signal` and its like returned under the lock. */
  unlock(woken: number[] = []): void {
    unlockSpin(this.words, this.at + QUEUE_LOCK);
    for (const word of woken) notify(this.agent, word);
  }

  /** Puts a node at the end of the line. Needs the queue's lock. */
  push(node: number): number[] {
    const last = this.words[this.at + QUEUE_TAIL] as number;
    // First of all: should this thread die, `repair` finds by this who belongs into the line.
    Atomics.store(this.agent.heap.reach(node), node + NODE_QUEUE, this.at);
    this.link(node, 0);
    this.link(last, node);
    return this.owner.changed(false) ? this.signal() : [];
  }

  /**
   * Takes a node out of the line, and no more than that: it still says that it stands here. Needs the queue's lock; before that is
   * free the node has to be put into another line, or told that it stands in none.
   */
  unlink(node: number): void {
    this.link(this.#read(node, NODE_PREVIOUS), this.#read(node, NODE_NEXT));
  }

  /** Takes a node out of the line; it stands in none then. Needs the queue's lock. */
  remove(node: number): void {
    this.unlink(node);
    Atomics.store(this.agent.heap.reach(node), node + NODE_QUEUE, 0);
  }

  /** Tells the oldest waiters who can go on now to look again. Needs the queue's lock. */
  signal(count = 1): number[] {
    const woken: number[] = [];
    for (let node = this.first; node !== 0 && woken.length < count; node = this.#read(node, NODE_NEXT)) {
      // Who was handed something, and has not taken notice yet, wants no more.
      const wants = this.#read(node, NODE_STATE) <= SIGNALLED;
      if (wants && !isAway(this.agent, node)) woken.push(this.tell(node, SIGNALLED));
    }
    return woken;
  }

  /** Tells another one to look, in the place of one who was told, and leaves that to others. Needs the queue's lock. */
  passSignal(): number[] {
    for (let node = this.first; node !== 0; node = this.#read(node, NODE_NEXT)) {
      const waits = this.#read(node, NODE_STATE) === WAITING;
      if (waits && !isAway(this.agent, node)) return [this.tell(node, SIGNALLED)];
    }
    return [];
  }

  /** Takes the oldest waiter out of the line, granted. Needs the queue's lock. */
  grant(): number {
    const node = this.first;
    // Granted before unlinked: should this thread die in between, a granted node in the line shows what was meant.
    const woken = this.tell(node, GRANTED);
    this.remove(node);
    this.owner.changed(this.isEmpty);
    return woken;
  }

  /**
   * Gives a node a state beyond WAITING, SIGNALLED only if it waits. Needs the queue's lock.
   *
   * @returns What `unlock` needs to wake the waiter up.
   */
  tell(node: number, state: number): number {
    const words = this.agent.heap.reach(node);
    const before =
      state === SIGNALLED
        ? Atomics.compareExchange(words, node + NODE_STATE, WAITING, state)
        : Atomics.exchange(words, node + NODE_STATE, state);
    // One that was signalled before is awake already or about to be.
    return before !== WAITING || this.agent.serve(node) ? 0 : tell(this.agent, node);
  }

  wait(deadline: Deadline, task = 0): boolean {
    const { agent, owner } = this;
    agent.mayBlock(owner.asyncForm);
    return this.join(agent.self, task) || resumeBlocked(this, agent.self, deadline);
  }

  /** Blocks this thread, in whose line it stands, until it may have been told something; see {@link park}. */
  rest(timeout: number, check?: () => void): void {
    const { self } = this.agent;
    if (!this.spin.until(() => self.state !== WAITING)) park(this.agent, timeout, check);
  }

  waitAsync(deadline: Deadline, signal?: AbortSignal, task = 0): Promise<boolean> {
    const waiter = this.agent.open();
    if (!this.join(waiter, task)) return this.resumeAsync(waiter, deadline, signal);
    this.agent.close(waiter);
    return Promise.resolve(true);
  }

  /** Goes on waiting, async, as one who stands in this line already. */
  resumeAsync(waiter: Waiter, deadline: Deadline, signal?: AbortSignal): Promise<boolean> {
    const settled = untilSettled(this.pending(waiter), deadline, signal);
    // Woken before, when the wait had another meaning: a notified waiter that now wants the lock.
    if (waiter.served) waiter.woken?.();
    return settled;
  }

  /** The async wait of a waiter in this line. */
  pending(waiter: Waiter): PendingWait {
    const { agent, owner } = this;
    return {
      get woken() {
        return waiter.woken;
      },
      set woken(woken) {
        waiter.woken = woken;
      },
      look: () => {
        const admitted = this.isAdmitted(waiter);
        if (admitted) agent.close(waiter);
        return admitted;
      },
      leave: () => {
        const emptyHanded = this.leave(waiter);
        agent.close(waiter);
        return emptyHanded;
      },
      passOn: () => owner.passOn(),
    };
  }

  /** Joins the line, unless what the waiter wants can be had at once; then true. */
  join(waiter: Waiter, task: number): boolean {
    waiter.begin(task);
    this.lock();
    const admitted = this.owner.admit(task, waiter === this.agent.self || this.isEmpty);
    this.unlock(admitted ? [] : this.push(waiter.node));
    return admitted;
  }

  /** Whether the waiter has what it wants; follows a signal by trying again, and leaves the line if that succeeds. */
  isAdmitted(waiter: Waiter): boolean {
    // Back to WAITING before the try: a change of the value after a failed try signals anew.
    if (waiter.state === WAITING) return false;
    if (waiter.waitOn() && !this.owner.admit(waiter.task, true)) return false;
    // Signalled again since: that was for another change of the value; `leave` passes it on.
    this.leave(waiter);
    return true;
  }

  /**
   * Called of a blocked waiter that may have been told to look: waits some more in a way that costs others nothing, if others were faster.
   *
   * @returns Whether it has what it wants; then it has left the line.
   */
  outlasts(_waiter: Waiter, _deadline: Deadline): boolean {
    return false;
  }

  /** Takes a waiter out of the line; whether it leaves with empty hands: neither granted nor handed anything, nor moved elsewhere. */
  leave(waiter: Waiter): boolean {
    // Who granted it takes it out of the line, as the last thing that is done to the node.
    if (waiter.state === GRANTED && waiter.queue === 0) return false;
    this.lock();
    const { state } = waiter;
    const here = waiter.queue === this.at;
    const woken: number[] = [];
    if (here) {
      this.remove(waiter.node);
      if (this.owner.changed(this.isEmpty)) woken.push(...this.signal());
      if (state === SIGNALLED) woken.push(...this.passSignal());
    }
    this.unlock(woken);
    return here && state < GRANTED;
  }

  #read(node: number, field: number): number {
    return this.agent.heap.reach(node)[node + field] as number;
  }

  /** Makes two nodes neighbours; 0 stands for the ends of the line. Needs the queue's lock. */
  link(before: number, after: number): void {
    const { words, at } = this;
    const { heap } = this.agent;
    if (before === 0) Atomics.store(words, at + QUEUE_HEAD, after);
    else heap.reach(before)[before + NODE_NEXT] = after;
    if (after === 0) words[at + QUEUE_TAIL] = before;
    else heap.reach(after)[after + NODE_PREVIOUS] = before;
  }
}
