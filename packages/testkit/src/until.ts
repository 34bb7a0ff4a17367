/**
 * Waits until `state()` is truthy, and gives that value: for tests that wait for a state and not for a time.
 *
 * @param what Names the state in the error.
 * @throws If it is not reached within ten seconds, which only a bug explains.
 */
export async function until<T>(what: string, state: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const value = await state();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`not reached within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
