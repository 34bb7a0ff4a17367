// A worker's `console.log` waits for the event loop of the thread that started it. Threads of this package write to the file
// descriptor themselves: at once, whole lines, in the order in which they are written, while the main thread blocks.

import { host } from "./platform.ts";

const STDOUT = 1;
const STDERR = 2;

/** Milliseconds to wait when a pipe is full. */
const PIPE_FULL = 1;

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
    write(STDERR, Buffer.from(`${headline}\n${util.inspect(error)}\n`));
  } catch {
    // Nobody is there to read it any more.
  }
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
  for (let written = 0; written < bytes.length; ) {
    try {
      written += fs.writeSync(descriptor, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_FULL);
    }
  }
}
