import { Scheduler } from "../src/index.ts";

/** A scheduler on a clock that only its own delays move, and the delays that it asked for. */
export class FakeClock {
  now = 0;
  readonly delays: number[] = [];
  readonly scheduler: Scheduler = new Scheduler({
    timefunc: () => this.now,
    delayfunc: (delay) => this.delay(delay),
  });

  /** What a delay does; a test may put something else here. */
  delay: (delay: number) => unknown = (delay) => {
    this.delays.push(delay);
    this.now += delay;
  };
}
