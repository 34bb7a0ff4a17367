// Two threads draw from one account without a lock. Both see enough money before either has taken its own: the account is overdrawn.
// Notes: 003 Account.

import { Value } from "@conc/atomics";
import { Event } from "@conc/condition";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

interface Account {
  accountNo: string;
  balance: Value<"i32">;
}

function draw({ accountNo, balance }: Account, amount: number, bankOpens: Event): void {
  const { name } = currentThread();
  bankOpens.wait();
  if (balance.value >= amount) {
    sleep(200); // counting the notes; meanwhile the other one looks at the balance
    balance.add(-amount);
    console.log(`${name} gets ${amount}, the balance of ${accountNo} is ${balance.value}`);
  } else {
    console.log(`${name} gets nothing, the balance of ${accountNo} is ${balance.value}`);
  }
}

tasks(import.meta, { draw });

if (isMainThread) {
  const account: Account = { accountNo: "12345", balance: new Value("i32", 1000) };
  const bankOpens = new Event();
  // The note's 100 and 200 are both there; 800 is there once.
  const customers = ["A", "B"].map((name) =>
    new Thread({ name, target: draw, args: [account, 800, bankOpens] }).start(),
  );
  while (customers.some(({ state }) => state !== "blocked")) sleep(1); // until both stand at the door
  bankOpens.set();
  for (const customer of customers) customer.join();
  const { value } = account.balance;
  console.log(value < 0 ? `overdrawn: ${value}` : `not overdrawn this time: ${value}`);
}
