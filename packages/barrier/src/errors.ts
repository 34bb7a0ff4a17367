import { InvalidStateError, registerErrors } from "@conc/atomics";

/**
 * Thrown to everyone who waits at a barrier that breaks, and to those who come before it is reset; the message says what broke it.
 *
 * @see CPython `threading.BrokenBarrierError`, a RuntimeError there as here an `InvalidStateError`.
 */
export class BrokenBarrierError extends InvalidStateError {
  override get name(): string {
    return "BrokenBarrierError";
  }
}

registerErrors({ BrokenBarrierError }, import.meta.url);
