// Our pool, bundled by itself as an application's worker would be: its threads import nothing but this.

import { ThreadPoolExecutor } from "@conc/executor";
import { tasks } from "@conc/thread";
import { nothing, primesBelow } from "./jobs.ts";

tasks(import.meta, { nothing, primesBelow });

export { nothing, primesBelow, ThreadPoolExecutor };
