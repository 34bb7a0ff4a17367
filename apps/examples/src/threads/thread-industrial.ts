// The version for every day: one thread class with parameters, several instances of it, and their results gathered at the end.
// Notes: 002 案例10.

import { Value } from "@conc/atomics";
import { isMainThread, Thread, tasks } from "@conc/thread";

/** Counts the primes from `from` up to, and without, `to`. */
class PrimeCounter extends Thread {
  from: number;
  to: number;
  // Shared, so that it comes back.
  found = new Value("i32");

  constructor(from: number, to: number) {
    super({ name: `primes from ${from} to ${to}` });
    this.from = from;
    this.to = to;
  }

  override run(): void {
    let found = 0;
    for (let n = this.from; n < this.to; n++) if (isPrime(n)) found++;
    this.found.value = found;
    console.log(`${this.name}: ${found}`);
  }
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return n > 1;
}

tasks(import.meta, { PrimeCounter });

if (isMainThread) {
  const counters = [0, 1, 2, 3].map((i) => new PrimeCounter(i * 250_000, (i + 1) * 250_000));
  for (const counter of counters) counter.start();
  for (const counter of counters) counter.join();
  const total = counters.reduce((sum, { found }) => sum + found.value, 0);
  console.log(`${total} primes below a million, counted by ${counters.length} threads`);
}
