// The threads of one contestant, seen from the main thread. They are plain workers, not threads of this library: what starts and
// stops a measurement should not be what is measured.

import { type MessagePort, Worker } from "node:worker_threads";
import { Arena, type Handle, isShareable, toHandle } from "@conc/atomics";
import { processorFor } from "./affinity.ts";
import { type Checked, reckon } from "./arrivals.ts";
import type { Contestant, Group, Sample, Shared } from "./contestant.ts";
import { COUNTER, makeControl, reset, STOP } from "./control.ts";
import type { CrewData, CrewOrder, CrewReport } from "./crew-thread.ts";
import type { Player, Turn } from "./player.ts";
import { sectionTurns } from "./section.ts";

/** Milliseconds after which a repetition counts as hung: the longest takes half a second. */
const PATIENCE = 10_000;

/** A contestant in threads of this process. */
export class Crew implements Player {
  readonly #contestant: Contestant;
  readonly #workers: readonly Worker[];
  readonly #control: Int32Array;
  readonly #shared: Shared;

  private constructor(contestant: Contestant, workers: readonly Worker[], control: Int32Array, shared: Shared) {
    this.#contestant = contestant;
    this.#shared = shared;
    this.#workers = workers;
    this.#control = control;
  }

  static async start(group: Group, contestant: Contestant): Promise<Crew> {
    const { threads = 1, affinity } = contestant;
    const control = makeControl();
    const { ports = [], ...shared } = ((await contestant.share?.()) ?? {}) as { ports?: MessagePort[] };
    const primitives = Object.entries(shared).filter(([, value]) => isShareable(value));
    const plain = Object.entries(shared).filter(([, value]) => !isShareable(value));
    const workers = Array.from({ length: threads }, (_, index) => {
      const workerData: CrewData = {
        group: group.name,
        contestant: contestant.name,
        index,
        threads,
        control,
        sectionTurns: sectionTurns(),
        processor: affinity && processorFor(affinity, index),
        arena: primitives.length > 0 ? (Arena.default.buffer as SharedArrayBuffer) : undefined,
        handles: Object.fromEntries(
          primitives.map(([name, value]): [string, Handle] => [name, toHandle(value as never)]),
        ),
        plain: Object.fromEntries(plain),
        port: ports[index],
      };
      const transferList = ports.slice(index, index + 1);
      return new Worker(new URL("./thread.mjs", import.meta.url), { workerData, transferList });
    });
    const crew = new Crew(contestant, workers, control, shared);
    try {
      await crew.#answers(() => {});
      return crew;
    } catch (error) {
      await crew.end();
      throw error;
    }
  }

  async play(times: number): Promise<Turn> {
    reset(this.#control);
    const { milliseconds, operations = 1, untilAll } = this.#contestant;
    const reports = await this.#answers(() => {
      this.#order(times);
      if (milliseconds !== undefined) setTimeout(() => Atomics.store(this.#control, STOP, 1), milliseconds);
    });
    if (milliseconds !== undefined) return this.#reckon(reports);
    const [first] = reports as [CrewReport];
    const elapsed = untilAll ? wholeTime(reports) : (first.elapsed ?? first.end - first.start);
    return { elapsed, sample: { cost: elapsed / (times * operations) } };
  }

  async check(): Promise<Checked | undefined> {
    const { arrivals } = this.#shared as { arrivals?: Int32Array };
    if (!arrivals) return undefined;
    reset(this.#control);
    await this.#answers(() => this.#order("check"));
    return reckon(arrivals);
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** The figures of a repetition that ran until it was stopped, if its total is right. */
  #reckon(reports: readonly CrewReport[]): Turn {
    const tallies = reports.map(({ tally }) => tally as NonNullable<typeof tally>);
    const counts = tallies.map(({ operations }) => operations);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const counted = Atomics.load(this.#control, COUNTER) >>> 0;
    if (counted !== total) throw new Error(`the total is wrong: ${total} sections, but ${counted} were counted`);
    const elapsed = wholeTime(reports);
    const sample: Sample = {
      cost: elapsed / total,
      ...(counts.length > 1 && { share: Math.min(...counts) / Math.max(...counts) }),
      longestWait: Math.max(...tallies.map(({ longestWait = 0 }) => longestWait)),
    };
    return { elapsed, sample };
  }

  #order(order: CrewOrder): void {
    for (const worker of this.#workers) worker.postMessage(order);
  }

  /** Asks, and resolves to one answer of each thread; rejects if a thread fails or none comes in time. */
  #answers(ask: () => void): Promise<CrewReport[]> {
    return new Promise((resolve, reject) => {
      const answers: CrewReport[] = [];
      let missing = this.#workers.length;
      const listeners = this.#workers.map((worker, index) => {
        const receive = (answer: CrewReport) => {
          answers[index] = answer;
          if (--missing === 0) settle(() => resolve(answers));
        };
        const fail = (error: Error) => settle(() => reject(error));
        const ended = (code: number) => fail(new Error(`a thread ended with code ${code}`));
        worker.on("message", receive).on("error", fail).on("exit", ended);
        return () => worker.off("message", receive).off("error", fail).off("exit", ended);
      });
      const timer = setTimeout(
        () => settle(() => reject(new Error(`hung: ${missing} of ${this.#workers.length} threads did not answer`))),
        PATIENCE,
      );
      // Not `removeAllListeners`, which takes away the worker's own ones too: no message would come any more.
      function settle(then: () => void): void {
        clearTimeout(timer);
        for (const remove of listeners) remove();
        then();
      }
      ask();
    });
  }
}

/** From the first thread's start to the last one's end. */
function wholeTime(reports: readonly CrewReport[]): number {
  return Math.max(...reports.map(({ end }) => end)) - Math.min(...reports.map(({ start }) => start));
}
