// Web Locks, in Node from version 24 on.

interface WebLocks {
  request<T>(name: string, callback: () => Promise<T>): Promise<T>;
}

const locks = (globalThis as { navigator?: { locks?: WebLocks } }).navigator?.locks;

/** Why they can not take part, or undefined if they can. */
export const whyNoWebLocks: string | undefined = locks ? undefined : "this version of Node has no navigator.locks";

export function webLocks(): WebLocks {
  if (!locks) throw new Error(whyNoWebLocks);
  return locks;
}
