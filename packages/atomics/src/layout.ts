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
export const HEADER_EPOCH = 8;
/** How many threads were ever named after their number. */
export const HEADER_NUMBER = 9;
/** Held by a thread while it writes a line to the terminal. */
export const HEADER_OUTPUT_LOCK = 10;
/** The last block that was given back of each order; each names the one before. */
export const HEADER_FREE = 16;
/** The places of the agents' slots. */
export const HEADER_SLOTS = 64;

// An agent's id is its slot's number and, above it, an epoch that tells the slot's tenants apart.
export const SLOT_BITS = 12;
export const SLOT_MASK: number = (1 << SLOT_BITS) - 1;
export const EPOCH_MAX: number = (1 << 18) - 1;
export const AGENT_WORDS = 64;

// An agent's slot.
/** The tenant's id; 0 while the slot is free. */
export const AGENT_ID = 0;
export const AGENT_STATE = 1;
export const AGENT_FLAGS = 2;
/** Stack of the agent's async waiters that were woken; see `Inbox`. */
export const AGENT_READY = 3;
export const AGENT_PARENT = 4;
/** First table of the shared objects that the agent knows; see `References`. */
export const AGENT_REFERENCES = 5;
/** First block of the agent's async waiters. */
export const AGENT_WAITERS = 6;
/** How many errors of threads that it started were sent to the agent. */
export const AGENT_REPORTS = 7;
/** The node with which the thread itself waits, blocked. */
export const AGENT_SELF = 8;
/** A wait queue whose value is ENDED once the agent is dead: what `join` waits for. */
export const AGENT_END = 16;
export const AGENT_NAME_LENGTH = 31;
export const AGENT_NAME = 32;
export const AGENT_NAME_BYTES: number = (AGENT_WORDS - AGENT_NAME) * 4;

/** What AGENT_STATE holds once the agent is dead; see `agent-table.ts` for the others. */
export const AGENT_DEAD = 4;

// A waiter's node: one per blocked thread, one per pending async wait.
export const NODE_STATE = 0;
export const NODE_AGENT = 1;
export const NODE_NEXT = 2;
export const NODE_PREVIOUS = 3;
/** The wait queue that the node stands in; 0 once it was granted what it waits for. */
export const NODE_QUEUE = 4;
/** The next node of the agent's READY stack. */
export const NODE_READY = 5;
/** When it was first told to look again, in `commonTime`; 0 if never: how long others have been faster. */
export const NODE_SINCE = 6;
/** For whom it waits within its agent: the async task, or 0. */
export const NODE_TASK = 7;
export const NODE_WORDS = 8;
/** Nodes of async waiters come in blocks, the first node of which only names the next block. */
export const WAITERS_PER_BLOCK = 64;

// A wait queue: a value and those who wait for it to change.
export const QUEUE_VALUE = 0;
export const QUEUE_LOCK = 1;
export const QUEUE_HEAD = 2;
export const QUEUE_TAIL = 3;
export const QUEUE_WORDS = 4;
