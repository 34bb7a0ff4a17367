/** What an abort of a signal calls off: all of it behind one listener, for platforms warn of more than ten. */
class Waits extends Set<() => void> {
  handleEvent(): void {
    for (const abort of this) abort();
  }
}

const waitsOf = new WeakMap<AbortSignal, Waits>();

/**
 * Has `abort` called when a signal is aborted.
 *
 * @returns Undoes that; the last one takes the listener off the signal.
 */
export function onAbort(signal: AbortSignal, abort: () => void): () => void {
  const waits = waitsOf.get(signal) ?? new Waits();
  waitsOf.set(signal, waits.add(abort));
  // Of one listener a second one is not added.
  signal.addEventListener("abort", waits);
  return () => {
    waits.delete(abort);
    if (waits.size === 0) signal.removeEventListener("abort", waits);
  };
}
