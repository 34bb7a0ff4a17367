// Arrivals counted without a lock. A word holds the ticket of who comes next; whoever comes takes it by counting the word on in one
// step. So many tickets in a row are one group, and a group is full as soon as the word has left it: that is all those have to look at who
// wait for the others.
//
// The word says by two marks that there is more to it than that; who sees one of them needs the lock of what the word belongs to. Who
// waits without a node in any line could die unnoticed: so it says in its agent's slot in which word and group it counts itself, before it
// does; and who clears up after it marks the word, unless the group is full.

import type { Agent } from "./agent.ts";
import { slotOf } from "./agent-table.ts";
import { Agents } from "./agents.ts";
import { AGENT_COUNTED, AGENT_COUNTED_FROM, AGENT_COUNTED_SPAN, AGENT_SELF, NODE_TASK } from "./layout.ts";

/**
 * How many tickets there are, before they begin anew: who waits without sleeping would have to get no processor while so many others come,
 * to mistake a group for its own. That takes some ten seconds at the least.
 */
const TICKETS = 2 ** 29;

// The marks.
/** Somebody of the group stands in the line; who takes its last ticket has to see to that. */
export const LINED: number = 2 ** 29;
/** Somebody died who counted itself in the group; besides CLOSED. */
export const BEREFT: number = 2 ** 30;
/** Tickets can not be taken now. */
export const CLOSED: number = -(2 ** 31);

/** The largest group: of larger ones, too few would follow each other before the tickets begin anew. */
export const SPAN_MAX: number = 2 ** 26;

/** The tickets of groups of one size. In place of a ticket, any word can be given that has it. */
export class Tickets {
  /** How many are a group. */
  readonly span: number;
  readonly #end: number;

  constructor(span: number) {
    this.span = span;
    this.#end = TICKETS - (TICKETS % span);
  }

  /** Which of its group a ticket is, from 0. */
  indexOf(word: number): number {
    return ticketOf(word) % this.span;
  }

  /** The first ticket of the group of one. */
  groupOf(word: number): number {
    return ticketOf(word) - this.indexOf(word);
  }

  /** The first ticket of the next group. */
  groupAfter(group: number): number {
    const next = group + this.span;
    return next === this.#end ? 0 : next;
  }

  /** Whether the group is not full, and tickets can be taken. */
  isOpen(word: number, group: number): boolean {
    return word >= 0 && isIn(word, group, this.span);
  }
}

/** Whether a word has not left a group. */
function isIn(word: number, group: number, span: number): boolean {
  return (ticketOf(word) - group) >>> 0 < span;
}

function ticketOf(word: number): number {
  return word & (TICKETS - 1);
}

/** Marks a word, unless it has left the group; whether it has not. */
export function mark(words: Int32Array, at: number, group: number, span: number, marks: number): boolean {
  for (let word = Atomics.load(words, at); isIn(word, group, span); ) {
    const seen = Atomics.compareExchange(words, at, word, word | marks);
    if (seen === word) return true;
    word = seen;
  }
  return false;
}

/** Says that this thread is about to count itself in a group. */
export function announceCount({ heap, base }: Agent, at: number, group: number, span: number): void {
  const words = heap.reach(base);
  words[base + AGENT_SELF + NODE_TASK] = 0;
  words[base + AGENT_COUNTED_FROM] = group;
  words[base + AGENT_COUNTED_SPAN] = span;
  // Last: with it the others mean something. Nobody reads them before this thread is dead, or waits for what they name.
  words[base + AGENT_COUNTED] = at;
}

/** Says that it waits no more. */
export function withdrawCount({ heap, base }: Agent): void {
  heap.reach(base)[base + AGENT_COUNTED] = 0;
}

/** The nodes of the threads that say that they count themselves in a group. */
export function countedIn({ heap }: Agent, at: number, group: number): number[] {
  const nodes: number[] = [];
  for (const id of new Agents(heap).ids()) {
    const base = slotOf(heap, id);
    if (base === 0) continue;
    const words = heap.reach(base);
    if (words[base + AGENT_COUNTED] === at && words[base + AGENT_COUNTED_FROM] === group) nodes.push(base + AGENT_SELF);
  }
  return nodes;
}

/** Marks the word in which a dead agent counted itself. */
export function bereave({ heap }: Agent, base: number): void {
  const slot = heap.reach(base);
  const at = slot[base + AGENT_COUNTED] as number;
  if (at === 0) return;
  const [group, span] = [slot[base + AGENT_COUNTED_FROM] as number, slot[base + AGENT_COUNTED_SPAN] as number];
  mark(heap.reach(at), at, group, span, CLOSED | BEREFT);
}
