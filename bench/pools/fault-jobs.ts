// What goes wrong in tasks.

export function echo(value: unknown): unknown {
  return value;
}

export function exit(code: number): void {
  process.exit(code);
}

/** Has a result, and fails afterwards. */
export function failLater(): string {
  setTimeout(() => {
    throw new Error("later");
  }, 20);
  return "result";
}

export function giveFunction(): unknown {
  return { inside: () => {} };
}

export function fillHeap(): void {
  const kept: unknown[] = [];
  for (;;) kept.push(new Array(10_000).fill(0.5));
}

export async function nap(ms: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return ms;
}

export function spin(ms: number): number {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}
