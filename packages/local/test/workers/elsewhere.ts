// Knows nothing of the module in which the local's init is.

import { tasks } from "@conc/thread";
import { type Slate, write } from "./slate.ts";

export function reads(slate: Slate, data: { n: number }): void {
  write(slate, data.n);
}

tasks(import.meta, { reads });
