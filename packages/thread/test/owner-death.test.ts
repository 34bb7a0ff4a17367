import { NotOwnerError, OwnerDiedError } from "@conc/atomics";
import { Condition, Event } from "@conc/condition";
import { Lock, RLock, Semaphore } from "@conc/lock";
import { Queue } from "@conc/queue";
import { until } from "@conc/testkit";
import { newSlate, read, type Slate } from "@conc/testkit/slate.ts";
import { setExcepthook, Thread } from "@conc/thread";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as dying from "./workers/dying.ts";

/** Milliseconds within which the next one has the lock, from when its owner was seen to be dead. */
const PROMPTLY = 200;

/** How often those who die at random moments do so. */
const ROUNDS = Number(process.env.CONC_ROUNDS ?? 10);

const DEATHS: readonly dying.Death[] = ["terminated", "throws", "exits", "out of memory"];

const PRIMITIVES: Record<string, () => dying.Owned> = {
  Lock: () => new Lock(),
  RLock: () => new RLock(),
  Condition: () => new Condition(),
};

/** Who acquires next, and what main does meanwhile. */
const HEIRS = [
  { who: "a thread", form: "sync", main: "free" },
  { who: "a thread", form: "sync", main: "blocked" },
  { who: "a thread", form: "async", main: "free" },
  { who: "a thread", form: "async", main: "blocked" },
  { who: "main", form: "sync", main: "blocked" },
  { who: "main", form: "async", main: "free" },
] as const;

// While main has not blocked yet, it supervises its threads by itself: so these come first.
const CASES = DEATHS.flatMap((death) =>
  Object.keys(PRIMITIVES).flatMap((name) =>
    ["waiting", "new"].flatMap((when) => HEIRS.map((heir) => ({ death, name, when, ...heir }))),
  ),
).sort((one, other) => other.main.localeCompare(one.main));

type Case = (typeof CASES)[number];

let before: ReturnType<typeof setExcepthook>;
beforeAll(() => {
  // Threads that throw and run out of memory are what this is about.
  before = setExcepthook(() => {});
});
afterAll(() => {
  setExcepthook(before);
});

/** A thread holds a lock three deep, if that can be, and can be told to die. */
function startOwner(death: dying.Death, lock: dying.Owned | Semaphore): { owner: Thread; held: Event; die: Event } {
  const [held, die] = [new Event(), new Event()];
  const resourceLimits = death === "out of memory" ? { maxOldGenerationSizeMb: 24 } : {};
  const depth = lock instanceof RLock || lock instanceof Condition ? 3 : 1;
  const args = [death, lock, depth, held, die];
  return { owner: new Thread({ target: dying.holdsAndDies, args, resourceLimits }).start(), held, die };
}

/** Shows that a lock is in nobody's hands and bears the mark of a dead owner, and takes it off. */
function mend(lock: dying.Owned): void {
  expect(lock.locked).toBe(false);
  expect(() => lock.acquire()).toThrow(OwnerDiedError);
  lock.recover();
  lock.release();
  expect([lock.acquire(), lock.locked]).toEqual([true, true]);
  lock.release();
  expect(lock.locked).toBe(false);
}

/** A thread that does what it is told, one thing after the other. */
class Servant {
  /** What came of the last order. */
  readonly slate: Slate = newSlate();
  readonly #orders = new Queue<dying.Order>();

  constructor() {
    new Thread({ target: dying.serves, args: [this.#orders, this.slate] }).start();
  }

  /** Has something done; what it gives is set when it is. */
  tell(task: dying.Order["task"], ...args: unknown[]): Event {
    const done = new Event();
    this.#orders.put({ task, args, done });
    return done;
  }

  dismiss(): void {
    this.#orders.shutdown();
  }
}

let someone: Servant;
let executioner: Servant;
beforeAll(() => {
  [someone, executioner] = [new Servant(), new Servant()];
});
afterAll(() => {
  for (const servant of [someone, executioner]) servant.dismiss();
});

async function outlives({ death, name, when, who, form, main }: Case): Promise<void> {
  const lock = (PRIMITIVES[name] as () => dying.Owned)();
  const { owner, held, die } = startOwner(death, lock);
  const [ready, go] = [new Event(), new Event()];
  const heir = who === "a thread" && someone.tell(dying.inheritsWhen, [ready, go], form, lock);
  const line = [lock, when === "waiting" ? 1 : 0];
  const execution = executioner.tell(dying.executes, owner, death, line, [held, die]);
  const settles = (done: Event): Promise<boolean> | boolean => (main === "blocked" ? done.wait() : done.waitAsync());
  await held.waitAsync();
  // What it takes a thread to come up is not counted as time that the heir has to wait.
  if (heir) await ready.waitAsync();

  if (when === "new") await settles(execution);
  go.set();
  const begin = dying.now();
  if (heir) await settles(heir);
  const heritage = heir ? read<dying.Heritage>(someone.slate) : await dying.inherits(form, lock);
  await settles(execution);

  expect(heritage).toMatchObject({ outcome: "OwnerDiedError", held: name === "RLock" ? 1 : true });
  const { at } = heritage as dying.Heritage;
  const { dead, lag } = read<dying.Seen>(executioner.slate) as dying.Seen;
  // On a busy machine nobody may expect more than the one who had only to look, and did not run for so long.
  expect(at - (when === "waiting" ? dead : begin)).toBeLessThan(PROMPTLY + 10 * lag);
  // The heir has not said that all is in order.
  mend(lock);
}

describe("a thread that dies with a lock leaves it to the next one, who learns of it", () => {
  it.each(CASES)("LK-017 LK-069 TH-088 $name, $death: $who, $form and $when, with main $main", outlives);
});

/** A thread that has died with the lock in its hands. */
async function die(lock: dying.Owned): Promise<void> {
  const { owner, held } = startOwner("terminated", lock);
  await held.waitAsync();
  await owner.terminate();
}

describe.each(Object.entries(PRIMITIVES))("the %s of a dead thread", (_name, make) => {
  const scopes: Record<string, (lock: dying.Owned, enter: () => void) => unknown> = {
    guard: (lock) => lock.guard(),
    guardAsync: (lock) => lock.guardAsync(),
    runExclusive: (lock, enter) => lock.runExclusive(enter),
    runExclusiveAsync: (lock, enter) => lock.runExclusiveAsync(enter),
  };

  it.each(Object.entries(scopes))("is not held after %s, which throws", async (_scope, open) => {
    const lock = make();
    await die(lock);
    let entered = false;
    const outcome = async (): Promise<unknown> =>
      open(lock, () => {
        entered = true;
      });
    for (let time = 0; time < 2; time++) await expect(outcome()).rejects.toThrow(OwnerDiedError);
    expect(entered).toBe(false);
    mend(lock);
  });

  it("is marked anew when its heir dies as well", async () => {
    const lock = make();
    await die(lock);
    expect(() => lock.acquire()).toThrow(OwnerDiedError);
    lock.recover();
    lock.release();
    await die(lock);
    expect(lock.locked).toBe(true);
    expect(() => lock.tryAcquire()).toThrow(OwnerDiedError);
    lock.release();
    mend(lock);
  });

  it("is left to the next one when an async task held it", async () => {
    const lock = make();
    const held = new Event();
    const owner = new Thread({ target: dying.holdsAsync, args: [lock, held] }).start();
    await held.waitAsync();
    const next = dying.inherits("async", lock);
    await owner.terminate();
    expect(await next).toMatchObject({ outcome: "OwnerDiedError" });
    mend(lock);
  });
});

describe("the plain Lock of a dead thread", () => {
  it("that was released by others before is a signal: the death means nothing", async () => {
    const lock = new Lock();
    const { owner, held } = startOwner("terminated", lock);
    await held.waitAsync();
    lock.release();
    await owner.terminate();
    await die(lock);
    expect([lock.locked, lock.tryAcquire(), lock.acquire({ timeout: 20 })]).toEqual([true, false, false]);
    lock.release();
    expect(lock.acquire()).toBe(true);
    lock.release();
  });

  it("is mended by a release", async () => {
    const lock = new Lock();
    await die(lock);
    lock.release();
    expect([lock.locked, lock.acquire()]).toEqual([false, true]);
    lock.release();
    // Which did not make it a signal.
    await die(lock);
    expect(() => lock.acquire()).toThrow(OwnerDiedError);
  });
});

describe("the RLock of a dead thread", () => {
  it("can not be released before it was acquired", async () => {
    const lock = new RLock();
    await die(lock);
    expect(() => lock.release()).toThrow(NotOwnerError);
    expect(() => lock.acquire()).toThrow(OwnerDiedError);
    expect([lock.owned, lock.depth]).toEqual([true, 1]);
  });
});

describe("a Semaphore", () => {
  it("does not get back the permits of a thread that dies", async () => {
    const semaphore = new Semaphore(2);
    const { owner, held } = startOwner("terminated", semaphore);
    await held.waitAsync();
    await owner.terminate();
    expect(semaphore.value).toBe(1);
    expect([semaphore.acquire(), semaphore.tryAcquire()]).toEqual([true, false]);
    semaphore.release(2);
    expect(semaphore.value).toBe(2);
  });
});

describe("a Condition whose notifier dies with the lock", () => {
  it.each(["sync", "async"])("lets those go on whom it has notified, and tells one of them: %s", async (form) => {
    const condition = new Condition();
    const answers = [newSlate(), newSlate()];
    const waiters = answers.map((answer) => {
      const waits = new Event();
      const args = [form, condition, waits, answer];
      return { waits, thread: new Thread({ target: dying.waitsForNotification, args }).start() };
    });
    for (const { waits } of waiters) await waits.waitAsync();
    const notified = new Event();
    const notifier = new Thread({ target: dying.notifiesAndDies, args: [condition, notified] }).start();
    await notified.waitAsync();
    await notifier.terminate();
    for (const { thread } of waiters) await thread.joinAsync();
    expect(answers.map((answer) => read<string>(answer)).sort()).toEqual(["OwnerDiedError", "true"]);
    expect(condition.locked).toBe(false);
  });
});

const HANDED: Record<string, () => Lock | Semaphore> = {
  Lock: () => new Lock(),
  RLock: () => new RLock(),
  Semaphore: () => new Semaphore(1),
};

/**
 * Hands a lock or permit to an async waiter of a thread that does not return to its event loop.
 *
 * @returns undefined if the waiter was quicker than is needed for that.
 */
async function handToOneThatSleepsNot(
  what: Lock | Semaphore,
): Promise<{ what: Lock | Semaphore; heir: Thread } | undefined> {
  what.acquire();
  const [waits, spin, spins] = [new Event(), new Event(), new Event()];
  const heir = new Thread({ target: dying.waitsAsync, args: [what, waits, spin, spins] }).start();
  await waits.waitAsync();
  what.release();
  // It looks before it is told to spin, and from then on it has been waiting for too long.
  const quicker = what.tryAcquire();
  spin.set();
  await spins.waitAsync();
  await new Promise((resolve) => setTimeout(resolve, 5));
  if (quicker) what.release();
  else await heir.terminate();
  return quicker ? { what, heir } : undefined;
}

describe.each(Object.entries(HANDED))("a waiter of a %s that dies", (_name, make) => {
  it("passes on the signal that it got", async () => {
    const what = make();
    what.acquire();
    const waits = new Event();
    const spin = new Event();
    spin.set();
    const first = new Thread({ target: dying.waitsAsync, args: [what, waits, spin, waits] }).start();
    await waits.waitAsync();
    const next = what.acquireAsync();
    what.release();
    await first.terminate();
    expect(await next).toBe(true);
  });

  it("gives back what was handed to it, and nobody has died with that", async () => {
    let handed: { what: Lock | Semaphore; heir: Thread } | undefined;
    while (!handed) handed = await handToOneThatSleepsNot(make());
    const { what, heir } = handed;
    expect(what.tryAcquire()).toBe(false);
    await heir.terminate();
    expect(what.locked).toBe(false);
    expect(what.acquire()).toBe(true);
  });

  it("leaves nobody hanging, in whatever moment it dies", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const what = make();
      const crowd = Array.from({ length: 3 }, () => {
        const waits = new Event();
        return { waits, thread: new Thread({ target: dying.wantsForEver, args: [what, waits] }).start() };
      });
      for (const { waits } of crowd) await waits.waitAsync();
      const gaveUp = new AbortController();
      const survivor = what.acquireAsync({ signal: gaveUp.signal }).then(String, ({ name }) => name);
      for (const { thread } of crowd) await thread.terminate();
      if (what instanceof Semaphore) {
        // A permit that died with one who held it is no more; one that there is goes to who waits for it.
        await until("there is none", () => what.value === 0);
        gaveUp.abort();
        expect(["true", "AbortError"]).toContain(await survivor);
      } else {
        expect(["true", "OwnerDiedError"]).toContain(await survivor);
      }
    }
  });
});
