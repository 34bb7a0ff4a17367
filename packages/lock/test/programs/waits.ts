// Run by `alive.test.ts` as a program of its own: what it prints shows how long it lives.
import { AsyncLocalStorage } from "node:async_hooks";
import { BoundedSemaphore, type Guard, Lock, RLock, Semaphore } from "../../src/index.ts";

const Class = { Lock, RLock, Semaphore, BoundedSemaphore }[process.argv[2] as "Lock"];
const how = process.argv[3];

// Of what follows `await lock.guardAsync()` here all belongs to the task that holds an RLock; the waits must not.
const outside = AsyncLocalStorage.snapshot();
const lock = new Class();
const held = await lock.guardAsync();
const waitFor = (options?: object): Promise<Guard> => outside(() => lock.guardAsync(options));
process.on("exit", (code) => console.log(`exit ${code}`));

switch (how) {
  // Only the wait itself can keep the program alive until the timer fires.
  case "pending":
    setTimeout(() => held.release(), 300).unref();
    void waitFor().then((next) => {
      console.log("acquired");
      next.release();
    });
    break;
  case "aborted": {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 300).unref();
    void waitFor({ signal: controller.signal }).catch((error: Error) => console.log(error.message));
    break;
  }
  case "late":
    void waitFor({ timeout: 300 }).catch((error: Error) => console.log(error.name));
    break;
}
