// A pool as all threads see it that have to do with it: the tasks that are to be done, the workers, and what became of it.
//
// Who submits a task pushes it on the INBOX, in one step and without a lock; who claims one takes what is there from the inbox into the
// lanes, under a lock, and the first of the first lane is its. In this order: the task says that it is the worker's, and only then is it
// taken out of the lane. What the tasks say is the truth; should a thread die with the lock in its hands, the lanes are made anew from that.
//
// Why no task is overlooked. A worker that found none stands in the line of the idle and then looks once more; who submits pushes the
// task and then looks whether somebody stands in that line: one of the two sees the other. One of them may look for a while before it
// stands in line; as long as it says so who submits wakes nobody, and it looks once more after it has taken that back. Whoever has been
// idle and claims a task then wakes the next one if there is more: so of several tasks none waits for it. A worker that sees that the pool is shut
// looks for a task after that, and who submits looks whether it is shut after the task is there.
//
// Who does a task says so in it before it begins. When it dies whoever waits for tasks looks, and finds that.

import {
  ArenaObject,
  agentsOf,
  anyPrimitive,
  grantOldest,
  lockSpin,
  newPlace,
  type OpenArena,
  OWNING,
  type Place,
  registerClass,
  type Spin,
  stir,
  unlockSpin,
  type Waitable,
  WaitQueue,
} from "@conc/atomics";
import {
  BROKEN,
  DEATHS,
  DESK_ASKS,
  DESK_DONE,
  DESK_LINE,
  DESK_OWNER,
  DISPOSAL,
  DISPOSAL_OF_POOLS,
  IDLE,
  INBOX,
  LANE_FIRST,
  LANE_LAST,
  LANE_NEXT,
  LANE_PRIORITY,
  LANE_WORDS,
  LANES,
  LANES_LOCK,
  LOOKER,
  LOST,
  MARKS,
  MOST,
  QUEUED,
  REASON,
  REASON_END,
  REFUSED,
  SETTINGS,
  SETTINGS_END,
  SHUT,
  SLAB_HEAD,
  SLAB_NEXT,
  SLAB_TASKS,
  SLABS,
  STARTED,
  STILLBORN,
  SUBMITTED,
  TAKEN,
  TASK_DESK,
  TASK_IN_DONE,
  TASK_IN_INBOX,
  TASK_IN_LANE,
  TASK_LANE,
  TASK_LISTED,
  TASK_NUMBER,
  TASK_STATE,
  TASK_WORDS,
  TASK_WORKER,
  type WITHDRAWN,
  WORKER_AGENT,
  WORKER_BEGUN,
  WORKER_DONE,
  WORKER_FAILED,
  WORKER_READY,
  WORKER_TIMES,
  WORKER_WORDS,
  WORKERS,
} from "./layout.ts";
import { dropOutcome, keepOutcome, packOutcome, readOutcome } from "./outcome.ts";
import { type Percentiles, percentilesOf, STEPS } from "./times.ts";

/** How many workers in a row may die before they are ready, for whatever reason: then something is wrong with all of them. */
const STILLBORN_MOST = 20;

/** The name under which a pool travels. */
export const POOL = "ThreadPoolExecutor.pool";

/** What a worker is doing: WORKER_READY. */
export const COMING_UP = 0;
export const BUSY = 1;
export const FREE_FOR_MORE = 2;

/** How a pool stands. */
export interface ExecutorStats {
  /** Threads that live, or are about to. */
  readonly workers: number;
  /** Tasks that nobody has begun, among them such as were cancelled and nobody has come upon since. */
  readonly queued: number;
  readonly running: number;
  /** Tasks that were begun and have ended, in whatever way. */
  readonly done: number;
  /** How many of these have thrown something, or were lost with their threads. */
  readonly failed: number;
  /** How long tasks waited until they were begun, in milliseconds. */
  readonly waitTime: Percentiles;
  /** How long they took from then on. */
  readonly runTime: Percentiles;
}

/** The state of a pool, in the arena. */
export class Pool extends ArenaObject implements Waitable {
  readonly idle: WaitQueue = new WaitQueue(this.agent, this.base + IDLE, this);
  /** What this thread, a worker, has claimed while it stood in line. */
  #claimed = 0;
  readonly #lanes = new Map<number, number>();
  /** After how many deaths it was found that there are as many workers as may be. */
  #fullSince = -1;
  /** Where those wait who submit. */
  readonly #lines = new Map<number, WaitQueue>();

  constructor(place?: Place, most = 0) {
    const bytes = (WORKERS + most * WORKER_WORDS) * 4;
    super(bytes, place ?? newPlace(bytes, OWNING));
    if (place) return;
    this.words[this.base + DISPOSAL] = DISPOSAL_OF_POOLS;
    this.words[this.base + MOST] = most;
  }

  get [Symbol.toStringTag](): string {
    return POOL;
  }

  protected override describe(): string {
    const { isBroken, isShut } = this;
    const life = isBroken ? "broken" : isShut ? "shut down" : "open";
    return `${life}, workers=${this.staff.length}, queued=${this.queued}`;
  }

  get isShut(): boolean {
    return (this.read(MARKS) & SHUT) !== 0;
  }

  get isBroken(): boolean {
    return (this.read(MARKS) & BROKEN) !== 0;
  }

  /** How many workers there may be. */
  get most(): number {
    return this.read(MOST);
  }

  /** How many tasks nobody has begun; out of date as soon as read. */
  get queued(): number {
    return (this.read(SUBMITTED) - this.read(TAKEN)) | 0;
  }

  /** The agents of the workers that live, or are about to. */
  get staff(): number[] {
    const staff: number[] = [];
    for (let index = 0; index < this.most; index++) {
      const agent = this.read(this.worker(index) + WORKER_AGENT);
      if (agent > 0) staff.push(agent);
    }
    return staff;
  }

  /** Where the words of a worker are, from the pool's on. */
  worker(index: number): number {
    return WORKERS + index * WORKER_WORDS;
  }

  read(word: number): number {
    return Atomics.load(this.words, this.base + word);
  }

  write(word: number, value: number): void {
    Atomics.store(this.words, this.base + word, value);
  }

  add(word: number, value: number): number {
    return Atomics.add(this.words, this.base + word, value);
  }

  exchange(word: number, expected: number, value: number): boolean {
    return Atomics.compareExchange(this.words, this.base + word, expected, value) === expected;
  }

  /** A block of the pool's own, all zero, which goes when the pool goes. */
  allocate(words: number): number {
    return this.arena.heap.allocate(words * 4, this.agent.id);
  }

  /** Makes a block known to all under a word of the pool, from which they follow NEXT. */
  publish(list: number, block: number, next: number): void {
    const words = this.arena.heap.reach(block);
    do {
      words[block + next] = this.read(list);
    } while (!this.exchange(list, words[block + next] as number, block));
  }

  /** The blocks under a word of the pool. */
  *blocks(list: number, next: number): Generator<number, void> {
    for (let block = this.read(list); block !== 0; ) {
      yield block;
      block = this.arena.heap.reach(block)[block + next] as number;
    }
  }

  // Tasks.

  /** Lets the workers have a task, which says that it is QUEUED. */
  push(task: number): void {
    const words = this.arena.heap.reach(task);
    let top: number;
    do {
      top = this.read(INBOX);
      words[task + TASK_IN_INBOX] = top;
    } while (!this.exchange(INBOX, top, task));
    if (!this.#hasLooker()) this.#wakeOne();
  }

  /**
   * Looks for a task before it stands in line, for as long as `spin` says, and unless another one does so. Meanwhile who submits wakes
   * nobody, so the caller {@link shareWork shares} what it does not claim itself.
   *
   * @returns Whether there may be one.
   */
  lookOut(spin: Pick<Spin, "until">): boolean {
    if (this.#hasLooker()) return false;
    // Of two that come now one is the looker; should it not be this one, it is woken.
    const before = this.read(LOOKER);
    if (!this.exchange(LOOKER, before, this.agent.id)) return false;
    const found = spin.until(() => this.hasWork());
    this.write(LOOKER, 0);
    return found;
  }

  /** Whether somebody looks for tasks. One who dies has been seen to live before, and then its death has all look who stand in line. */
  #hasLooker(): boolean {
    const looker = this.read(LOOKER);
    return looker !== 0 && agentsOf(this.arena).isAlive(looker);
  }

  /** Wakes another one if there is more to do than this worker has claimed, which was idle: who submitted it may have left that to it. */
  shareWork(): void {
    if (this.hasWork()) this.#wakeOne();
  }

  #wakeOne(): void {
    if (this.idle.isEmpty) return;
    this.idle.lock();
    this.idle.unlock(this.idle.passSignal());
  }

  /** The next task, which is this thread's from now on; 0 if there is none. */
  claim(): number {
    const { heap } = this.arena;
    const mine = -this.agent.id;
    if (!this.hasWork()) return 0;
    const withdrawn: number[] = [];
    let claimed = 0;
    this.#lock();
    for (const lane of this.blocks(LANES, LANE_NEXT)) {
      const lanes = heap.reach(lane);
      for (let task = lanes[lane + LANE_FIRST] as number; task !== 0 && claimed === 0; ) {
        const words = heap.reach(task);
        const next = words[task + TASK_IN_LANE] as number;
        words[task + TASK_WORKER] = this.agent.id;
        if (Atomics.compareExchange(words, task + TASK_STATE, QUEUED, mine) === QUEUED) claimed = task;
        else withdrawn.push(task);
        lanes[lane + LANE_FIRST] = next;
        (this.words[this.base + TAKEN] as number)++;
        task = next;
      }
      if (claimed !== 0) break;
    }
    this.#unlock();
    for (const task of withdrawn) this.done(task);
    return claimed;
  }

  /** Takes all that nobody has begun from the workers. */
  withdraw(state: typeof WITHDRAWN | typeof REFUSED): void {
    const { heap } = this.arena;
    const withdrawn: number[] = [];
    this.#lock();
    for (const lane of this.blocks(LANES, LANE_NEXT)) {
      const lanes = heap.reach(lane);
      for (let task = lanes[lane + LANE_FIRST] as number; task !== 0; ) {
        const words = heap.reach(task);
        Atomics.compareExchange(words, task + TASK_STATE, QUEUED, state);
        withdrawn.push(task);
        task = words[task + TASK_IN_LANE] as number;
        lanes[lane + LANE_FIRST] = task;
        (this.words[this.base + TAKEN] as number)++;
      }
    }
    this.#unlock();
    for (const task of withdrawn) this.done(task);
  }

  /** Tells the thread that submitted a task that there is nothing more to do about it. */
  done(task: number): void {
    const { heap } = this.arena;
    const words = heap.reach(task);
    const desk = words[task + TASK_DESK] as number;
    const desks = heap.reach(desk);
    let top: number;
    do {
      top = Atomics.load(desks, desk + DESK_DONE);
      words[task + TASK_IN_DONE] = top;
    } while (Atomics.compareExchange(desks, desk + DESK_DONE, top, task) !== top);
    if (Atomics.load(desks, desk + DESK_ASKS) === 0 || Atomics.exchange(desks, desk + DESK_ASKS, 0) === 0) return;
    const line = this.#lines.get(desk) ?? new WaitQueue(this.agent, desk + DESK_LINE, anyPrimitive);
    this.#lines.set(desk, line);
    // All of them: they are one thread's, which looks for each, and some may be passed over by a signal while it is blocked.
    grantOldest(line, Number.POSITIVE_INFINITY);
    // It may be blocked elsewhere.
    stir(this.agent, desks[desk + DESK_OWNER] as number);
  }

  /** The lane for a priority. */
  lane(priority: number): number {
    const known = this.#lanes.get(priority);
    if (known !== undefined) return known;
    const lane = this.#findLane(priority);
    this.#lanes.set(priority, lane);
    return lane;
  }

  /** Whether there may be something to claim. */
  hasWork(): boolean {
    // Who has the lock may have tasks in its hands, and be dead.
    if (this.read(INBOX) !== 0 || this.read(LANES_LOCK) !== 0) return true;
    for (let lane = this.read(LANES); lane !== 0; ) {
      const words = this.arena.heap.reach(lane);
      if (Atomics.load(words, lane + LANE_FIRST) !== 0) return true;
      lane = words[lane + LANE_NEXT] as number;
    }
    return false;
  }

  /** What this thread has claimed while it stood in the line of the idle; 0 for nothing. */
  takeClaimed(): number {
    const claimed = this.#claimed;
    this.#claimed = 0;
    return claimed;
  }

  // As what idle workers wait for.

  get asyncForm(): string {
    return "submit";
  }

  admit(): boolean {
    // In this order: see above.
    const { isShut } = this;
    if (this.#claimed === 0) this.#claimed = this.claim();
    return this.#claimed !== 0 || isShut;
  }

  changed(empty: boolean): boolean {
    return !empty && (this.hasWork() || this.isShut);
  }

  passOn(): void {}

  // The life of the pool.

  /** Accepts nothing any more: idle workers end. */
  shut(marks: number = SHUT): void {
    Atomics.or(this.words, this.base + MARKS, marks);
    this.idle.lock();
    this.idle.unlock(this.idle.signal(Number.POSITIVE_INFINITY));
  }

  /** Gives up: what nobody has begun, and all that is submitted from now on, is refused. */
  break(reason: unknown): void {
    if (this.isBroken) return;
    const { place, end } = keepOutcome(this.arena, packOutcome(this.arena, reason));
    // Should several break it at once, only one of them gives the reason.
    if (!this.exchange(REASON_END, 0, end)) {
      dropOutcome(this.arena, { place, end });
      return;
    }
    this.write(REASON, place);
    this.shut(SHUT | BROKEN);
    this.withdraw(REFUSED);
  }

  /** Why it is broken. */
  get reason(): unknown {
    return this.#value(REASON, REASON_END);
  }

  get settings(): unknown {
    return this.#value(SETTINGS, SETTINGS_END);
  }

  set settings(settings: unknown) {
    const { place, end } = keepOutcome(this.arena, packOutcome(this.arena, settings));
    this.words[this.base + SETTINGS_END] = end;
    this.words[this.base + SETTINGS] = place;
  }

  /** How many deaths of workers were ever found. */
  get deaths(): number {
    return this.read(DEATHS);
  }

  /** Finds out who has died; how many deaths of workers were ever found. */
  bury(): number {
    const agents = agentsOf(this.arena);
    for (let index = 0; index < this.most; index++) {
      const worker = this.worker(index);
      const agent = this.read(worker + WORKER_AGENT);
      if (agent === 0 || agents.isAlive(Math.abs(agent))) continue;
      const wasReady = this.read(worker + WORKER_READY) !== COMING_UP;
      if (!this.exchange(worker + WORKER_AGENT, agent, 0)) continue;
      this.write(worker + WORKER_BEGUN, 0);
      this.add(DEATHS, 1);
      if (agent < 0 || wasReady || this.isShut) continue;
      if (this.add(STILLBORN, 1) + 1 >= STILLBORN_MOST) {
        this.break(new Error(`${STILLBORN_MOST} workers in a row died before they were ready`));
      }
    }
    return this.deaths;
  }

  /** A place for one more worker, which this thread is about to start; undefined if there are as many as are needed for `more` tasks. */
  vacancy(more: number): number | undefined {
    if (this.#fullSince === this.read(DEATHS)) return undefined;
    let vacant: number | undefined;
    let coming = 0;
    for (let index = 0; index < this.most; index++) {
      const worker = this.worker(index);
      if (this.read(worker + WORKER_AGENT) === 0) vacant ??= index;
      else if (this.read(worker + WORKER_READY) !== BUSY) coming++;
    }
    if (vacant === undefined) this.#fullSince = this.read(DEATHS);
    if (vacant === undefined || this.queued + more <= coming) return undefined;
    const worker = this.worker(vacant);
    this.write(worker + WORKER_READY, COMING_UP);
    return this.exchange(worker + WORKER_AGENT, 0, -this.agent.id) ? vacant : this.vacancy(more);
  }

  /** A worker says what it is doing; whoever is told of a task that has ended sees that as well. */
  report(index: number, doing: number, begun: number): void {
    const worker = this.base + this.worker(index);
    this.words[worker + WORKER_READY] = doing;
    this.words[worker + WORKER_BEGUN] = begun;
  }

  /** What has become of the tasks. */
  stats(): ExecutorStats {
    const sum = (word: number): number => {
      let total = 0;
      for (let index = 0; index < this.most; index++) total += this.read(this.worker(index) + word) >>> 0;
      return total;
    };
    const times = Array.from({ length: this.most }, (_, index) => this.read(this.worker(index) + WORKER_TIMES));
    const known = times.filter((place) => place !== 0);
    const lost = this.read(LOST);
    return {
      workers: this.staff.length,
      queued: Math.max(0, this.queued),
      running: sum(WORKER_BEGUN),
      done: sum(WORKER_DONE) + lost,
      failed: sum(WORKER_FAILED) + lost,
      waitTime: percentilesOf(this.arena, known),
      runTime: percentilesOf(
        this.arena,
        known.map((place) => place + STEPS),
      ),
    };
  }

  /** How many workers were ever started before this one. */
  nextStarted(): number {
    return this.add(STARTED, 1);
  }

  #value(word: number, end: number): unknown {
    const place = this.read(word);
    return place === 0 ? undefined : readOutcome(this.arena, { place, end: this.read(end) });
  }

  #lock(): void {
    if (lockSpin(this.words, this.base + LANES_LOCK, this.agent.id)) this.#rebuild();
    else this.#unpack();
  }

  #unlock(): void {
    unlockSpin(this.words, this.base + LANES_LOCK);
  }

  /** Takes what is in the inbox into the lanes, oldest first. */
  #unpack(): void {
    if (this.read(INBOX) === 0) return;
    const tasks: number[] = [];
    let task = Atomics.exchange(this.words, this.base + INBOX, 0);
    for (; task !== 0; task = this.arena.heap.reach(task)[task + TASK_IN_INBOX] as number) tasks.push(task);
    for (let index = tasks.length - 1; index >= 0; index--) this.#list(tasks[index] as number);
  }

  /** Puts a task at the end of its lane, unless it stands there already. */
  #list(task: number): void {
    const { heap } = this.arena;
    const words = heap.reach(task);
    if (words[task + TASK_LISTED] === words[task + TASK_NUMBER]) return;
    words[task + TASK_LISTED] = words[task + TASK_NUMBER] as number;
    words[task + TASK_IN_LANE] = 0;
    const lane = words[task + TASK_LANE] as number;
    const lanes = heap.reach(lane);
    const last = lanes[lane + LANE_LAST] as number;
    if (lanes[lane + LANE_FIRST] === 0) lanes[lane + LANE_FIRST] = task;
    else heap.reach(last)[last + TASK_IN_LANE] = task;
    lanes[lane + LANE_LAST] = task;
  }

  /** Makes the lanes anew from what the tasks say. */
  #rebuild(): void {
    const { heap } = this.arena;
    for (const lane of this.blocks(LANES, LANE_NEXT)) heap.reach(lane)[lane + LANE_FIRST] = 0;
    // Who is just submitting one may push it after it was found here: then it stands in a lane already.
    Atomics.exchange(this.words, this.base + INBOX, 0);
    const queued: { task: number; number: number }[] = [];
    for (const slab of this.blocks(SLABS, SLAB_NEXT)) {
      const words = heap.reach(slab);
      for (let task = slab + SLAB_HEAD; task < slab + SLAB_HEAD + SLAB_TASKS * TASK_WORDS; task += TASK_WORDS) {
        if (Atomics.load(words, task + TASK_STATE) !== QUEUED) continue;
        const number = words[task + TASK_NUMBER] as number;
        words[task + TASK_LISTED] = ~number;
        queued.push({ task, number });
      }
    }
    queued.sort((left, right) => (left.number - right.number) | 0);
    for (const { task } of queued) this.#list(task);
    this.words[this.base + TAKEN] = (this.read(SUBMITTED) - queued.length) | 0;
  }

  #findLane(priority: number): number {
    const { heap } = this.arena;
    this.#lock();
    try {
      let before = 0;
      for (const lane of this.blocks(LANES, LANE_NEXT)) {
        const found = priorityOf(this.arena, lane);
        if (found === priority) return lane;
        if (found > priority) break;
        before = lane;
      }
      const lane = this.allocate(LANE_WORDS);
      const words = heap.reach(lane);
      new Float64Array(words.buffer, (lane + LANE_PRIORITY) * 4, 1)[0] = priority;
      words[lane + LANE_NEXT] = before === 0 ? this.read(LANES) : (heap.reach(before)[before + LANE_NEXT] as number);
      if (before === 0) this.write(LANES, lane);
      else Atomics.store(heap.reach(before), before + LANE_NEXT, lane);
      return lane;
    } finally {
      this.#unlock();
    }
  }
}

function priorityOf({ heap }: OpenArena, lane: number): number {
  return new Float64Array(heap.reach(lane).buffer, (lane + LANE_PRIORITY) * 4, 1)[0] as number;
}

registerClass(POOL, import.meta.url, Pool);
