/** Where the frames of a stack begin, behind the message. */
const FRAMES = /\n\s+at /;
const BETWEEN = "\n    --- where it was thrown: ---";

/**
 * Puts the stack of an error that came from another thread below that of whoever asks for it here, by a call of `asked`: of callers that
 * are blocked, or await that call. What is no error stays as it is.
 */
export function putBelow(error: unknown, asked: (...args: any[]) => unknown): void {
  if (!(error instanceof Error) || typeof error.stack !== "string") return;
  // An engine that does tail calls may have forgotten `asked` already.
  const frames = framesHere(asked) || framesHere();
  const thrown = framesOf(error.stack, error.message);
  const head = error.stack.slice(0, error.stack.length - thrown.length);
  if (frames !== "") error.stack = `${head}${frames}${thrown && BETWEEN}${thrown}`;
}

/** The frames of this call, or those below that of a function. */
function framesHere(below?: (...args: any[]) => unknown): string {
  const here: { stack?: string } = {};
  Error.captureStackTrace?.(here, below);
  return framesOf(here.stack ?? "", "");
}

/** The frames of a stack. The message may have lines that look like such. */
function framesOf(stack: string, message: string): string {
  const behind = stack.slice(Math.max(0, stack.indexOf(message)) + message.length);
  const start = behind.search(FRAMES);
  return start < 0 ? "" : behind.slice(start);
}
