import type { Checked } from "./arrivals.ts";
import type { Sample } from "./contestant.ts";

/** What came of one repetition. */
export interface Turn {
  /** Nanoseconds that it took. */
  readonly elapsed: number;
  readonly sample: Sample;
}

/** A contestant that is ready: threads of this process, or a part of a Python process. */
export interface Player {
  /** Does the thing `times` times, or until its time is over. */
  play(times: number): Promise<Turn>;
  /** Sends items, and resolves to how many arrived as they should; to undefined if there is nothing of the kind. */
  check(): Promise<Checked | undefined>;
  end(): Promise<void>;
}
