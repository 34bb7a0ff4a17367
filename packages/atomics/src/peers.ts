import type { Agent } from "./agent.ts";
import type { Deadline } from "./deadline.ts";
import type { LockOptions } from "./label.ts";
import type { Place } from "./shared-object.ts";
import type { WaitQueue } from "./wait-queue.ts";
import type { Waiter } from "./waiter.ts";

/**
 * What it takes to live with other agents.
 *
 * A thread that has shared nothing is alone: nobody holds a spin lock against it, nobody can wake it, nobody has to be woken. So all
 * of this comes into a program only with what makes others known: handles, threads, an arena that is joined. A page that wants a lock
 * for its async tasks and no more gets a small one.
 */
export interface Peers {
  /** Takes a spin lock that somebody else holds; whether its holder died, and may have left things half done. */
  contend(words: Int32Array, index: number, agent: number): boolean;

  /** Makes a line whole which somebody was changing who died. Needs the queue's lock. */
  repair(queue: WaitQueue): void;

  /** Has an agent notice that others wake its async waiters, while there are any. */
  watch(agent: Agent): void;

  /**
   * Tells the agent of a node that the node's state has changed; the lock of the node's queue is held.
   *
   * @returns The word to notify once that lock is free; 0 for none.
   */
  tell(agent: Agent, node: number): number;

  /** Wakes an agent by a word that `tell` named; 0 stands for nobody. */
  notify(agent: Agent, word: number): void;

  /** Whether a waiter can not go on now, being an async one of a blocked agent. Needs the lock of its queue. */
  isAway(agent: Agent, node: number): boolean;

  /** Whether a value of the lock whose queue this is names an owner that has died. */
  isOrphan(queue: WaitQueue, word: number): boolean;

  /**
   * Somebody has acquired the lock whose queue this is: keeps where, if the lock is made for that.
   *
   * @throws {OwnerDiedError} If an owner died with the lock, and nobody has recovered it.
   */
  examine(queue: WaitQueue): void;

  /** Writes a lock's name where others read it. */
  label(queue: WaitQueue, name: string): void;

  /** With what options a lock was made. */
  labelsOf(place: Place): LockOptions;

  /** The oldest waiter, if others were faster for so long that a lock or a permit is to be handed to it; else 0. Needs the lock. */
  heirOf(queue: WaitQueue): number;

  /** Hands the lock whose queue this is to its heir; undefined if there is none. Needs the queue's lock. */
  handOver(queue: WaitQueue): number[] | undefined;

  /** The waiter, which the lock was handed to, is its owner from now on. Needs the queue's lock. */
  takeOver(queue: WaitQueue, waiter: Waiter): void;

  /** Blocks in a queue until admitted; false if the time ran out first. */
  wait(queue: WaitQueue, deadline: Deadline, task: number): boolean;
}

/** Undefined while this thread is alone. */
export let peers: Peers | undefined;

/** From now on there may be others. */
export function setPeers(those: Peers): void {
  peers = those;
}
