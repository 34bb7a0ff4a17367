// Bugs put in on purpose, each a classic: the checker finds them and shows how.

import { AtomicInt32, type Place, registerClass, SharedObject } from "@conc/atomics";
import { Lock } from "@conc/lock";
import { describe, expect, it } from "vitest";
import { type Bounds, explore, InterleavingError, type Program, type Scenario, type Shared } from "../../src/index.ts";

/** What the checker has to say of a scenario that ends badly; the schedule is printed. */
async function problemOf<S extends Shared<S>>(scenario: Scenario<S>, bounds?: Bounds): Promise<InterleavingError> {
  const error = await explore(scenario, bounds).catch((reason) => reason);
  if (!(error instanceof InterleavingError)) throw new Error("no schedule ends badly", { cause: error });
  console.log(error.message);
  return error;
}

/** What follows each other in a schedule, though not at once. */
function expectInOrder(schedule: readonly string[], ...parts: RegExp[]): void {
  let at = 0;
  for (const part of parts) {
    const found = schedule.findIndex((line, index) => index >= at && part.test(line));
    expect(found, `${part} from line ${at} on of\n${schedule.join("\n")}`).toBeGreaterThanOrEqual(0);
    at = found + 1;
  }
}

/** A number of permits, on which all sleep who find none. */
class SparingSemaphore extends SharedObject {
  constructor(place?: Place) {
    super(4, place);
  }

  get [Symbol.toStringTag](): string {
    return "SparingSemaphore";
  }

  acquire(): void {
    for (;;) {
      const permits = Atomics.load(this.words, this.base);
      if (permits === 0) Atomics.wait(this.words, this.base, 0);
      else if (Atomics.compareExchange(this.words, this.base, permits, permits - 1) === permits) return;
    }
  }

  release(): void {
    // The bug: the second of two releases wakes nobody, though two sleep.
    if (Atomics.add(this.words, this.base, 1) === 0) Atomics.notify(this.words, this.base, 1);
  }

  protected describe(): string {
    return String(Atomics.load(this.words, this.base));
  }
}
registerClass("SparingSemaphore", import.meta.url, SparingSemaphore);

/** A condition that is a number, counted up by each notify. */
class LateCondition extends SharedObject {
  constructor(place?: Place) {
    super(4, place);
  }

  get [Symbol.toStringTag](): string {
    return "LateCondition";
  }

  wait(lock: Lock): void {
    lock.release();
    // The bug: a notify between the release and this line is missed.
    const sequence = Atomics.load(this.words, this.base);
    Atomics.wait(this.words, this.base, sequence);
    lock.acquire();
  }

  notifyAll(): void {
    Atomics.add(this.words, this.base, 1);
    Atomics.notify(this.words, this.base);
  }

  protected describe(): string {
    return String(Atomics.load(this.words, this.base));
  }
}
registerClass("LateCondition", import.meta.url, LateCondition);

/** The real lock, except that a waiter who leaves the line does not mark the word anew for the others. */
class ForgetfulLock extends Lock {
  override get [Symbol.toStringTag](): string {
    return "ForgetfulLock";
  }

  override changed(empty: boolean): boolean {
    return empty && super.changed(empty);
  }
}
registerClass("ForgetfulLock", import.meta.url, ForgetfulLock);

/** A lock that looks first and locks then, each in one step, but not both. */
class TwoStepLock extends SharedObject {
  constructor(place?: Place) {
    super(4, place);
  }

  get [Symbol.toStringTag](): string {
    return "TwoStepLock";
  }

  acquire(): void {
    while (Atomics.load(this.words, this.base) !== 0) Atomics.wait(this.words, this.base, 1);
    Atomics.store(this.words, this.base, 1);
  }

  release(): void {
    Atomics.store(this.words, this.base, 0);
    Atomics.notify(this.words, this.base);
  }

  protected describe(): string {
    return String(Atomics.load(this.words, this.base));
  }
}
registerClass("TwoStepLock", import.meta.url, TwoStepLock);

describe("the checker finds", () => {
  it("a semaphore that wakes only when the first permit comes", async () => {
    interface Shared {
      readonly permits: SparingSemaphore;
    }
    const acquire: Program<Shared> = ({ permits }) => permits.acquire();
    const { message, schedule } = await problemOf<Shared>({
      share: () => ({ permits: new SparingSemaphore() }),
      agents: {
        A: acquire,
        B: acquire,
        C({ permits }) {
          permits.release();
          permits.release();
        },
      },
    });
    expect(message).toMatch(/^deadlock: nobody is left who could wake [AB] at permits.VALUE/);
    expectInOrder(
      schedule,
      /^[AB] {2}wait permits.VALUE while 0/,
      /^[AB] {2}wait permits.VALUE while 0/,
      /^C {2}add permits.VALUE 1, was 0/,
      /^C {2}notify permits.VALUE: wakes 1/,
      /^C {2}add permits.VALUE 1, was 1/,
    );
  });

  it("a condition that reads its sequence after unlocking", async () => {
    interface Shared {
      readonly lock: Lock;
      readonly changed: LateCondition;
      readonly items: AtomicInt32;
    }
    const { message, schedule } = await problemOf<Shared>({
      share: () => ({ lock: new Lock(), changed: new LateCondition(), items: new AtomicInt32(0) }),
      agents: {
        A({ lock, changed, items }) {
          lock.acquire();
          while (items.load() === 0) changed.wait(lock);
          lock.release();
        },
        B({ lock, changed, items }) {
          lock.acquire();
          items.add(1);
          changed.notifyAll();
          lock.release();
        },
      },
    });
    expect(message).toMatch(/^deadlock: nobody is left who could wake A at changed.VALUE/);
    expectInOrder(
      schedule,
      /^A {2}compareExchange lock.VALUE: A -> 0/,
      /^B {2}compareExchange lock.VALUE: 0 -> B/,
      /^B {2}notify changed.VALUE: wakes 0/,
      /^A {2}load changed.VALUE = 1/,
      /^A {2}wait changed.VALUE while 1/,
    );
  });

  it("a lock that drops the mark of those who wait", async () => {
    interface Shared {
      readonly lock: ForgetfulLock;
    }
    const visit: Program<Shared> = ({ lock }) => {
      lock.acquire();
      lock.release();
    };
    const { message, schedule } = await problemOf<Shared>(
      { share: () => ({ lock: new ForgetfulLock() }), agents: { A: visit, B: visit, C: visit } },
      { preemptions: 2 },
    );
    expect(message).toMatch(/^deadlock: nobody is left who could wake .*self.STATE/);
    expectInOrder(
      schedule,
      // Two sleep, one of them is woken, acquires and releases, and sees no mark.
      /wait [ABC].self.STATE while WAITING/,
      /wait [ABC].self.STATE while WAITING/,
      /and lock.VALUE .* was [ABC]\|WAITERS/,
      /notify [ABC].self.STATE: wakes 1/,
      /compareExchange lock.VALUE: 0 -> [ABC]$/,
      /compareExchange lock.VALUE: [ABC] -> 0$/,
    );
  });

  it("a lock that lets two in", async () => {
    interface Shared {
      readonly lock: TwoStepLock;
      readonly inside: AtomicInt32;
    }
    const visit: Program<Shared> = ({ lock, inside }) => {
      lock.acquire();
      expect(inside.add(1)).toBe(0);
      inside.add(-1);
      lock.release();
    };
    const { message, schedule } = await problemOf<Shared>({
      share: () => ({ lock: new TwoStepLock(), inside: new AtomicInt32(0) }),
      agents: { A: visit, B: visit },
    });
    expect(message).toMatch(/^[AB] threw AssertionError/);
    expectInOrder(
      schedule,
      /load lock.VALUE = 0/,
      /load lock.VALUE = 0/,
      /inside.VALUE 1, was 0/,
      /inside.VALUE 1, was 1/,
    );
  });

  it("an agent that goes round in circles", async () => {
    const { message } = await problemOf(
      {
        share: () => ({ word: new AtomicInt32(0) }),
        agents: {
          A({ word }) {
            while (word.load() === 0) word.compareExchange(1, 2);
          },
        },
      },
      { operations: 500 },
    );
    expect(message).toMatch(/^livelock: A has done 501 operations/);
  });

  it("a wrong end", async () => {
    const count: Program<{ readonly word: AtomicInt32 }> = ({ word }) => {
      word.store(word.load() + 1);
    };
    const { message } = await problemOf({
      share: () => ({ word: new AtomicInt32(0) }),
      agents: { A: count, B: count },
      check: ({ word }) => expect(word.load()).toBe(2),
    });
    expect(message).toMatch(/^the end is wrong: AssertionError: expected 1 to be 2/);
  });
});
