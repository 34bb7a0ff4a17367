// What waits for a worker can be cancelled; what is running or done can not. `exception()` and `result()` with a timeout.
// Notes: 003.

import { TimeoutError } from "@conc/atomics";
import { Event } from "@conc/condition";
import { CancelledError, type Future, ThreadPoolExecutor } from "@conc/executor";
import { isMainThread, tasks } from "@conc/thread";

function action(begun: Event, go: Event): string {
  begun.set();
  go.wait();
  return "result";
}
function fail(): never {
  throw new Error("it failed");
}
tasks(import.meta, { action, fail });

function show(what: string, future: Future<unknown>): void {
  const { running, cancelled, done } = future;
  console.log(`${what}: running ${running}, cancelled ${cancelled}, done ${done}`);
}

/** What asking for it ends with. */
function nameOf(ask: () => unknown): string {
  try {
    return `${ask()}`;
  } catch (error) {
    if (!(error instanceof CancelledError || error instanceof TimeoutError)) throw error;
    return error.name;
  }
}

if (isMainThread) {
  using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const [begun, go] = [new Event(), new Event()];
  const first = pool.submit(action, begun, go);
  const second = pool.submit(action, begun, go);
  const third = pool.submit(fail);
  begun.wait();
  show("first", first);
  show("second", second);

  console.log(`cancel the first: ${first.cancel()}`);
  console.log(`cancel the second: ${second.cancel()}`);
  show("second", second);
  console.log(`result of the second: ${nameOf(() => second.result())}`);
  console.log(`result of the first within 10 ms: ${nameOf(() => first.result({ timeout: 10 }))}`);

  go.set();
  console.log(`result of the first: ${first.result()}`);
  console.log(`exception of the first: ${first.exception()}`);
  console.log(`exception of the third: ${third.exception()}`);
  console.log(`cancel the first, now that it is done: ${first.cancel()}`);
}
