// The word of a lock is FREE or the id of the agent that owns it, and marks.
//
//   word           meaning
//   0              free; if there are waiters, the oldest has been signalled and is on its way
//   id             held; nobody waits, or the oldest waiter has been signalled and not looked yet
//   id | BY_TASK   held by an async task of the agent
//   … | WAITERS    release has to look at the queue; alone: free, the oldest waiter has been signalled
//   … | ORPHANED   an owner died with it, and nobody has recovered it yet
//
// How those who find it held wait, and why none of them is forgotten: see `exclusive.ts`.
//
// A word that names a dead owner is as good as a free one: whoever comes next puts its own id there, and the mark ORPHANED. Those who
// wait are told to look when an agent dies. But a plain lock that somebody else than its owner has ever released is a signal between
// threads; its owner means nothing, nor does that one's death.

import {
  BY_TASK,
  check,
  FREE,
  InvalidStateError,
  LOCK_BYTES,
  LOCK_DEPTH,
  LOCK_TASK,
  type LockOptions,
  NAMED_BYTES,
  ORPHANED,
  OWNER,
  Place,
  registerClass,
  SIGNAL,
  TRACED_BYTES,
  WAITERS,
} from "@conc/atomics";
import { Exclusive, LOCAL } from "./exclusive.ts";

/**
 * Lets one holder in at a time, across threads and async tasks.
 *
 * Any thread may release it, not only the one that acquired it. Not reentrant: a second `acquire` by the holder waits for a
 * release. What a holder wrote before its release is seen by the next holder. Not fair in order: a thread that is running may pass
 * one that sleeps, but for a millisecond at most; async tasks of one thread get it in the order in which they asked.
 *
 * @example
 * const lock = new Lock();
 * lock.runExclusive(() => {
 *   account.balance -= 100;
 * });
 *
 * @see CPython `threading.Lock`; here times are milliseconds, and there are async forms.
 */
export class Lock extends Exclusive {
  /** The name that it was given, the same in all threads; empty if it has none. */
  readonly name: string;
  /** Whether it keeps the stack of each acquire. */
  protected readonly traced: boolean;

  /** @throws {TypeError} If the options are of the wrong type. */
  constructor(options?: LockOptions);
  constructor(options: LockOptions | Place = {}) {
    check("options", options, "object");
    const known = options instanceof Place;
    const { name = "", trace = false, ...others } = known ? options.arena.labelsOf(options) : options;
    for (const other in others) throw new TypeError(`unknown option ${other}`);
    check("name", name, "string");
    check("trace", trace, "boolean");
    super(trace ? TRACED_BYTES : name ? NAMED_BYTES : LOCK_BYTES, known ? options : undefined);
    this.name = name;
    this.traced = trace;
  }

  get [Symbol.toStringTag](): string {
    return "Lock";
  }

  /**
   * Frees the lock, whoever acquired it. If its owner has died, that mends it.
   *
   * @throws {InvalidStateError} If it is not locked.
   */
  release(): void {
    const { words, base, me } = this;
    const byTask = me | BY_TASK;
    // A guess, so a plain read will do. To exchange what was read, whatever it is, would be slower: the exchange would wait for the read,
    // where now the processor foresees which of the two it is.
    const owner = words[base] === byTask ? byTask : me;
    if (Atomics.compareExchange(words, base, owner, FREE) === owner) return;
    if (!this.#free()) throw new InvalidStateError(`release of an unlocked ${this[Symbol.toStringTag]}`);
  }

  /**
   * Says, after an `OwnerDiedError`, that what the lock guards is in order: the next ones acquire it as ever.
   *
   * @throws {InvalidStateError} If it is not locked.
   */
  recover(): void {
    if (!this.locked) throw new InvalidStateError(`recover of an unlocked ${this[Symbol.toStringTag]}`);
    Atomics.and(this.words, this.base, ~ORPHANED);
  }

  /** Whether a blocking wait of this thread could not end: its own task can not go on meanwhile, or nobody else knows the lock. */
  isHopeless(): boolean {
    return this.isPrivate || (Atomics.load(this.words, this.base) & BY_TASK) !== 0;
  }

  /** Whether this thread, or a task of it, holds the lock. */
  protected get mine(): boolean {
    return (Atomics.load(this.words, this.base) & OWNER) === this.me;
  }

  protected override isOpen(word: number): boolean {
    return (word & OWNER) === FREE;
  }

  protected override enter(): boolean {
    return !this.traced && Atomics.compareExchange(this.words, this.base, FREE, this.me) === FREE;
  }

  protected override tryTake(task = 0): boolean {
    const { words, base } = this;
    const owner = task === 0 ? this.me : this.me | BY_TASK;
    for (let word = FREE, next = owner; ; ) {
      const seen = Atomics.compareExchange(words, base, word, next);
      if (seen === word) {
        if (task !== 0) words[base + LOCK_TASK] = task;
        if ((word & OWNER) !== FREE) words[base + LOCK_DEPTH] = 0;
        return true;
      }
      word = seen;
      next = word | owner;
      if ((word & OWNER) !== FREE) {
        if (!this.line.isOrphan?.(word)) return false;
        next = (word & WAITERS) | ORPHANED | owner;
      }
    }
  }

  // Read plainly, for the caller has just come in by way of this word: the mark was there then, or is not there at all.
  protected override get isSound(): boolean {
    return ((this.words[this.base] as number) & ORPHANED) === 0 && !this.traced;
  }

  protected override checkSound(): boolean {
    if (!this.isSound) this.line.examine?.();
    return true;
  }

  override moveTo(place: Place): void {
    const held = this.mine;
    super.moveTo(place);
    if (held) Atomics.add(this.words, this.base, this.me - LOCAL);
    place.arena.label(place, this.name);
  }

  protected describe(): string {
    return `${this.name && `${this.name}, `}${this.locked ? "locked" : "unlocked"}`;
  }

  passOn(): void {
    this.#free();
  }

  /** Frees the lock by way of the queue: signals the oldest waiter, or hands the lock to it if it has been patient enough. */
  #free(): boolean {
    const { words, base, line } = this;
    line.lock();
    const word = Atomics.load(words, base);
    const locked = !this.isOpen(word);
    if (locked && !this.mine && !this.line.isOrphan?.(word)) words[base + LOCK_DEPTH] = SIGNAL;
    line.unlock(locked ? (line.handOver?.() ?? this.#open()) : []);
    return locked;
  }

  #open(): number[] {
    const { words, base, line } = this;
    Atomics.and(words, base, ORPHANED);
    return line.signal();
  }
}

registerClass("Lock", import.meta.url, Lock);
