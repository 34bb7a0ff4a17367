// Who has taken items whose tasks are not done yet: a tally for each thread that took any. Only its own thread changes it, and raises it
// before an item is taken, lowers it after a task is done. So as long as each thread calls `taskDone` for what it took itself, the tallies of
// the living are never too low, and if they are all 0, and the queue is empty, nobody can do what is unfinished any more: those who had it
// are dead.
//
// Which item a `taskDone` is for nobody says. If threads call it for each other, the tally of the caller may be too low by then and that
// of the other one too high. All tasks that are unfinished still count, so a join never returns true too early. But once a thread dies it
// may throw while a living one still has a task, or wait for a living one that has none.

import { ArenaFullError, agentsOf, type OpenArena } from "@conc/atomics";
import { TALLIES, UNTALLIED } from "./layout.ts";

const TALLY_NEXT = 0;
const TALLY_AGENT = 1;
const TALLY_TASKS = 2;
const TALLY_WORDS = 8;

/** The tallies of one queue, as this thread sees them. */
export class Tallies {
  readonly #arena: OpenArena;
  readonly #head: number;
  readonly #untallied: number;
  #mine = 0;

  constructor(arena: OpenArena, base: number) {
    this.#arena = arena;
    this.#head = base + TALLIES;
    this.#untallied = base + UNTALLIED;
  }

  /** This thread is about to take an item. What it does next is seen by nobody who does not see this. */
  raise(): void {
    this.#mine ||= this.#open();
    if (this.#mine !== 0) (this.#arena.heap.reach(this.#mine)[this.#mine + TALLY_TASKS] as number)++;
  }

  /** This thread has done a task, maybe one that another thread had taken. */
  lower(): void {
    this.#mine ||= this.#open();
    if (this.#mine === 0) return;
    const words = this.#arena.heap.reach(this.#mine);
    const tasks = this.#mine + TALLY_TASKS;
    // Not below 0: what others had taken must not hide what this thread will take.
    Atomics.store(words, tasks, Math.max(0, (words[tasks] as number) - 1));
  }

  /** Whether no living thread has a task to do. */
  get areSettled(): boolean {
    if (Atomics.load(this.#arena.heap.reach(this.#untallied), this.#untallied) !== 0) return false;
    return !this.#find((words, tally) => Atomics.load(words, tally + TALLY_TASKS) > 0 && this.#isAlive(words, tally));
  }

  #open(): number {
    const { heap, agent } = this.#arena;
    // This thread may have had another object for the same queue.
    const own = this.#find((words, tally) => words[tally + TALLY_AGENT] === agent.id);
    if (own !== 0) return own;
    const left = this.#find((words, tally) => !this.#isAlive(words, tally) && this.#takeOver(words, tally));
    if (left !== 0) return left;
    const head = heap.reach(this.#head);
    let tally: number;
    try {
      tally = heap.allocate(TALLY_WORDS * 4, agent.id);
    } catch (error) {
      if (!(error instanceof ArenaFullError)) throw error;
      // Items have to be taken all the same, or there would never be room again. From now on nobody is told that all is settled.
      Atomics.store(head, this.#untallied, 1);
      return 0;
    }
    const words = heap.reach(tally);
    words[tally + TALLY_AGENT] = agent.id;
    let next: number;
    do {
      next = Atomics.load(head, this.#head);
      words[tally + TALLY_NEXT] = next;
    } while (Atomics.compareExchange(head, this.#head, next, tally) !== next);
    return tally;
  }

  #takeOver(words: Int32Array, tally: number): boolean {
    const before = words[tally + TALLY_AGENT] as number;
    const { id } = this.#arena.agent;
    if (Atomics.compareExchange(words, tally + TALLY_AGENT, before, id) !== before) return false;
    Atomics.store(words, tally + TALLY_TASKS, 0);
    return true;
  }

  #isAlive(words: Int32Array, tally: number): boolean {
    return agentsOf(this.#arena).isAlive(words[tally + TALLY_AGENT] as number);
  }

  #find(is: (words: Int32Array, tally: number) => boolean): number {
    const { heap } = this.#arena;
    let tally = Atomics.load(heap.reach(this.#head), this.#head);
    for (; tally !== 0; tally = heap.reach(tally)[tally + TALLY_NEXT] as number) {
      if (is(heap.reach(tally), tally)) return tally;
    }
    return 0;
  }
}

/** Frees the tallies of a queue that nobody has any more. */
export function dropTallies({ heap, agent }: OpenArena, base: number): void {
  const words = heap.reach(base);
  let tally = Atomics.exchange(words, base + TALLIES, 0);
  while (tally !== 0) {
    const next = heap.reach(tally)[tally + TALLY_NEXT] as number;
    heap.free(tally, agent.id);
    tally = next;
  }
}
