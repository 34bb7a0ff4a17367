// What all pools are given to do.

/** Nothing at all. */
export function nothing(): void {}

/** How many primes there are below a number: work for the processor alone. */
export function primesBelow(end: number): number {
  let count = 0;
  for (let number = 2; number < end; number++) if (isPrime(number)) count++;
  return count;
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}
