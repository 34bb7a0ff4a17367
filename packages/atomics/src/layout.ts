// Where things lie in an arena. All places are counted in 32-bit words; place 0 is the header, so 0 also means "none".
//
//   tags of all blocks, among them the header | blocks
//
// See `Heap`.

/** Marks a buffer as an arena of this layout ("CNC" and the layout's version). */
export const MAGIC = 0x434e4301;

// The header.
export const HEADER_MAGIC = 0;
export const HEADER_ID = 1;
export const HEADER_HEAP_LOCK = 2;
/** Where the blocks that were ever given out end. */
export const HEADER_END = 3;
export const HEADER_USED = 4;
export const HEADER_SERIAL = 5;
export const HEADER_AGENT_LOCK = 6;
/** How many futures were done, modulo 2^32. */
export const HEADER_SETTLED = 7;
export const HEADER_EPOCH = 8;
/** How many threads were ever named after their number. */
export const HEADER_NUMBER = 9;
/** Held by a thread while it writes a line to the terminal. */
export const HEADER_OUTPUT_LOCK = 10;
/** Held by a thread that found itself in a circle of waiting threads. */
export const HEADER_DEADLOCK_LOCK = 11;
/** Blocks of objects that were put aside, for who knows how to free what belongs to them; see `disposal.ts`. */
export const HEADER_ORPHANS = 12;
/** How many agents were ever declared dead, modulo 2^32. */
export const HEADER_DEATHS = 13;
/** The last block that was given back of each order; each names the one before. */
export const HEADER_FREE = 16;
/** The places of the agents' slots. */
export const HEADER_SLOTS = 64;

// An agent's id is its slot's number and, above it, an epoch that tells the slot's tenants apart.
export const SLOT_BITS = 12;
export const SLOT_MASK: number = (1 << SLOT_BITS) - 1;
export const EPOCH_MAX: number = (1 << 17) - 1;
export const AGENT_WORDS = 64;

// An agent's slot.
/** The tenant's id; 0 while the slot is free. */
export const AGENT_ID = 0;
export const AGENT_STATE = 1;
export const AGENT_FLAGS = 2;
/** Stack of the agent's async waiters that were woken; see `Agent`. */
export const AGENT_READY = 3;
export const AGENT_PARENT = 4;
/** First table of the shared objects that the agent knows; see `Sharing`. */
export const AGENT_REFERENCES = 5;
/** 1 if async waiters of the agent were passed over while it was blocked. */
export const AGENT_MISSED = 6;
/** How many errors of threads that it started were sent to the agent. */
export const AGENT_REPORTS = 7;
/** The node with which the thread itself waits, blocked. */
export const AGENT_SELF = 8;
/** A wait queue whose value is ENDED once the agent is dead: what `join` waits for. */
export const AGENT_END = 16;
/** The lock that the thread waits for, blocked and without end, negative if it had that before; 0 for none. */
export const AGENT_WAITS_FOR = 20;
/** 1 if an agent died that may have been about to tell this one of something. */
export const AGENT_BEREFT = 21;
/** The word in which the thread counts itself, or 0; and in which group of how many; see `tickets.ts`. */
export const AGENT_COUNTED = 22;
export const AGENT_COUNTED_FROM = 23;
export const AGENT_COUNTED_SPAN = 24;
export const AGENT_NAME_LENGTH = 31;
export const AGENT_NAME = 32;
export const AGENT_NAME_BYTES: number = (AGENT_WORDS - AGENT_NAME) * 4;

// What an agent is doing, as others see it: AGENT_STATE.
export const AGENT_READY_TO_RUN = 1;
export const AGENT_RUNNING = 2;
export const AGENT_BLOCKED = 3;
export const AGENT_DEAD = 4;
/** Terminated before it came up; it ends as soon as it does. */
export const AGENT_CANCELLED = 5;
/** Clears up after itself: dead for all but those who want a spin lock that it holds. */
export const AGENT_ENDING = 6;

// Flags of an agent.
/** The program does not wait for it. */
export const AGENT_DAEMON = 1;
/** Not started by the library: it may use primitives, but is not listed among the threads. */
export const AGENT_FOREIGN = 2;
/** It made the arena. */
export const AGENT_MAIN = 4;
/** It wants to be told of errors in the threads that it started, instead of having them printed. */
export const AGENT_HAS_HOOK = 8;

// A waiter's node: one per blocked thread, one per pending async wait.
export const NODE_STATE = 0;
export const NODE_AGENT = 1;
export const NODE_NEXT = 2;
export const NODE_PREVIOUS = 3;
/** The wait queue that the node stands in, or 0. */
export const NODE_QUEUE = 4;
/** The next node of the agent's READY stack. */
export const NODE_READY = 5;
/** When it was first told to look again, in `commonTime`; 0 if never: how long others have been faster. */
export const NODE_SINCE = 6;
/** For whom it waits within its agent: the async task, or 0. */
export const NODE_TASK = 7;
export const NODE_WORDS = 8;

// A node's state. Only the waiter itself goes back to WAITING, so a state is never mistaken for an older one of the same value.
/** Not in use: nobody can wake it. */
export const IDLE = 0;
export const WAITING = 1;
/** Look again: what the waiter wants may be free. It keeps its place in the queue. */
export const SIGNALLED = 2;
/** What the waiter waits for has happened; it stands in no queue any more. */
export const GRANTED = 3;
/** The lock belongs to the waiter, which still stands in the queue. */
export const HANDED_LOCK = 4;
/** One of the permits belongs to the waiter, which still stands in the queue. */
export const HANDED_PERMIT = 5;

// A wait queue: a value and those who wait for it to change.
export const QUEUE_VALUE = 0;
export const QUEUE_LOCK = 1;
export const QUEUE_HEAD = 2;
export const QUEUE_TAIL = 3;
export const QUEUE_WORDS = 4;

// The value of a lock: FREE or the id of the agent that owns it, and marks.
export const FREE = 0;
export const OWNER: number = 2 ** 29 - 1;
/** An async task of the owner holds it. */
export const BY_TASK: number = 2 ** 29;
/** An owner died, and nobody has said yet that what the lock guards is in order. */
export const ORPHANED: number = 2 ** 30;
/** Somebody waits: the mark of locks and semaphores. */
export const WAITERS: number = -(2 ** 31);
// A lock: a queue, and behind it
/** the async task that owns it, if it is one, and */
export const LOCK_TASK: number = QUEUE_WORDS;
/** how often it has re-entered; SIGNAL in a lock that somebody who did not own it has released. */
export const LOCK_DEPTH: number = QUEUE_WORDS + 1;
export const LOCK_WORDS: number = QUEUE_WORDS + 2;
export const SIGNAL = -1;

// How large a lock is. One that has a name or keeps traces has them behind its words, and by its size one tells that it does.
export const LOCK_BYTES: number = LOCK_WORDS * 4;
export const NAMED_BYTES = 120;
export const TRACED_BYTES = 2040;

// The first words of a shared object's block.
/** The maker's id, negative, while nobody else knows it; then how many need it; see `Sharing`. */
export const OBJECT_COUNT = 0;
/** Unlike that of any block at this place before or after it. */
export const OBJECT_SERIAL = 1;
export const OBJECT_WORDS = 2;
