// Compilers put calls of their own helpers into a function's code. One that travels as source has to find them again.

type Dispose = (this: unknown) => unknown;

/** What a block has taken with `using`: whether to await its release, how to release it, and what it is. */
type Stack = [async: boolean, dispose?: Dispose, value?: unknown][];

function using(stack: Stack, value: any, async = false): unknown {
  if (value === null || value === undefined) {
    if (async) stack.push([async]);
    return value;
  }
  if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected");
  const dispose = (async ? value[Symbol.asyncDispose] : undefined) ?? value[Symbol.dispose];
  if (typeof dispose !== "function") throw new TypeError("Object not disposable");
  stack.push([async, dispose, value]);
  return value;
}

function callDispose(stack: Stack, error: unknown, hasError: boolean): unknown {
  let failure = { has: hasError, error };
  const fail = (next: unknown): void => {
    failure = { has: true, error: failure.has ? suppress(next, failure.error) : next };
  };
  const release = (): unknown => {
    for (let taken = stack.pop(); taken; taken = stack.pop()) {
      const [async, dispose, value] = taken;
      try {
        const result = dispose?.call(value);
        if (async) return Promise.resolve(result).catch(fail).then(release);
      } catch (next) {
        fail(next);
      }
    }
    if (failure.has) throw failure.error;
  };
  return release();
}

/** An error while another one was on its way. */
function suppress(error: unknown, suppressed: unknown): Error {
  return Object.assign(new Error("An error was suppressed during disposal"), {
    name: "SuppressedError",
    error,
    suppressed,
  });
}

/** By the names under which esbuild and TypeScript call them. */
export const COMPILER_HELPERS: Record<string, unknown> = {
  // To keep the names of functions, and for fields.
  __name: (target: object, value: string) => Object.defineProperty(target, "name", { value, configurable: true }),
  __publicField: (object: object, key: PropertyKey, value: unknown) => {
    Object.defineProperty(object, key, { enumerable: true, configurable: true, writable: true, value });
    return value;
  },
  // For `using` and `await using`.
  __using: using,
  __callDispose: callDispose,
  __addDisposableResource: ({ stack }: { stack: Stack }, value: unknown, async: boolean) => using(stack, value, async),
  __disposeResources: (block: { stack: Stack; error: unknown; hasError: boolean }) =>
    callDispose(block.stack, block.error, block.hasError),
};
