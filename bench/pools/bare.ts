// The floor: bare workers and messages, no more than has to be.

import { parentPort } from "node:worker_threads";
import { nothing, primesBelow } from "./jobs.ts";

/** A call, by its number; of a chunk the argument is the inputs. */
export type Call = readonly [id: number, name: keyof typeof jobs, argument: any];

const jobs = { nothing, primesBelow, chunk: (inputs: number[]) => inputs.map(nothing) };

const port = parentPort as NonNullable<typeof parentPort>;
port.on("message", ([id, name, argument]: Call) => {
  port.postMessage([id, jobs[name](argument as never)]);
});
