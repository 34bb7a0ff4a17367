// How a worker of Node, Bun or Deno comes up with our code in it.

import type { MessagePort, Worker, WorkerOptions } from "node:worker_threads";
import { AGENT_READY_TO_RUN, AGENT_RUNNING, AGENT_STATE, type Arena, agentsOf } from "@conc/atomics";
import { host } from "./platform.ts";
import type { ResourceLimits } from "./request.ts";

const EXTENSION = /\.[cm]?tsx?$/;

// A few lines of plain JavaScript, because before them nothing can be imported that needs a loader. The first claims the thread's
// slot: a thread that was terminated before it came up ends here by itself, which is always noticed, while a worker killed that
// early can vanish without a sound.
const BOOT = `
const { workerData } = process.getBuiltinModule("node:worker_threads");
const { arena, state, tsx, runtime } = workerData;
const words = new Int32Array(arena, 0, arena.byteLength >>> 2);
if (state === 0 || Atomics.compareExchange(words, state, ${AGENT_READY_TO_RUN}, ${AGENT_RUNNING}) === ${AGENT_READY_TO_RUN}) {
  (async () => {
    if (tsx) (await import(tsx)).register();
    (await import(runtime)).default(workerData);
  })();
}
`;

/** What a worker is given beside its own data. */
export interface WorkerStart {
  /** The name of the module in this package whose default export runs there. */
  readonly runtime: "node-runtime" | "supervisor-runtime";
  readonly name: string;
  readonly data: Record<string, unknown>;
  readonly ports: readonly MessagePort[];
  readonly resourceLimits?: ResourceLimits;
  /** Modules that will be imported there. */
  readonly modules: readonly string[];
}

/** Starts a worker. */
export function startWorker(arena: Arena, agent: number, start: WorkerStart): Worker {
  const { workerThreads } = host() as NonNullable<ReturnType<typeof host>>;
  // In two steps, or bundlers take it for a wish to have whatever may be meant by that.
  const { url } = import.meta;
  const runtime = new URL(`./${start.runtime}${url.endsWith(".ts") ? ".ts" : ".js"}`, url).href;
  const base = agentsOf(arena).slot(agent);
  const options: WorkerOptions = {
    eval: true,
    name: start.name,
    workerData: {
      ...start.data,
      arena: arena.buffer,
      state: start.runtime === "node-runtime" ? base + AGENT_STATE : 0,
      tsx: tsxFor([runtime, ...start.modules]),
      runtime,
    },
    transferList: [...start.ports],
    resourceLimits: limitsFor(start.resourceLimits ?? {}),
  };
  return new workerThreads.Worker(BOOT, options);
}

/** What the engine can keep to: Deno takes the stack to be as large as is asked for, though it is not, and the program dies of that. */
function limitsFor({ stackSizeMb, ...others }: ResourceLimits): ResourceLimits {
  return stackSizeMb === undefined || "deno" in globalThis.process.versions ? others : { ...others, stackSizeMb };
}

const tsxByModule = new Map<string, string | undefined>();

/**
 * The module that lets a worker import TypeScript, if one of these modules needs it.
 *
 * Node 20 can not run TypeScript, and tsx, which does in the main thread, does not reach into its workers by itself.
 *
 * @throws {TypeError} If it is needed and not installed.
 */
function tsxFor(modules: readonly string[]): string | undefined {
  const stripsTypes = Boolean((globalThis.process.features as { typescript?: unknown }).typescript);
  const underTsx = globalThis.process.execArgv.some((argument) => /[\\/]tsx[\\/]/.test(argument));
  if (stripsTypes && !underTsx) return undefined;
  const typescript = modules.filter((module) => EXTENSION.test(module));
  if (typescript.length === 0) return undefined;
  for (const module of typescript) {
    const tsx = tsxNear(module);
    if (tsx !== undefined) return tsx;
  }
  if (stripsTypes) return undefined;
  throw new TypeError(
    `this version of Node can not run ${typescript[0]} in a thread by itself: install tsx next to it (npm install --save-dev tsx), ` +
      "compile it to JavaScript, or use Node 22.18 or later",
  );
}

function tsxNear(module: string): string | undefined {
  if (tsxByModule.has(module)) return tsxByModule.get(module);
  const { module: modules, url, fs } = host() as NonNullable<ReturnType<typeof host>>;
  let found: string | undefined;
  try {
    // The ES module: what `require.resolve` finds for "tsx/esm/api" fails in a worker of Node 20.
    const manifest = modules.createRequire(module).resolve("tsx/package.json");
    const entry = JSON.parse(fs.readFileSync(manifest, "utf8")).exports["./esm/api"];
    found = new URL(entry.import?.default ?? entry.import, url.pathToFileURL(manifest)).href;
  } catch {
    found = undefined;
  }
  tsxByModule.set(module, found);
  return found;
}
