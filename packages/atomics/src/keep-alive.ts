/** The longest interval that timers of the platform can count, or nearly. */
const INTERVAL = 2 ** 30;

let pending = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** An async wait begins: it keeps Node, Bun and Deno alive, which a pending promise or `waitAsync` does not. Each needs a `mayEnd`. */
export function stayAlive(): void {
  if (pending++ === 0) timer = setInterval(() => {}, INTERVAL);
}

/** It is over. */
export function mayEnd(): void {
  if (--pending === 0) clearInterval(timer);
}
