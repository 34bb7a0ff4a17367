// Web Locks, in Node from version 24 on.

import type { Requirement } from "../contest/contestant.ts";

interface WebLocks {
  request<T>(name: string, callback: () => Promise<T>): Promise<T>;
}

const locks = (globalThis as { navigator?: { locks?: WebLocks } }).navigator?.locks;

export const WEB_LOCKS_NEED: Requirement = { what: "navigator.locks", node: 24 };

export function webLocks(): WebLocks {
  if (!locks) throw new Error("this version of Node has no navigator.locks");
  return locks;
}
