import { BlockingNotAllowedError } from "./errors.ts";

/**
 * What a thread that must not sleep is told.
 *
 * @param asyncForm What to call instead.
 */
export function blockingNotAllowed(asyncForm: string): BlockingNotAllowedError {
  return new BlockingNotAllowedError(
    `a browser's main thread, and one without shared memory, must not block: use ${asyncForm}()`,
  );
}
