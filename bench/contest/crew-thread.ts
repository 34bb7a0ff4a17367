// What runs in a contestant's thread: gets ready once, then runs a repetition each time it is told to.

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Arena, fromHandle, type Handle } from "@conc/atomics";
import { groups } from "../groups/index.ts";
import { pin } from "./affinity.ts";
import { now } from "./clock.ts";
import type { Prepared, Run, Tally } from "./contestant.ts";
import { lineUp } from "./control.ts";

/** What a thread is told at birth. */
export interface CrewData {
  readonly group: string;
  readonly contestant: string;
  readonly index: number;
  readonly threads: number;
  readonly control: Int32Array;
  readonly sectionTurns: number;
  readonly processor: number | undefined;
  /** The buffer of the arena in which the shared primitives lie, if there are any. */
  readonly arena: SharedArrayBuffer | undefined;
  readonly handles: Record<string, Handle>;
  readonly plain: Record<string, unknown>;
  /** Its end of a channel, if the contestant's `share` makes `ports`. */
  readonly port: MessagePort | undefined;
}

/** What a thread is told: how often to do the thing, or to check. */
export type CrewOrder = number | "check";

/** What a thread answers to each order. */
export interface CrewReport {
  /** Nanoseconds on the common clock. */
  readonly start: number;
  readonly end: number;
  /** What the contestant measured itself, in place of the time from start to end. */
  readonly elapsed: number | undefined;
  readonly tally: Tally | undefined;
}

const data = workerData as CrewData;
const port = parentPort as NonNullable<typeof parentPort>;

const prepared = await getReady();
const { run, check } = typeof prepared === "function" ? { run: prepared, check: undefined } : prepared;
port.on("message", (order: CrewOrder) => {
  void repeat(() => (order === "check" ? check?.() : run(order))).then((report) => port.postMessage(report));
});
port.postMessage("ready");

async function getReady(): Promise<Prepared> {
  if (data.processor !== undefined) pin(data.processor);
  if (data.arena) Arena.adopt(data.arena);
  const shared: Record<string, unknown> = { ...data.plain, port: data.port };
  for (const [name, handle] of Object.entries(data.handles)) shared[name] = fromHandle(handle);
  const contestant = groups
    .find((group) => group.name === data.group)
    ?.contestants.find(({ name }) => name === data.contestant);
  if (!contestant?.prepare) throw new Error(`no contestant ${data.contestant} in ${data.group}`);
  const { index, control, sectionTurns } = data;
  return contestant.prepare({ index, shared, control, sectionTurns });
}

async function repeat(act: () => ReturnType<Run>): Promise<CrewReport> {
  if (data.threads > 1) lineUp(data.control, data.threads);
  const start = now();
  const pending = act();
  // Awaiting what is no promise would cost a turn of the event loop in the measured time.
  const result = pending instanceof Promise ? await pending : pending;
  const end = now();
  return {
    start,
    end,
    elapsed: typeof result === "number" ? result : undefined,
    tally: typeof result === "object" ? result : undefined,
  };
}
