import { Event } from "@conc/condition";
import { setExcepthook, Thread, type ThreadOptions } from "@conc/thread";
import { afterEach, beforeAll, expect } from "vitest";
import { waits } from "./workers/actions.ts";

/** Starts a thread that runs until `end` is set. */
export function startWaiting(options: ThreadOptions = {}): { thread: Thread; end: Event } {
  const end = new Event();
  return { thread: new Thread({ ...options, target: waits, args: [end] }).start(), end };
}

/** Has each test of the file fail when a thread failed meanwhile. */
export function noFailures(): void {
  const failures: string[] = [];
  beforeAll(() => {
    setExcepthook((error, thread) => failures.push(`${thread.name}: ${(error as Error)?.stack}`));
  });
  afterEach(async () => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(failures.splice(0)).toEqual([]);
  });
}
