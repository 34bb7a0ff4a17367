// An init in a module of its own, which no thread's target has to import.

import { tasks } from "@conc/thread";

/** How often `init` ran in this thread. */
export const counted = { times: 0 };

export function init(): { n: number } {
  counted.times++;
  return { n: counted.times * 10 };
}

tasks(import.meta, { init });
