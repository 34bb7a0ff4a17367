// A future in the arena is a state and the line of those who wait for it to be done. Whatever changes the state does so under the line's
// lock, and so nobody who is about to wait misses it; all are let go afterwards, and should the one who does that die, its death has them
// all look. The outcome is written before the state says that it is there. A future that a thread works on names it, and so is done when
// that thread dies: whoever looks finds that out, and all who wait look when an agent dies.

import {
  Arena,
  ArenaObject,
  agentsOf,
  type Deadline,
  grantOldest,
  type Handle,
  HEADER_SETTLED,
  newPlace,
  type OpenArena,
  OWNING,
  type Place,
  QUEUE_WORDS,
  registerClass,
  registerDisposal,
  toHandle,
  type Waitable,
  WaitQueue,
} from "@conc/atomics";
import { CANCELLED, type Core, DIED, describe, NOTIFIED, PENDING, RUNNING } from "./core.ts";
import { dropOutcome, keepOutcome, packOutcome, readOutcome } from "./outcome.ts";

// The struct.
/** Tells the arena how the outcome is freed with the future; unlike that of all other objects to which more belongs. */
const DISPOSAL = 0;
const DISPOSAL_OF_FUTURES = 16;
/** The agent that works on it. */
const WORKER = 1;
/** The line; its value is the state. */
const LINE = 2;
const OUTCOME = LINE + QUEUE_WORDS;
const OUTCOME_END = OUTCOME + 1;
/** How many futures of the arena were done before, modulo 2^32. */
const ORDER = OUTCOME + 2;
const FUTURE_BYTES = (ORDER + 1) * 4;

/** The name under which it is known as what it is; under the name of futures it arrives as one. */
export const SHARED_CORE = "Future.core";

/** A future that lies in the arena. */
export class SharedCore extends ArenaObject implements Core, Waitable {
  readonly line: WaitQueue = new WaitQueue(this.agent, this.base + LINE, this);

  constructor(place?: Place) {
    super(FUTURE_BYTES, place ?? newPlace(FUTURE_BYTES, OWNING));
    if (place === undefined) this.words[this.base + DISPOSAL] = DISPOSAL_OF_FUTURES;
  }

  get [Symbol.toStringTag](): string {
    return "Future";
  }

  /** The state; that of a future whose worker is dead is found out here. */
  state(): number {
    const { words, base } = this;
    const state = Atomics.load(words, base + LINE);
    if (state !== RUNNING || agentsOf(this.arena).isAlive(words[base + WORKER] as number)) return state;
    // Read with the state by those who do not see it yet: whoever finds out writes the same, or a later one.
    words[base + ORDER] = nextOrder(this.arena);
    Atomics.compareExchange(words, base + LINE, RUNNING, DIED);
    return Atomics.load(words, base + LINE);
  }

  value(): unknown {
    const { words, base } = this;
    const place = words[base + OUTCOME] as number;
    return place === 0 ? undefined : readOutcome(this.arena, { place, end: words[base + OUTCOME_END] as number });
  }

  readonly isFromAbroad = true;

  get order(): number {
    return this.words[this.base + ORDER] as number;
  }

  cancel(): boolean {
    return this.#change((state) => (state === PENDING ? CANCELLED : state));
  }

  begin(): number {
    let before = DIED;
    this.#change((state) => {
      before = state;
      if (state === CANCELLED) return NOTIFIED;
      if (state !== PENDING) return state;
      this.words[this.base + WORKER] = this.agent.id;
      return RUNNING;
    });
    return before;
  }

  end(state: number, value: unknown): boolean {
    const { words, base, arena } = this;
    if (this.state() >= CANCELLED) return false;
    const outcome = packOutcome(arena, value);
    const changed = this.#change((before) => {
      if (before >= CANCELLED) return before;
      // Of one that died right before it would have been done.
      dropOutcomeOf(arena, base);
      // First of all, or it might be freed twice should this thread die.
      keepOutcome(arena, outcome);
      words[base + OUTCOME_END] = outcome.end;
      Atomics.store(words, base + OUTCOME, outcome.place);
      return state;
    });
    if (changed) return true;
    if (words[base + OUTCOME] === outcome.place) words[base + OUTCOME] = 0;
    dropOutcome(arena, outcome);
    return false;
  }

  /** Cancels it even if it is running; for who works on it. */
  callOff(): void {
    this.#change((state) => Math.max(state, CANCELLED));
  }

  get isMine(): boolean {
    return this.isPrivate;
  }

  readonly patience: number = Number.POSITIVE_INFINITY;

  blockUntilDone(deadline: Deadline): boolean {
    return this.admit() || (deadline.remaining() > 0 && this.line.wait(deadline));
  }

  async isDoneWithin(deadline: Deadline, signal?: AbortSignal): Promise<boolean> {
    return this.admit() || (deadline.remaining() > 0 && this.line.waitAsync(deadline, signal));
  }

  handle(): Handle {
    return toHandle(this);
  }

  protected override describe(): string {
    return describe(this);
  }

  // As what its line's waiters wait for. The state is changed under the line's lock, so no mark is needed.

  get asyncForm(): string {
    return "resultAsync";
  }

  admit(): boolean {
    return this.state() >= CANCELLED;
  }

  changed(): boolean {
    return false;
  }

  passOn(): void {}

  /** Changes the state under the line's lock; whether it did. Lets all go if it is done with that. */
  #change(next: (state: number) => number): boolean {
    const { words, base } = this;
    this.line.lock();
    const before = this.state();
    const after = next(before);
    if (after >= CANCELLED && before < CANCELLED) words[base + ORDER] = nextOrder(this.arena);
    // By compare-exchange, for who finds that its worker is dead has no lock.
    const changed = after !== before && Atomics.compareExchange(words, base + LINE, before, after) === before;
    this.line.unlock();
    if (changed && after >= CANCELLED) grantOldest(this.line, Number.POSITIVE_INFINITY);
    return changed;
  }
}

/** Lets go of the outcome of the future whose words begin there, if it has one. */
function dropOutcomeOf(arena: OpenArena, base: number): void {
  const words = arena.heap.reach(base);
  const place = Atomics.exchange(words, base + OUTCOME, 0);
  if (place !== 0) dropOutcome(arena, { place, end: words[base + OUTCOME_END] as number });
}

/** A number for each future that is done, in their order. */
export function nextOrder({ heap }: OpenArena): number {
  return Atomics.add(heap.words, HEADER_SETTLED, 1);
}

registerClass(SHARED_CORE, import.meta.url, SharedCore);
registerDisposal(DISPOSAL_OF_FUTURES, (id, base) => {
  dropOutcomeOf(Arena.find(id) as OpenArena, base);
});
