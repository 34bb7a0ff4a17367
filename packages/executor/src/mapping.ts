// The results of a function for many inputs, in their order: each input, or each chunk of them, is a task.

import { asDense, check, Deadline } from "@conc/atomics";
import { describeTask, importAll, modulesOf, resolveTask, type TaskReference, tasks } from "@conc/thread";
import type { Future } from "./future.ts";

/** How the inputs are given to the workers. */
export interface MapOptions {
  /** Longest time for all results in milliseconds, from the call on. */
  readonly timeout?: number | undefined;
  /** How many inputs make one task; 1 if left out. Many small ones are done faster in chunks of some hundred. */
  readonly chunksize?: number | undefined;
  /** How many tasks may be ahead of the results that were asked for; if left out, all are submitted at once. */
  readonly bufferSize?: number | undefined;
}

/** Results in the order of their inputs. To be gone through once, by `for await` or, blocking the thread, by `for`. */
export type Mapped<R> = AsyncIterable<R> & Iterable<R>;

/** What came of some inputs: a value for each, and what was thrown where there is none. */
type Chunk<R> = readonly [values: readonly R[], errors?: ReadonlyMap<number, unknown>];

/** A task for some inputs. */
interface Piece<R> {
  readonly future: Future<any>;
  /** What came of it, from its result. */
  chunkOf(result: any): Chunk<R>;
}

type Submit = (fn: (...args: any[]) => unknown, args: readonly unknown[]) => Future<any>;

/**
 * The results of `fn` for the inputs.
 *
 * @throws {TypeError | RangeError} If an option is wrong or an input can not be iterated.
 */
export function mapped<R>(
  submit: Submit,
  fn: (...args: any[]) => unknown,
  iterables: readonly Iterable<unknown>[],
  { timeout = Number.POSITIVE_INFINITY, chunksize = 1, bufferSize = Number.POSITIVE_INFINITY }: MapOptions,
): Mapped<R> {
  const deadline = new Deadline(timeout);
  const nextPiece =
    chunksize > 1 ? chunks<R>(submit, fn, iterables, chunksize) : singles<R>(submit, fn, zip(iterables));
  return new Results(nextPiece, bufferSize, deadline);
}

/** @throws {TypeError | RangeError} If it is no whole number of at least `least`. */
export function checkWhole(what: string, value: number, least: number): void {
  check(what, value, "number");
  if (!(value >= least) || !Number.isInteger(value)) {
    throw new RangeError(`${what} must be a whole number of at least ${least}, got ${value}`);
  }
}

const EMPTY: Chunk<never> = [[]];

class Results<R> implements AsyncIterable<R>, Iterable<R> {
  readonly #nextPiece: () => Piece<R> | undefined;
  readonly #deadline: Deadline;
  readonly #pieces: Piece<R>[] = [];
  #chunk: Chunk<R> = EMPTY;
  /** How many of these were given. */
  #given = 0;

  constructor(nextPiece: () => Piece<R> | undefined, ahead: number, deadline: Deadline) {
    this.#nextPiece = nextPiece;
    this.#deadline = deadline;
    try {
      while (this.#pieces.length < ahead && this.#submitNext());
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  [Symbol.iterator](): Iterator<R, void> {
    return { next: () => this.#nextBlocking(), return: () => this.#close() };
  }

  [Symbol.asyncIterator](): AsyncIterator<R, void> {
    return { next: () => this.#nextAsync(), return: async () => this.#close() };
  }

  #nextBlocking(): IteratorResult<R, void> {
    try {
      while (this.#given === this.#chunk[0].length) {
        const [piece] = this.#pieces;
        if (!piece) return this.#close();
        this.#take(piece.chunkOf(piece.future.result({ timeout: this.#deadline.remaining() })));
      }
      return this.#give();
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  #nextAsync(): Promise<IteratorResult<R, void>> {
    // Most of a chunk is there already: a promise for each is enough.
    const [values, errors] = this.#chunk;
    const isThere = this.#given < values.length && errors === undefined;
    return isThere ? Promise.resolve(this.#give()) : this.#waitForNext();
  }

  async #waitForNext(): Promise<IteratorResult<R, void>> {
    try {
      while (this.#given === this.#chunk[0].length) {
        const [piece] = this.#pieces;
        if (!piece) return this.#close();
        const result = await piece.future.resultAsync({ timeout: this.#deadline.remaining() });
        // Another call of `next` that is not waited for may have been faster.
        if (piece === this.#pieces[0]) this.#take(piece.chunkOf(result));
      }
      return this.#give();
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  #take(chunk: Chunk<R>): void {
    this.#pieces.shift();
    this.#chunk = chunk;
    this.#given = 0;
    this.#submitNext();
  }

  #give(): IteratorResult<R, void> {
    const [values, errors] = this.#chunk;
    const index = this.#given++;
    if (errors?.has(index)) throw errors.get(index);
    return { done: false, value: values[index] as R };
  }

  #submitNext(): boolean {
    const piece = this.#nextPiece();
    if (piece) this.#pieces.push(piece);
    return piece !== undefined;
  }

  /** Nobody wants the rest. */
  #close(): { done: true; value: undefined } {
    for (const { future } of this.#pieces.splice(0)) future.cancel();
    this.#chunk = EMPTY;
    this.#given = 0;
    return { done: true, value: undefined };
  }
}

/** A task for each input. */
function singles<R>(
  submit: Submit,
  fn: (...args: any[]) => unknown,
  rows: Iterator<unknown[]>,
): () => Piece<R> | undefined {
  const chunkOf = (value: R): Chunk<R> => [[value]];
  return () => {
    const { done, value } = rows.next();
    return done ? undefined : { future: submit(fn, value), chunkOf };
  };
}

/** A task for so many inputs each. */
function chunks<R>(
  submit: Submit,
  fn: (...args: any[]) => unknown,
  iterables: readonly Iterable<unknown>[],
  size: number,
): () => Piece<R> | undefined {
  const reference = describeTask(fn);
  const [only] = iterables;
  // With one argument rows would be nothing but its values.
  const isSingle = iterables.length === 1;
  const next = batches(isSingle ? (only as Iterable<unknown>) : zip(iterables), size);
  const chunkOf = (chunk: Chunk<R>): Chunk<R> => chunk;
  return () => {
    const inputs = next();
    return inputs.length === 0 ? undefined : { future: submit(runChunk, [reference, inputs, isSingle]), chunkOf };
  };
}

/** Takes so many at a time. */
function batches(inputs: Iterable<unknown>, size: number): () => unknown[] {
  if (Array.isArray(inputs) && Object.getPrototypeOf(inputs) === Array.prototype) {
    let taken = 0;
    return () => {
      const batch: unknown[] = inputs.slice(taken, taken + size);
      taken += size;
      // What is found may be a hole.
      return asDense(batch.includes(undefined) ? Array.from(batch) : batch);
    };
  }
  const iterator = inputs[Symbol.iterator]();
  return () => {
    const batch: unknown[] = [];
    while (batch.length < size) {
      const { done, value } = iterator.next();
      if (done) break;
      batch.push(value);
    }
    return asDense(batch);
  };
}

/** In a worker: what a function comes to for each input, one after the other. */
export async function runChunk(
  reference: TaskReference,
  inputs: readonly any[],
  isSingle: boolean,
): Promise<Chunk<unknown>> {
  await importAll(modulesOf(reference));
  const fn = resolveTask(reference);
  const values = asDense<unknown>([]);
  const errors = new Map<number, unknown>();
  for (let index = 0; index < inputs.length; index++) {
    try {
      const value = isSingle ? fn(inputs[index]) : fn(...inputs[index]);
      values.push(typeof (value as PromiseLike<unknown> | null)?.then === "function" ? await value : value);
    } catch (error) {
      values[index] = undefined;
      errors.set(index, error);
    }
  }
  return errors.size === 0 ? [values] : [values, errors];
}
tasks(import.meta, { "ThreadPoolExecutor.runChunk": runChunk });

/** Rows of one value from each, as long as none of them has come to its end. */
function* zip(iterables: readonly Iterable<unknown>[]): Generator<unknown[], void> {
  const iterators = iterables.map((iterable) => iterable[Symbol.iterator]());
  while (iterators.length > 0) {
    const row: unknown[] = [];
    for (const iterator of iterators) {
      const { done, value } = iterator.next();
      if (done) return;
      row.push(value);
    }
    yield row;
  }
}
