// Our pool, bundled by itself as an application's worker would be: its threads import nothing but this.

import { ThreadPoolExecutor } from "@conc/executor";
import { tasks } from "@conc/thread";
import * as faultJobs from "./fault-jobs.ts";
import { nothing, primesBelow } from "./jobs.ts";

tasks(import.meta, { nothing, primesBelow, ...faultJobs });

export { faultJobs, nothing, primesBelow, ThreadPoolExecutor };
