// A thread that must not block, as a browser's main thread: there `Atomics.wait` throws.
Atomics.wait = () => {
  throw new TypeError("Atomics.wait cannot be called in this context");
};

const { BlockingNotAllowedError } = await import("@conc/atomics");
type Exclusive = import("@conc/lock").Exclusive;

/** What each blocking call says while the lock is held by somebody else. */
export function tryToBlock(lock: Exclusive): unknown[] {
  return [undefined, { timeout: 10 }, { timeout: 0 }, { blocking: false }].map((options) => {
    try {
      return lock.acquire(options);
    } catch (error) {
      return error instanceof BlockingNotAllowedError ? error.message : error;
    }
  });
}

/** Acquires without blocking; then also with a blocking call, which does not have to wait. */
export async function wait(lock: Exclusive): Promise<boolean[]> {
  const acquired = await lock.acquireAsync({ timeout: 10_000 });
  lock.release();
  const again = lock.acquire();
  lock.release();
  return [acquired, again];
}
