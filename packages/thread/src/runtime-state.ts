let importing = 0;
let complete = false;

/** This thread imports nothing: a bundler has put all that it is to run into its worker, where modules have other URLs. */
export function bringsItsCode(): void {
  complete = true;
}

/** Whether this is such a thread. */
export function hasItsCode(): boolean {
  return complete;
}

/** Whether a thread is just importing modules that it needs, whose top levels must not start threads in turn. */
export function isImporting(): boolean {
  return importing > 0;
}

/**
 * Imports modules whose functions a thread is to run; meanwhile none can be started from there. Does nothing in a worker that was bundled
 * with all its code. For those who write executors.
 */
export async function importAll(modules: readonly string[]): Promise<void> {
  if (complete) return;
  importing++;
  try {
    for (const module of modules) await import(module);
  } finally {
    importing--;
  }
}
