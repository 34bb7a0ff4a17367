// Two threads send money to and fro between two accounts, each with a lock of its own: whoever takes the lock of the sender and then that
// of the receiver invites a deadlock. Here are the four ways out.
// Notes: 003.

import { AtomicInt32, DeadlockError, Value } from "@conc/atomics";
import { Event } from "@conc/condition";
import { Lock } from "@conc/lock";
import { isMainThread, sleep, Thread, tasks } from "@conc/thread";

interface Account {
  no: number;
  balance: Value<"i32">;
  lock: Lock;
}

interface Stage {
  go: Event;
  /** How often somebody gave up its lock and began anew. */
  givenUp: AtomicInt32;
}

function send(from: Account, to: Account, amount: number): void {
  from.balance.value -= amount;
  to.balance.value += amount;
}

/** 1. Nobody holds a second lock: take the money, let go, and only then bring it. */
function noSecondLock(from: Account, to: Account, amount: number): void {
  from.lock.runExclusive(() => {
    from.balance.value -= amount;
  });
  to.lock.runExclusive(() => {
    to.balance.value += amount;
  });
}

/** 2. All take the locks in one order, here that of the accounts' numbers. */
function oneOrder(from: Account, to: Account, amount: number): void {
  const [first, second] = from.no < to.no ? [from, to] : [to, from];
  using lock1 = first.lock.guard();
  sleep(1);
  using lock2 = second.lock.guard();
  send(from, to, amount);
}

/** 3. Nobody waits for ever for the second lock: who does not get it in time gives up the first one, and begins anew. */
function timedLock(from: Account, to: Account, amount: number, givenUp: AtomicInt32): void {
  while (!sendInTime(from, to, amount)) givenUp.add(1);
}

function sendInTime(from: Account, to: Account, amount: number): boolean {
  using lock1 = from.lock.guard();
  sleep(1);
  // Not the same time for all, or they would go on meeting.
  if (!to.lock.acquire({ timeout: 1 + 5 * Math.random() })) return false;
  send(from, to, amount);
  to.lock.release();
  return true;
}

/** 4. A deadlock is detected: one of those in it is told, gives up its lock, and begins anew. */
function detection(from: Account, to: Account, amount: number, givenUp: AtomicInt32): void {
  for (;;) {
    try {
      sendOrFail(from, to, amount);
      return;
    } catch (error) {
      if (!(error instanceof DeadlockError)) throw error;
      givenUp.add(1);
    }
  }
}

function sendOrFail(from: Account, to: Account, amount: number): void {
  using lock1 = from.lock.guard();
  sleep(1);
  using lock2 = to.lock.guard();
  send(from, to, amount);
}

const ways = { noSecondLock, oneOrder, timedLock, detection };

function sendOften(way: keyof typeof ways, from: Account, to: Account, amount: number, stage: Stage): void {
  stage.go.wait(); // so that both begin at once
  for (let i = 0; i < 20; i++) ways[way](from, to, amount, stage.givenUp);
}

tasks(import.meta, { sendOften });

if (isMainThread) {
  for (const way of Object.keys(ways)) {
    const a: Account = { no: 1, balance: new Value("i32", 1000), lock: new Lock() };
    const b: Account = { no: 2, balance: new Value("i32", 1000), lock: new Lock() };
    const stage: Stage = { go: new Event(), givenUp: new AtomicInt32() };
    const there = new Thread({ target: sendOften, args: [way, a, b, 3, stage] }).start();
    const back = new Thread({ target: sendOften, args: [way, b, a, 5, stage] }).start();
    while (there.state !== "blocked" || back.state !== "blocked") sleep(1);
    stage.go.set();
    there.join();
    back.join();
    console.log(`${way}: ${a.balance.value} and ${b.balance.value}, begun anew ${stage.givenUp.load()} times`);
  }
}
