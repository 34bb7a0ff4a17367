// How a pool lies in the arena: the pool itself, and for each thread that submits to it a desk with slabs of tasks. All places are in
// words; the words of the pool count from its base, those of the others from the beginning of their blocks, which belong to the pool.

import { QUEUE_WORDS } from "@conc/atomics";

// A pool.
/** Tells the arena how it is freed. */
export const DISPOSAL = 0;
export const DISPOSAL_OF_POOLS = 17;
/** What became of it: the marks below. */
export const MARKS = 1;
/** How many workers there may be. */
export const MOST = 2;
/** Guards the lanes. */
export const LANES_LOCK = 3;
/** Tasks that were submitted and stand in no lane yet: the last one first. */
export const INBOX = 4;
/** The first lane; the lanes come in the order of their priorities. */
export const LANES = 5;
export const SLABS = 6;
export const DESKS = 7;
export const FUNCTIONS = 8;
/** How many tasks were ever submitted, and how many of these stand nowhere any more, modulo 2^32. */
export const SUBMITTED = 9;
export const TAKEN = 10;
/** How many deaths of workers were noticed. */
export const DEATHS = 11;
/** How many workers were ever started. */
export const STARTED = 12;
/** How many in a row died before they were ready. */
export const STILLBORN = 13;
/** What a new worker has to know: a value of its own. */
export const SETTINGS = 14;
export const SETTINGS_END = 15;
/** Why it is broken: a value of its own, or 0. */
export const REASON = 16;
export const REASON_END = 17;
/** How many objects that are not its workers' stand for it. */
export const HOLDERS = 18;
/** How many tasks were lost with their workers. */
export const LOST = 19;
/** The worker that looks for a task before it stands in line, or 0. */
export const LOOKER = 20;
/** The line in which idle workers stand. */
export const IDLE = 21;
/** A few words for each worker. */
export const WORKERS: number = IDLE + QUEUE_WORDS;

// MARKS.
export const SHUT = 1;
export const BROKEN = 2;

// A worker.
/** Its agent; the negative of who is about to start it; 0 if there is none. */
export const WORKER_AGENT = 0;
/** What it is doing; see `pool.ts`. */
export const WORKER_READY = 1;
/** How many tasks it has brought to an end, and how many of these failed. */
export const WORKER_DONE = 2;
export const WORKER_FAILED = 3;
/** How many tasks it has begun and not ended. */
export const WORKER_BEGUN = 4;
/** The block of its histograms: how long tasks waited for it, and how long they took. */
export const WORKER_TIMES = 5;
export const WORKER_WORDS = 6;

// A desk: where the thread that submits learns of what is done.
export const DESK_NEXT = 2;
/** The agent whose it is. */
export const DESK_OWNER = 3;
/** Tasks that are done: the last one first. */
export const DESK_DONE = 4;
/** 1 if its thread wants to be told of the next one. */
export const DESK_ASKS = 5;
/** The line in which its thread stands. */
export const DESK_LINE = 6;
export const DESK_WORDS: number = DESK_LINE + QUEUE_WORDS;

// A slab of tasks.
export const SLAB_NEXT = 2;
export const SLAB_DESK = 3;
export const SLAB_HEAD = 8;
export const SLAB_TASKS = 127;

// A task.
/** One of the states below; the negative of its worker's agent while that works on it. */
export const TASK_STATE = 0;
/** Its number among all that were submitted, which tells it from others that lay here. */
export const TASK_NUMBER = 1;
export const TASK_IN_INBOX = 2;
export const TASK_IN_LANE = 3;
/** The number under which it was last put into a lane. */
export const TASK_LISTED = 4;
export const TASK_IN_DONE = 5;
export const TASK_DESK = 6;
export const TASK_FUNCTION = 7;
export const TASK_LANE = 8;
/** The block in which its value lies, or 0: then that lies in the task itself. */
export const TASK_BLOCK = 9;
/** Where the value ends, in bytes; 0 for nothing: no arguments, or `undefined`. */
export const TASK_END = 10;
/** Whether its thread wants no result any more; see CALLED_OFF. */
export const TASK_CALL = 11;
/** The last that began to work on it. */
export const TASK_WORKER = 12;
/** When it was submitted, and when it was begun: in ticks, see `ticks.ts`. */
export const TASK_QUEUED_AT = 13;
export const TASK_BEGUN_AT = 14;
export const TASK_INLINE = 16;
export const TASK_WORDS = 32;

// TASK_STATE.
export const VACANT = 0;
export const QUEUED = 1;
export const WITHDRAWN = 2;
export const HAS_RETURNED = 3;
export const HAS_RAISED = 4;
/** The pool broke before anyone began it. */
export const REFUSED = 5;

// TASK_CALL.
export const CALLED_OFF = 1;
/** And its worker is about to be terminated. */
export const DOOMED = 2;
/** The task has ended before. */
export const OVER = 3;

// A lane: the tasks of one priority.
export const LANE_NEXT = 2;
export const LANE_FIRST = 3;
export const LANE_LAST = 4;
/** The priority, a number of 64 bits. */
export const LANE_PRIORITY = 6;
export const LANE_WORDS = 8;

// A function.
export const FUNCTION_NEXT = 2;
/** What names it: a value of its own. */
export const FUNCTION_VALUE = 3;
export const FUNCTION_END = 4;
export const FUNCTION_WORDS = 5;
