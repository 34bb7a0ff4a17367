// What the words of an arena are called, and their values: by the layout, so far as it is known here. What has no name is shown by its
// number; nothing but what is printed depends on it, except which words are spin locks.

import { layout } from "@conc/atomics";

const constants: Readonly<Record<string, number | undefined>> = layout;

/** The names of those of a family of constants that exist, by their values. */
function family(prefix: string, ...names: string[]): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of names) {
    const value = constants[prefix + name];
    if (value !== undefined) found.set(value, name);
  }
  return found;
}

const HEADER = family("HEADER_", "HEAP_LOCK", "END", "USED", "SERIAL", "AGENT_LOCK", "OUTPUT_LOCK", "DEADLOCK_LOCK");
const AGENT = family("AGENT_", "ID", "STATE", "FLAGS", "READY", "REFERENCES", "MISSED", "WAITS_FOR", "COUNTED");
const NODE = family("NODE_", "STATE", "AGENT", "NEXT", "PREVIOUS", "QUEUE", "READY", "SINCE", "TASK");
const QUEUE = family("QUEUE_", "VALUE", "LOCK", "HEAD", "TAIL");
const LOCK = new Map([...QUEUE, ...family("LOCK_", "TASK", "DEPTH")]);
const NODE_STATES = family("", "IDLE", "WAITING", "SIGNALLED", "GRANTED", "HANDED_LOCK", "HANDED_PERMIT");
const AGENT_STATES = family("AGENT_", "READY_TO_RUN", "RUNNING", "BLOCKED", "DEAD", "CANCELLED");

const MARKS = ["BY_TASK", "ORPHANED", "WAITERS"].map((name) => ({ name, bit: constants[name] ?? 0 }));

/** Of `packages/queue/src/layout.ts`: the lines of a queue, and its other words. */
const QUEUE_LINES: readonly [number, string][] = [
  [4, "getters"],
  [8, "putters"],
  [12, "joiners"],
];
const QUEUE_LOCKS: readonly [number, string][] = [
  [24, "PUT_LOCK"],
  [46, "GET_LOCK"],
];
const QUEUE_WORDS = new Map([[2, "SHUT"], [25, "PUTS"], [47, "GETS"], [55, "DONES"], ...QUEUE_LOCKS]);

/** Of `packages/executor/src/future.ts`: where its line is. */
const FUTURE_LINE = 2;

/** Of `packages/executor/src/layout.ts`: the words of a pool, its line, and the line of a desk. */
const POOL = new Map([
  [1, "MARKS"],
  [3, "LANES_LOCK"],
  [4, "INBOX"],
  [5, "LANES"],
  [9, "SUBMITTED"],
  [10, "TAKEN"],
  [11, "DEATHS"],
  [20, "LOOKER"],
]);
const POOL_LANES_LOCK = 3;
const POOL_DESKS = 7;
const POOL_IDLE = 21;
const DESK = new Map([
  [3, "OWNER"],
  [4, "DONE"],
  [5, "ASKS"],
]);
const DESK_NEXT = 2;
const DESK_LINE = 6;

/** Words that hold the place of a node, or of a queue. */
const PLACES = /\.(HEAD|TAIL|NEXT|PREVIOUS|QUEUE|READY|WAITS_FOR|COUNTED)$/;

/** The names of the words of one arena. */
export class Names {
  readonly #words = new Map<number, string>();
  readonly #places = new Map<number, string>();
  readonly #agents = new Map<number, string>();
  readonly #spinLocks = new Set<number>();
  /** Words that say what an agent is doing. */
  readonly #slotStates = new Set<number>();
  /** Where blocks begin that were not there at first. */
  readonly #end: number;

  constructor(end: number) {
    this.#end = end;
    this.#add(0, "arena", HEADER);
    for (const [index, name] of HEADER) if (name.endsWith("LOCK")) this.#spinLocks.add(index);
  }

  /** The slot of an agent. */
  addAgent(id: number, base: number, name: string): void {
    this.#agents.set(id, name);
    this.#add(base, name, AGENT);
    this.#slotStates.add(base + layout.AGENT_STATE);
    this.#add(base + layout.AGENT_SELF, `${name}.self`, NODE);
    this.#add(base + layout.AGENT_END, `${name}.end`, QUEUE);
    this.#spinLocks.add(base + layout.AGENT_END + layout.QUEUE_LOCK);
  }

  /** The block of a shared object, in these words. */
  addObject(place: number, type: string, name: string, words: Int32Array): void {
    const base = place + layout.OBJECT_WORDS;
    if (type.endsWith(".pool")) {
      this.#addPool(base, name, words);
      return;
    }
    if (type.endsWith("Queue")) {
      this.#addQueue(base, name);
      return;
    }
    const line = base + (type === "Future" ? FUTURE_LINE : 0);
    this.#add(line, name, type.endsWith("Lock") ? LOCK : QUEUE);
    this.#spinLocks.add(line + layout.QUEUE_LOCK);
  }

  #addPool(base: number, name: string, words: Int32Array): void {
    this.#add(base, name, POOL);
    this.#spinLocks.add(base + POOL_LANES_LOCK);
    this.#addLine(base + POOL_IDLE, `${name}.idle`);
    let number = 0;
    for (let desk = words[base + POOL_DESKS] as number; desk !== 0; desk = words[desk + DESK_NEXT] as number) {
      this.#add(desk, `${name}.desk${number}`, DESK);
      this.#addLine(desk + DESK_LINE, `${name}.desk${number++}.line`);
    }
  }

  #addLine(base: number, name: string): void {
    this.#add(base, name, QUEUE);
    this.#spinLocks.add(base + layout.QUEUE_LOCK);
  }

  #addQueue(base: number, name: string): void {
    this.#add(base, name, QUEUE_WORDS);
    for (const [offset] of QUEUE_LOCKS) this.#spinLocks.add(base + offset);
    for (const [offset, line] of QUEUE_LINES) {
      this.#addLine(base + offset, `${name}.${line}`);
    }
  }

  /** Whether a word is a spin lock, which is 0 or the id of its holder. */
  isSpinLock(index: number): boolean {
    return this.#spinLocks.has(index);
  }

  /** What a word is called. */
  word(index: number): string {
    const known = this.#words.get(index);
    if (known) return known;
    if (index < this.#end) return `@${index.toString(16)}`;
    const offset = index % layout.NODE_WORDS;
    return `${this.#node(index - offset)}.${NODE.get(offset) ?? offset}`;
  }

  /** What a value of a word means. */
  value(index: number, value: number): string {
    const word = this.word(index);
    if (this.isSpinLock(index)) return value === 0 ? "free" : (this.#agents.get(value) ?? String(value));
    if (word.endsWith(".STATE"))
      return (this.#slotStates.has(index) ? AGENT_STATES : NODE_STATES).get(value) ?? String(value);
    if (PLACES.test(word)) return value === 0 ? "none" : (this.#places.get(value) ?? this.#node(value));
    return this.#marked(value);
  }

  #node(place: number): string {
    return place < this.#end ? `@${place.toString(16)}` : `node${(place - this.#end) / layout.NODE_WORDS}`;
  }

  /** The owner of a lock, or a number, and the marks beside it. */
  #marked(value: number): string {
    if (value === -1) return "-1";
    const marks = MARKS.filter(({ bit }) => (value & bit) !== 0);
    const rest = marks.reduce((left, { bit }) => left & ~bit, value);
    const names = marks.map(({ name }) => name);
    return rest === 0 && marks.length > 0 ? names.join("|") : [this.#agents.get(rest) ?? rest, ...names].join("|");
  }

  #add(place: number, name: string, fields: ReadonlyMap<number, string>): void {
    this.#places.set(place, name);
    for (const [offset, field] of fields) this.#words.set(place + offset, `${name}.${field}`);
  }
}
