// A worker's `console.log` waits for the event loop of the thread that started it. Threads of this package write to the file
// descriptor themselves: at once, whole lines, in the order in which they are written, while the main thread blocks.

import { Arena, agentsOf, HEADER_OUTPUT_LOCK } from "@conc/atomics";
import { host } from "./platform.ts";

const STDOUT = 1;
const STDERR = 2;

/** Milliseconds to wait when a pipe is full. */
const PIPE_FULL = 1;

/** Milliseconds after which one that waits to write looks whether the writer still lives. */
const LOOK_AGAIN = 20;

/** Has this thread's console write by itself. Only for threads that the library started. */
export function writeThrough(): void {
  const { process } = globalThis;
  redirect(process.stdout, STDOUT);
  redirect(process.stderr, STDERR);
}

/** Prints an error to the terminal under a headline, with its stack, cause and properties. */
export function printError(headline: string, error: unknown): void {
  const { fs, util } = host() ?? {};
  if (!fs || !util) {
    console.error(headline, error);
    return;
  }
  try {
    write(STDERR, Buffer.from(`${headline}\n${inspect(error, util)}\n`));
  } catch {
    // Nobody is there to read it any more.
  }
}

function inspect(error: unknown, util: NonNullable<ReturnType<typeof host>>["util"]): string {
  for (const customInspect of [true, false]) {
    try {
      return util.inspect(error, { customInspect });
    } catch {
      // It throws when it is looked at.
    }
  }
  return `[${typeof error}]`;
}

type WriteCallback = (error?: Error | null) => void;

function redirect(stream: NodeJS.WriteStream, descriptor: number): void {
  stream.write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean => {
    const done = typeof encoding === "function" ? encoding : callback;
    write(descriptor, typeof chunk === "string" ? Buffer.from(chunk, encoding as BufferEncoding) : chunk);
    if (done) process.nextTick(done);
    return true;
  };
}

function write(descriptor: number, bytes: Uint8Array): void {
  const fs = host()?.fs;
  if (!fs) return;
  lockOutput();
  try {
    for (let written = 0; written < bytes.length; ) {
      try {
        written += fs.writeSync(descriptor, bytes, written);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_FULL);
      }
    }
  } finally {
    unlockOutput();
  }
}

/** Waits until no other thread is writing: a full pipe takes a long line in parts. */
function lockOutput(): void {
  const { heap, agent } = Arena.default;
  const agents = agentsOf(Arena.default);
  for (let holder = 0; ; ) {
    const seen = Atomics.compareExchange(heap.words, HEADER_OUTPUT_LOCK, holder, agent.id);
    if (seen === holder) return;
    // One that died while it was writing is succeeded; of such a death nobody tells those who sleep here.
    holder = seen === 0 || agents.isAlive(seen) ? 0 : seen;
    if (seen !== 0 && holder === 0) Atomics.wait(heap.words, HEADER_OUTPUT_LOCK, seen, LOOK_AGAIN);
  }
}

function unlockOutput(): void {
  const { heap, agent } = Arena.default;
  Atomics.compareExchange(heap.words, HEADER_OUTPUT_LOCK, agent.id, 0);
  Atomics.notify(heap.words, HEADER_OUTPUT_LOCK, 1);
}
