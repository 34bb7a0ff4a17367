// What raw workers run, which adopt the arena by themselves.

import { currentThread, enumerate, getIdent, isMainThread } from "@conc/thread";

function nameOfError(call: () => unknown): string {
  try {
    return String(call());
  } catch (error) {
    return (error as Error).name;
  }
}

export async function describesItself(): Promise<Record<string, unknown>> {
  const self = currentThread();
  return {
    ...{ daemon: self.daemon, isAlive: self.isAlive, name: self.name, same: self === currentThread() },
    ...{ joined: nameOfError(() => self.join()), listed: enumerate().includes(self), isMain: isMainThread },
    ...{ sameIdent: self.ident === getIdent(), terminated: await self.terminate().catch(({ name }) => name) },
  };
}
