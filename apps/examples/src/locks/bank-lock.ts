// The two threads of bank-unsafe, but whoever looks at the balance holds a lock until the money is taken: the second one sees what
// the first one left.
// Notes: 003.

import { Value } from "@conc/atomics";
import { Event } from "@conc/condition";
import { Lock } from "@conc/lock";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

interface Account {
  accountNo: string;
  balance: Value<"i32">;
  lock: Lock;
}

function draw({ accountNo, balance, lock }: Account, amount: number, bankOpens: Event): void {
  const { name } = currentThread();
  bankOpens.wait();
  using guard = lock.guard();
  if (balance.value >= amount) {
    sleep(200); // counting the notes; meanwhile the other one waits for the lock
    balance.value -= amount;
    console.log(`${name} gets ${amount}, the balance of ${accountNo} is ${balance.value}`);
  } else {
    console.log(`${name} gets nothing, the balance of ${accountNo} is ${balance.value}`);
  }
}

tasks(import.meta, { draw });

if (isMainThread) {
  const account: Account = { accountNo: "12345", balance: new Value("i32", 1000), lock: new Lock() };
  const bankOpens = new Event();
  const customers = ["A", "B"].map((name) =>
    new Thread({ name, target: draw, args: [account, 800, bankOpens] }).start(),
  );
  while (customers.some(({ state }) => state !== "blocked")) sleep(1); // until both stand at the door
  bankOpens.set();
  for (const customer of customers) customer.join();
  console.log(`left on the account: ${account.balance.value}`);
}
