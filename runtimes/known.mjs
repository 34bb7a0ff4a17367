// What is known not to work on an engine, and why: those tests are left out there. `npm run test:runtimes -- --all` runs them too.
// The README has the same table in short.

/** Tests of what only this repository needs. */
const OURS = "about sources and bundles, not about the engine";
const TASKS =
  "which async task goes on after an await can not be known: an RLock, and so a Condition that made its own, is owned in async " +
  "code only inside runExclusiveAsync; with a plain Lock conditions work (plain-lock.test.ts)";
const MEMORY =
  "a thread can not be given a heap or a stack of a certain size. Bun ignores resourceLimits (oven-sh/bun#31411). Deno ignores that " +
  "of the stack; it ends a thread whose heap is full, but with no error, and code 0, if the code in it came by an import";
const TERMINATION =
  "worker.terminate() says at once that the thread has ended, but ends it only when it returns to its event loop: one that computes goes " +
  "on, at work on what has passed to others meanwhile, until it blocks or has to wait for something";
const NO_BEFORE_EXIT =
  "a worker gets no beforeExit: a thread with nothing else to do ends although errors are on their way to its hook";
const WORDING =
  "the engine words it otherwise: the text of an error, of a function, of console.table, or which properties errors have";
const CLONE = "structuredClone has other results (order, holes) or never ends with a huge sparse array";
const COLLECTOR =
  "its garbage collector may keep for a while what nobody has any more, and the more of it, the more memory the machine has: with " +
  "BUN_JSC_forceRAMSize=268435456 the memory of a process stays the same";
const CHANCE = "expects the races of V8's timers: nothing went wrong, but one of the two outcomes never came up";
const REGEXP = "its regular expressions give up on a text of megabytes: a function that long is not looked through";

/** Patterns of the files and names of tests, with ` > ` between them. */
export const KNOWN = [
  {
    engines: ["Bun", "Deno", "published"],
    cause: OURS,
    tests: ["bundle.test", "TypeScript runs in threads as in main"],
  },
  {
    engines: ["Bun", "Deno"],
    cause: TASKS,
    tests: [
      "(RLock|Condition) of (tasks|mixed)",
      "has the scopes of its lock, blocking and async",
      "CV-022 CV-023 CV-068 an aborted wait",
      "CV-069 aborted after it was notified",
      "CV-067 of three async waiters",
      "while one task waits nobody else owns its lock",
      "what a task started before does not own the lock",
      "what the thread acquired with the blocking form",
      "CV-073 a thread terminated in wait",
      "the death of another thread is no notification",
      "never to none or both: (tasks|a thread, and a task behind it|a task, and a thread behind it)",
      "CV-070 of tasks alone",
      "CV-069 CV-070 by a thread, in 500 rounds",
      "CV-039 four threads and two tasks",
      "Condition\\(RLock\\).waitFor",
      "TH-088 '?RLock.*async",
      "a Condition whose notifier dies with the lock .*: async",
    ],
  },
  {
    engines: ["Bun", "Deno"],
    cause: MEMORY,
    tests: [
      "(thread|executor)/test/.*out of memory",
      "TH-047 TH-049",
      "what killed a thread reaches main's hook",
      "threads run with small, larger",
      "the least stack is enough",
    ],
  },
  {
    engines: ["Deno"],
    cause: TERMINATION,
    tests: [
      "killed at random and replaced",
      "nobody hangs when one of three dies",
      "leaves nobody hanging, in whatever moment it dies",
      "rounds of legal traffic, in which some die",
      "threads and tasks mixed, that die at any moment",
      "leaves each of them whole: done, failed, or untouched",
      "tasks, some of which end badly, come to what is theirs",
    ],
  },
  { engines: ["Deno"], cause: NO_BEFORE_EXIT, tests: ["TH-050 a thread with a hook of its own"] },
  {
    engines: ["Bun", "Deno"],
    cause: WORDING,
    tests: [
      "TH-042 process.exit, or an error, in main",
      "TH-089 what several threads print stands in the order",
      "TH-089 … and in a file",
      "importing the packages changes nothing",
      "an error of Node keeps its code",
    ],
  },
  {
    engines: ["Bun"],
    cause: WORDING,
    tests: [
      "a DOMException keeps its name",
      "the errors of these packages >",
      "TH-057 an error keeps a class",
      "nothing is registered if one of the members is refused",
      "all functions of Node's library",
      "TH-047 TH-048 TH-051",
      "TH-034 endless recursion",
      "one that captures something will do",
      "stands below that of who asks > blocked, once",
    ],
  },
  {
    engines: ["Bun"],
    cause: CLONE,
    tests: ["for a huge sparse array", "what a structured clone would be: 500 random"],
  },
  {
    engines: ["Bun"],
    cause: COLLECTOR,
    tests: ["stays as long as there is a view of it", "items of all kinds pass from threads to threads"],
  },
  { engines: ["Bun"], cause: REGEXP, tests: ["is quick with what is long or never ends"] },
  { engines: ["Bun", "Deno"], cause: CHANCE, tests: ["timeouts and aborts that race with releases of another thread"] },
  {
    engines: ["Bun"],
    cause: "it has no v8.queryObjects, without which the file does not load",
    tests: ["lock/test/task.test"],
  },
  {
    engines: ["Deno"],
    cause: TASKS,
    tests: [
      "a task that holds an RLock by (?!runExclusiveAsync)",
      "keeps the thread itself out too, which goes on after a wait",
      "shares it with tasks that it starts while it holds it",
      "is the only one of its thread to release it",
      "holds several at a time, and gives them back",
      "enters in the turn in which it got the lock does not become",
      "nobody owns the lock, but a guard frees it",
    ],
  },
];

/** The patterns of the tests that are left out on an engine. */
export function knownOn(engine) {
  return KNOWN.filter(({ engines }) => engines.includes(engine)).flatMap(({ tests }) => tests);
}

/** Why a test fails there; undefined if that is not known. */
export function causeOf(engine, test) {
  return KNOWN.find(({ engines, tests }) => engines.includes(engine) && tests.some((one) => new RegExp(one).test(test)))
    ?.cause;
}
