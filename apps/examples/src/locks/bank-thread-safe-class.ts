// A thread-safe class: several threads may use an account at once, each call gives the right answer and leaves the account in order.
// Beside it the same class for one thread alone, which locks nothing, and how much faster that is.
// Notes: 003.

import { Value } from "@conc/atomics";
import { Event } from "@conc/condition";
import { RLock } from "@conc/lock";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

const FORTUNE = 100_000;

/** What an account shares. Objects of classes reach a thread as plain ones, so each thread makes its own `SafeAccount` of this. */
interface AccountFields {
  readonly accountNo: string;
  readonly money: Value<"i32">;
  readonly lock: RLock;
}

class SafeAccount implements AccountFields {
  readonly accountNo: string;
  readonly money: Value<"i32">;
  readonly lock: RLock;

  constructor({ accountNo, money, lock }: AccountFields) {
    this.accountNo = accountNo;
    this.money = money;
    this.lock = lock;
  }

  /** Changes nothing, so it needs no lock. */
  get balance(): number {
    return this.money.value;
  }

  draw(amount: number): boolean {
    using guard = this.lock.guard();
    if (this.balance < amount) return false;
    this.money.value -= amount;
    return true;
  }

  /** Draws `amount`, or what is there. Holds the lock already when `draw` takes it: hence an RLock. */
  drawUpTo(amount: number): number {
    using guard = this.lock.guard();
    const drawn = Math.min(amount, this.balance);
    this.draw(drawn);
    return drawn;
  }
}

class FastAccount {
  readonly accountNo: string;
  balance: number;

  constructor(accountNo: string, balance: number) {
    this.accountNo = accountNo;
    this.balance = balance;
  }

  draw(amount: number): boolean {
    if (this.balance < amount) return false;
    this.balance -= amount;
    return true;
  }

  drawUpTo(amount: number): number {
    const drawn = Math.min(amount, this.balance);
    this.draw(drawn);
    return drawn;
  }
}

/** Draws until nothing is left. */
function empty(account: SafeAccount | FastAccount): number {
  let total = 0;
  for (let drawn = -1; drawn !== 0; total += drawn) drawn = account.drawUpTo(3);
  return total;
}

function customer(fields: AccountFields, bankOpens: Event): void {
  bankOpens.wait();
  console.log(`${currentThread().name} draws ${empty(new SafeAccount(fields))}`);
}

tasks(import.meta, { customer });

if (isMainThread) {
  const newAccount = () => new SafeAccount({ accountNo: "12345", money: new Value("i32", FORTUNE), lock: new RLock() });

  const account = newAccount();
  const bankOpens = new Event();
  const threads = ["A", "B", "C"].map((name) =>
    new Thread({ name, target: customer, args: [account, bankOpens] }).start(),
  );
  while (threads.some(({ state }) => state !== "blocked")) sleep(1);
  bankOpens.set();
  for (const thread of threads) thread.join();
  console.log(`there was ${FORTUNE}, left is ${account.balance}`);

  for (const alone of [newAccount(), new FastAccount("12345", FORTUNE)]) {
    const start = performance.now();
    const drawn = empty(alone);
    console.log(
      `one thread, ${alone.constructor.name}: draws ${drawn} in ${(performance.now() - start).toFixed(1)} ms`,
    );
  }
}
