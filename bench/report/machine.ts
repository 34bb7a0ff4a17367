// Where a run took place.

import { cpus, release, totalmem, type } from "node:os";
import { pythonVersion } from "../contest/python.ts";

/** What of a machine decides how fast it is. */
export interface Machine {
  readonly date: string;
  readonly node: string;
  readonly v8: string;
  readonly python: string;
  readonly processors: string;
  readonly system: string;
  readonly memory: string;
}

export function machine(): Machine {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    v8: process.versions.v8,
    python: pythonVersion() || "none",
    processors: `${processors.length} × ${processors[0]?.model.trim() ?? "unknown"}`,
    system: `${type()} ${release()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  };
}

/** In one line. */
export function machineLine({ date, node, v8, python, processors, system }: Machine): string {
  return `${date}, Node ${node} (V8 ${v8}), ${python}, ${processors}, ${system}`;
}
