// Every example: where it comes from in the notes, and what it shows.

export interface Example {
  /** Its file is `<folder of the section>/<id>.ts`. */
  readonly id: string;
  /** Which note, by number, and which case of it. */
  readonly from: string;
  /** One line, for the list and the tour. */
  readonly shows: string;
}

export interface Section {
  readonly title: string;
  /** Below `src`. */
  readonly folder: string;
  readonly examples: readonly Example[];
}

export const sections: readonly Section[] = [
  {
    title: "Threads",
    folder: "threads",
    examples: [
      {
        id: "thread-sequential",
        from: "002 案例01",
        shows: "two jobs of sleeps one after the other take the sum of both",
      },
      {
        id: "thread-low-level",
        from: "002 案例02",
        shows: "the same two jobs with `startNewThread` take as long as the longer one",
      },
      { id: "thread-low-level-args", from: "002 案例03", shows: "the same with arguments passed" },
      {
        id: "thread-basic",
        from: "002 案例04, 004 §3",
        shows: "threads are started, main does not wait: 'all done' comes first",
      },
      {
        id: "thread-join",
        from: "002 案例05, 003 join",
        shows: "`join` waits; one with a timeout may give up, which `isAlive` tells",
      },
      {
        id: "thread-non-daemon",
        from: "002 案例06",
        shows: "main ends first, the program lives until the thread ends",
      },
      {
        id: "thread-daemon",
        from: "002 案例07, 003",
        shows: "main ends, the daemon is cut off; when `daemon` may be set, who inherits it",
      },
      {
        id: "thread-attributes",
        from: "002 案例08, 000",
        shows: "names, identifiers, who is alive, who am I, stack size",
      },
      {
        id: "thread-subclass",
        from: "002 案例09, 003 FKThread, 004 §5",
        shows: "a class extends `Thread`, overrides `run`, has fields of its own",
      },
      {
        id: "thread-industrial",
        from: "002 案例10",
        shows: "a thread class with parameters, several instances, results gathered",
      },
      { id: "thread-target", from: "003", shows: "main counts to 100; at 20 it starts two threads that count too" },
      { id: "thread-run-not-start", from: "003", shows: "`run()` instead of `start()` runs in the caller's thread" },
      { id: "thread-start-twice", from: "003", shows: "a second `start` throws, also of a dead thread" },
      { id: "thread-lifecycle", from: "003", shows: "new, ready, running, blocked, dead, and what led to each" },
      { id: "thread-sleep", from: "003", shows: "a line a second, ten times, with the blocking `sleep`" },
      {
        id: "thread-timer",
        from: "000, 002 案例17, 003",
        shows: "`Timer` calls a function later, on its own thread, unless cancelled",
      },
      { id: "thread-local", from: "000, 003", shows: "`local()` with a pool of two: each thread its own `x`" },
      { id: "thread-communication", from: "004 §3", shows: "threads talk through one shared variable" },
      {
        id: "thread-shared-race",
        from: "002 案例11",
        shows: "two threads add and subtract without a lock: the sum is wrong",
      },
      {
        id: "thread-unsafe-containers",
        from: "000 §2, 002",
        shows: "plain containers are copied, unlocked ones lose items, log lines stay whole",
      },
      {
        id: "gil-io-vs-cpu",
        from: "000 §2, 001",
        shows: "waiting and computing, one after the other and in threads: here both gain by threads",
      },
    ],
  },
  {
    title: "Locks, conditions, events, barriers, semaphores",
    folder: "locks",
    examples: [
      { id: "lock-shared-sum", from: "002 案例12", shows: "thread-shared-race made right by a `Lock`: the sum is 0" },
      {
        id: "lock-try-finally",
        from: "003 class X, 000",
        shows: "acquire, try, finally; the same with `using`, and with `runExclusive`",
      },
      {
        id: "bank-unsafe",
        from: "003 Account",
        shows: "two threads draw from one account without a lock: it is overdrawn",
      },
      { id: "bank-lock", from: "003", shows: "the same with a lock: the second one gets nothing" },
      {
        id: "bank-thread-safe-class",
        from: "003",
        shows: "an account class for several threads, and one for speed in a single thread",
      },
      {
        id: "lock-non-blocking",
        from: "000, 001",
        shows: "`blocking: false` and its answer; with a timeout an error; release when unlocked",
      },
      {
        id: "lock-timeout",
        from: "002 案例15",
        shows: "acquire with a timeout: one gives up, so the other one gets its lock",
      },
      {
        id: "deadlock",
        from: "002 案例14, 003",
        shows: "two locks taken in opposite order: not a hang, but a report of who waits for whom",
      },
      {
        id: "deadlock-avoid",
        from: "003",
        shows: "the four ways out: no second lock, one order, a timeout, detection",
      },
      {
        id: "rlock",
        from: "000, 002, 001",
        shows: "five acquires, five releases; recursion; where a `Lock` would hang",
      },
      { id: "condition-producer-consumer", from: "000", shows: "the producer notifies, consumers wait, nobody polls" },
      {
        id: "condition-bank",
        from: "003 线程通信",
        shows: "withdrawals and deposits take turns through one `Condition`",
      },
      {
        id: "condition-wait-for",
        from: "001",
        shows: "a predicate, with and without a timeout; wait without the lock throws",
      },
      { id: "event-basic", from: "003 Ai/Bi, 004", shows: "two threads wait, main sets the event after three seconds" },
      {
        id: "event-clear-timeout",
        from: "000, 001",
        shows: "`set`, `clear`, `isSet`, and both answers of a `wait` with a timeout",
      },
      {
        id: "barrier-race",
        from: "000",
        shows: "five runners start when the fifth is there, each with another index",
      },
      {
        id: "barrier-init",
        from: "000",
        shows: "parallel start-up: all wait for the slowest, the action runs once",
      },
      {
        id: "barrier-abort",
        from: "000",
        shows: "one step fails: `abort` frees the others, `reset` mends the barrier",
      },
      { id: "barrier-timeout", from: "001", shows: "a timeout breaks the barrier for all" },
      {
        id: "semaphore-pool",
        from: "000 连接池",
        shows: "a pool of three connections for ten threads, never more than three in use",
      },
      { id: "semaphore-basic", from: "002 案例16", shows: "at most three of eight threads inside at a time" },
      {
        id: "semaphore-bounded",
        from: "000",
        shows: "one release too many: `Semaphore` takes it, `BoundedSemaphore` throws",
      },
    ],
  },
  {
    title: "Queues",
    folder: "queues",
    examples: [
      {
        id: "queue-basic",
        from: "003",
        shows: "a queue of three: the fourth `put` waits; full, empty, size, and who does not wait",
      },
      { id: "queue-lifo-priority", from: "000, 003", shows: "the three orders side by side" },
      {
        id: "queue-producers-consumer",
        from: "003",
        shows: "three producers, one consumer, a queue that holds one item",
      },
      {
        id: "queue-producer-consumer",
        from: "002 案例13",
        shows: "producers queue, consumers take as they are free: nothing lost, nothing twice",
      },
    ],
  },
  {
    title: "Executors and scheduling",
    folder: "executors",
    examples: [
      { id: "executor-submit", from: "003", shows: "two tasks on two threads: done before and after, and the results" },
      { id: "executor-callback", from: "003", shows: "`addDoneCallback`, and a pool that its scope closes" },
      { id: "executor-map", from: "003", shows: "`map` over inputs, the results in order" },
      {
        id: "executor-cancel",
        from: "003",
        shows: "cancelling what waits, runs or is done; `exception`, and `result` with a timeout",
      },
      { id: "executor-progress", from: "003", shows: "how far a long run is, on the terminal" },
      {
        id: "sched-basic",
        from: "003",
        shows: "events run in the order of their times, and then of their priorities",
      },
      {
        id: "sched-cancel",
        from: "003",
        shows: "`cancel`, `empty`, `queue`, `enterAbs`, and `run` without blocking",
      },
    ],
  },
];

/** All examples, in the order of the tour. */
export const catalogue: readonly Example[] = sections.flatMap(({ examples }) => examples);

/** The example of that name, if there is one. */
export function exampleNamed(id: string): Example | undefined {
  return catalogue.find((example) => example.id === id);
}

/** The file of an example. */
export function fileOf(example: Example): URL {
  const section = sections.find(({ examples }) => examples.includes(example));
  if (!section) throw new RangeError(`${example.id} is not in the catalogue`);
  return new URL(`./${section.folder}/${example.id}.ts`, import.meta.url);
}
