// Says what time it is, once a second, ten times. `sleep` blocks the thread that calls it, and only that one.
// Notes: 003.

import { isMainThread, sleep } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

if (isMainThread) {
  const start = performance.now();
  for (let i = 0; i < 10; i++) {
    console.log(
      `now: ${new Date().toISOString().slice(11, 23)}, ${Math.floor(performance.now() - start)} ms after the start`,
    );
    sleep(SECOND);
  }
}
