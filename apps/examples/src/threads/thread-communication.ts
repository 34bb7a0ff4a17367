// Threads talk through a variable that they share. A plain one is not shared here, since each thread has its own copy of every
// module; a `Value` is.
// Notes: 004 §3.

import { Value } from "@conc/atomics";
import { isMainThread, Thread, tasks } from "@conc/thread";

let plain = 1;

function fun(shared: Value<"i32">): void {
  console.log(`thread: shared is ${shared.value}, plain is ${plain}`);
  shared.value = 10_000;
  plain = 10_000;
  console.log(`thread: shared is ${shared.value}, plain is ${plain}`);
}

tasks(import.meta, { fun });

if (isMainThread) {
  const shared = new Value("i32", 1);
  shared.value = 5;
  plain = 5;
  new Thread({ target: fun, args: [shared] }).start().join();
  console.log(`main: shared is ${shared.value}, plain is ${plain}`);
}
