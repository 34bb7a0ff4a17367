import { Future } from "./future.ts";

/**
 * The futures that were given, each once.
 *
 * @throws {TypeError} If something else is among them.
 */
export function futuresOf<F extends Future<any>>(futures: Iterable<F>): Set<F> {
  if (typeof (futures as Iterable<F> | undefined)?.[Symbol.iterator] !== "function") {
    throw new TypeError("futures must be an iterable of futures");
  }
  const all = new Set<F>();
  for (const future of futures) {
    if (!(future instanceof Future)) throw new TypeError(`futures must be futures, got ${typeof future}`);
    all.add(future);
  }
  return all;
}

/** Those that are done, in the order in which they came to it. */
export function inOrder<F extends Future<any>>(futures: Iterable<F>): F[] {
  return [...futures].filter(({ done }) => done).sort((left, right) => (left.order - right.order) | 0);
}
