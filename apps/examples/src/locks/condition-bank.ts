// One thread draws, three deposit, and a condition makes them take turns: there is a deposit before each withdrawal, and no second
// deposit before that.
// Notes: 003 线程通信.

import { Value } from "@conc/atomics";
import { Condition } from "@conc/condition";
import { currentThread, isMainThread, Thread, tasks } from "@conc/thread";

interface Account {
  changed: Condition;
  balance: Value<"i32">;
  /** The flag: whose turn it is. */
  deposited: Value<"bool">;
}

function drawMany({ changed, balance, deposited }: Account, amount: number, times: number): void {
  for (let i = 0; i < times; i++) {
    using guard = changed.guard();
    changed.waitFor(() => deposited.value);
    balance.value -= amount;
    console.log(`${currentThread().name} draws ${amount}, the balance is ${balance.value}`);
    deposited.value = false;
    changed.notifyAll();
  }
}

function depositMany({ changed, balance, deposited }: Account, amount: number, times: number): void {
  for (let i = 0; i < times; i++) {
    using guard = changed.guard();
    changed.waitFor(() => !deposited.value);
    balance.value += amount;
    console.log(`${currentThread().name} deposits ${amount}, the balance is ${balance.value}`);
    deposited.value = true;
    // All, not one: it might wake another depositor, who can not go on either.
    changed.notifyAll();
  }
}

tasks(import.meta, { drawMany, depositMany });

if (isMainThread) {
  const account: Account = {
    changed: new Condition(),
    balance: new Value("i32", 0),
    deposited: new Value("bool", false),
  };
  const threads = [new Thread({ name: "A", target: drawMany, args: [account, 800, 6] })];
  for (const name of ["B", "C", "D"]) {
    threads.push(new Thread({ name, target: depositMany, args: [account, 800, 2] }));
  }
  for (const thread of threads) thread.start();
  for (const thread of threads) thread.join();
  console.log(`at the end the balance is ${account.balance.value}`);
}
