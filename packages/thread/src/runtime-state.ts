let importing = false;

/** Whether a new thread is just importing the modules it needs, whose top levels must not start threads in turn. */
export function isImporting(): boolean {
  return importing;
}

/** Imports modules for a new thread. */
export async function importAll(modules: readonly string[]): Promise<void> {
  importing = true;
  try {
    for (const module of modules) await import(module);
  } finally {
    importing = false;
  }
}
