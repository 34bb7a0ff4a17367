// Knows nothing of the module in which the local's init is.

import { type Slate, write } from "@conc/testkit/slate.ts";
import { tasks } from "@conc/thread";

export function reads(slate: Slate, data: { n: number }): void {
  write(slate, data.n);
}

tasks(import.meta, { reads });
