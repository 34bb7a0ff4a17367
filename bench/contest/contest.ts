// Holds a contest: every contestant gets ready and warm, then they take turns, A B C A B C, so that a slow moment of the machine
// hits all alike.

import type { Checked } from "./arrivals.ts";
import type { Contestant, Group, Metric, Sample } from "./contestant.ts";
import { Crew } from "./crew.ts";
import { LoadWatch } from "./load.ts";
import { whyTooOld } from "./newer-node.ts";
import type { Player } from "./player.ts";
import { PythonPlayer } from "./python.ts";

/** What is to be filled by one repetition of who counts, in nanoseconds. */
const REPETITION = 25e6;
/**
 * Everybody runs before anything counts until the compiler has settled: it goes by how often code has run, so at least so often; but at
 * least and at most so long, in nanoseconds. By the time alone, who sleeps in between would be measured cold, and on a slow machine more so.
 */
const WARM_UP = { operations: 50_000, atLeast: 120e6, atMost: 1e9 };
const REPETITIONS = 11;
/** Milliseconds between turns: for the finalizers of what was dropped, and for the scheduler to calm down. */
const PAUSE = 5;

/** What came of one contestant. */
export interface Performance {
  readonly contestant: Contestant;
  readonly samples: readonly Sample[];
  /** Whether all items arrived, where there are items. */
  readonly checked: Checked | undefined;
  /** Why there are no samples, or not all. */
  readonly problem: string | undefined;
  /** Whether that is an error, and not just something that is not there. */
  readonly failed: boolean;
}

/** The figures of one metric, in the order of the repetitions. */
export function seriesOf(performance: Performance | undefined, metric: Metric): number[] {
  return performance?.samples.map((sample) => sample[metric]).filter((value) => value !== undefined) ?? [];
}

/** What came of a contest under one version of Node. */
export interface Heat {
  /** The version. */
  readonly node: string;
  readonly performances: readonly Performance[];
  /** The share of the processors that other programs used meanwhile, from 0 to 1, if that is known. */
  readonly others: number | undefined;
}

/** Lets contestants of a group take their turns; one who fails drops out, and the others go on. */
export async function hold(group: Group, contestants: readonly Contestant[]): Promise<Heat> {
  const entries = await inTurn(contestants, (contestant) => Entry.of(group, contestant));
  const watch = new LoadWatch();
  for (let repetition = 0; repetition < (group.repetitions ?? REPETITIONS); repetition++) {
    await inTurn(entries, (entry) => entry.takeTurn());
  }
  const { others } = watch;
  await inTurn(entries, (entry) => entry.beChecked());
  await inTurn(entries, (entry) => entry.leave());
  return { node: process.version, performances: entries, others };
}

/** A contestant in a running contest. */
class Entry implements Performance {
  readonly contestant: Contestant;
  readonly samples: Sample[] = [];
  checked: Checked | undefined;
  problem: string | undefined;
  failed = false;
  #player: Player | undefined;
  #times = 1;

  private constructor(contestant: Contestant) {
    this.contestant = contestant;
    this.problem = contestant.absent ?? whyTooOld(contestant);
  }

  static async of(group: Group, contestant: Contestant): Promise<Entry> {
    const entry = new Entry(contestant);
    if (entry.problem !== undefined) return entry;
    await entry.#guarded(async () => {
      entry.#player = contestant.python ? new PythonPlayer(contestant) : await Crew.start(group, contestant);
      entry.#times = await warmUp(contestant, entry.#player);
    });
    return entry;
  }

  async takeTurn(): Promise<void> {
    await this.#guarded(async () => {
      const turn = await this.#player?.play(this.#times);
      if (turn) this.samples.push(turn.sample);
      await pause();
    });
  }

  async beChecked(): Promise<void> {
    await this.#guarded(async () => {
      this.checked = await this.#player?.check();
    });
  }

  async leave(): Promise<void> {
    await this.#player?.end();
    this.#player = undefined;
  }

  async #guarded(act: () => Promise<void>): Promise<void> {
    if (this.problem !== undefined) return;
    try {
      await act();
    } catch (error) {
      this.failed = true;
      this.problem = (error as Error).message;
      // Its threads may be in a loop, and would be in everybody's way.
      await this.leave();
    }
  }
}

/** Runs until warm, and finds how often the thing has to be done to fill a repetition. */
async function warmUp({ times, milliseconds }: Contestant, player: Player): Promise<number> {
  let next = times ?? 1;
  let spent = 0;
  let done = 0;
  while (spent < WARM_UP.atLeast || (done < WARM_UP.operations && spent < WARM_UP.atMost)) {
    const { elapsed, sample } = await player.play(next);
    spent += elapsed;
    done += elapsed / (sample.cost as number);
    // Not at once to where it seems to lead: the first figures are those of cold code.
    if (times === undefined && milliseconds === undefined) {
      next = Math.max(1, Math.round(next * Math.min(8, REPETITION / Math.max(elapsed, 1))));
    }
    await pause();
  }
  return next;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE));
}

/** As `Promise.all`, one after the other. */
async function inTurn<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await act(item));
  return results;
}
