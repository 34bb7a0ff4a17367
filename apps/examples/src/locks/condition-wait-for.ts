// `waitFor` waits until its predicate is true, and looks after each notification; with a timeout it may give up. It returns what the
// predicate returned last. Who waits or notifies without the lock gets an error.
// Notes: 001.

import { Value } from "@conc/atomics";
import { Condition } from "@conc/condition";
import { isMainThread, sleep, Thread, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

function deliver(changed: Condition, parcels: Value<"i32">, count: number): void {
  for (let i = 0; i < count; i++) {
    sleep(SECOND);
    using guard = changed.guard();
    parcels.value += 1;
    console.log(`delivered: ${parcels.value}`);
    changed.notify();
  }
}

tasks(import.meta, { deliver });

function attempt(what: string, action: () => unknown): void {
  try {
    console.log(`${what}: ${action()}`);
  } catch (error) {
    console.log(`${what}: ${error}`);
  }
}

if (isMainThread) {
  const changed = new Condition();
  const parcels = new Value("i32", 0);
  let looks = 0;
  const complete = (): string | false => {
    looks++;
    return parcels.value >= 3 && `${parcels.value} parcels`;
  };

  changed.acquire();
  const early = changed.waitFor(complete, { timeout: 2 * SECOND });
  console.log(`nobody delivers: ${early}, looked ${looks} times`);

  looks = 0;
  const thread = new Thread({ target: deliver, args: [changed, parcels, 3] }).start();
  const late = changed.waitFor(complete);
  console.log(`somebody delivers: ${late}, looked ${looks} times`);

  looks = 0;
  console.log(`true already: ${changed.waitFor(complete)}, looked ${looks} times`);
  changed.release();
  thread.join();

  attempt("wait without the lock", () => changed.wait());
  attempt("notify without the lock", () => changed.notify());
}
