// What two threads do that wake each other by turns.

import type { Run } from "../contest/contestant.ts";

/** What can be given by one thread and taken by another. */
export interface Givable {
  acquire(): unknown;
  release(): void;
}

/** The first thread gives `a` and waits for `b`, the second the other way round. */
export function semaphoreTurns(index: number, a: Givable, b: Givable): Run {
  return index === 0
    ? (times) => {
        for (let time = 0; time < times; time++) {
          a.release();
          b.acquire();
        }
      }
    : (times) => {
        for (let time = 0; time < times; time++) {
          a.acquire();
          b.release();
        }
      };
}

/** A flag that is waited for. */
export interface Flag {
  set(): void;
  clear(): void;
  wait(): unknown;
}

/** As {@link semaphoreTurns}, with flags that are cleared by who waited for them. */
export function eventTurns(index: number, a: Flag, b: Flag): Run {
  return index === 0
    ? (times) => {
        for (let time = 0; time < times; time++) {
          a.set();
          b.wait();
          b.clear();
        }
      }
    : (times) => {
        for (let time = 0; time < times; time++) {
          a.wait();
          a.clear();
          b.set();
        }
      };
}

/** What waits with a lock freed meanwhile. */
export interface Changed extends Givable {
  wait(): unknown;
  notify(): void;
}

/** A plain word says whose turn it is; a condition guards it. */
export function conditionTurns(index: number, condition: Changed, turn: Int32Array): Run {
  return (times) => {
    for (let time = 0; time < times; time++) {
      condition.acquire();
      while (turn[0] !== index) condition.wait();
      turn[0] = 1 - index;
      condition.notify();
      condition.release();
    }
  };
}
