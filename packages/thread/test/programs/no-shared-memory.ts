// As in a page that is not cross-origin isolated.

Reflect.deleteProperty(globalThis, "SharedArrayBuffer");

const { Arena } = await import("@conc/atomics");
const { Lock, Semaphore } = await import("@conc/lock");
const { Event } = await import("@conc/condition");
const { currentThread, enumerate, sleep, Thread } = await import("@conc/thread");

async function outcome(what: string, call: () => unknown): Promise<void> {
  try {
    console.log(`${what}: ${await call()}`);
  } catch (error) {
    console.log(`${what}: ${(error as Error).name}: ${(error as Error).message}`);
  }
}

const lock = new Lock();
await outcome("lock", () => lock.acquire());
await outcome("second", () => lock.tryAcquire());
await outcome("async", async () => {
  const waiting = lock.acquireAsync();
  lock.release();
  return waiting;
});
await outcome("timeout", () => lock.acquireAsync({ timeout: 1 }));
await outcome("event", async () => {
  const event = new Event();
  setTimeout(() => event.set(), 1);
  return event.waitAsync();
});
await outcome("blocking", () => new Semaphore(0).acquire());
await outcome("sleep", () => sleep(1));
await outcome("thread", () => new Thread({ target: () => {} }).start());
await outcome("who", () => `${currentThread().name} of ${enumerate().length}`);
await outcome("shared", () => !(Arena.default.buffer instanceof ArrayBuffer));
