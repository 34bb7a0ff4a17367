/** Where an event stands in its heap. */
export let positionOf: (event: ScheduledEvent) => number;

/** Notes where an event stands. */
export let moveTo: (event: ScheduledEvent, position: number) => void;

/** What a scheduler runs, and when. Made by `enter` and `enterAbs`; good for {@link Scheduler.cancel}. */
export class ScheduledEvent {
  /** When it is due, in the units of the scheduler's clock. */
  readonly time: number;
  /** Among events of the same time the lowest comes first. */
  readonly priority: number;
  /** How many events were entered before it: the earliest comes first among those of the same time and priority. */
  readonly sequence: number;
  readonly action: (...args: any[]) => unknown;
  readonly args: readonly unknown[];
  /** Where it stands in its heap; where it stood, once it does no more. */
  #position = 0;

  constructor(
    time: number,
    priority: number,
    sequence: number,
    action: (...args: any[]) => unknown,
    args: readonly unknown[],
  ) {
    this.time = time;
    this.priority = priority;
    this.sequence = sequence;
    this.action = action;
    this.args = args;
  }

  // For the heap alone.
  static {
    positionOf = (event) => event.#position;
    moveTo = (event, position) => {
      event.#position = position;
    };
  }
}

/** Below zero if the first is to run first. Actions are never compared. */
export function inOrder(one: ScheduledEvent, other: ScheduledEvent): number {
  return one.time - other.time || one.priority - other.priority || one.sequence - other.sequence;
}
