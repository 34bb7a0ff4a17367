let importing = 0;

/** Whether a thread is just importing modules that it needs, whose top levels must not start threads in turn. */
export function isImporting(): boolean {
  return importing > 0;
}

/** Imports modules whose functions a thread is to run; meanwhile none can be started from there. For those who write executors. */
export async function importAll(modules: readonly string[]): Promise<void> {
  importing++;
  try {
    for (const module of modules) await import(module);
  } finally {
    importing--;
  }
}
