// How the operations of the primitives come to the checker: the methods of `Atomics`, the clock and the timers are replaced while
// an exploration runs, and the words of an arena are a proxy, so that plain accesses are seen, too. What is not meant for the arena
// that is explored goes where it always went.

import { NOT_EQUAL, OK, type Operation, PENDING, TIMED_OUT } from "./operation.ts";

/** Who does the operations. */
export interface Operator {
  /** Whether the caller is an agent of the exploration. */
  readonly isActing: boolean;

  /** Does an operation, or throws to suspend the caller. */
  operate(kind: Operation["kind"], index: number, a: number, b: number): number;

  /** Remembers what to call when the timer or wait that was begun last comes to its end. */
  onEvent(callback: () => void): void;

  /** A microtask, which may be suspended as well. */
  microtask(callback: () => void): void;
}

/** The views that an agent has of the arena's memory. */
export interface Views {
  readonly words: Int32Array;
  readonly tags: Uint8Array;
}

/** Views whose every access is an operation. */
export function simulatedViews(buffer: ArrayBufferLike, tags: number, operator: Operator): Views {
  const isIndex = (key: string | symbol): boolean => typeof key === "string" && key >= "0" && key < ":";
  const words: Int32Array = new Proxy(new Int32Array(buffer), {
    get(target, key) {
      if (isIndex(key)) return operator.operate("read", Number(key), 0, 0);
      if (key === "fill") return fill;
      return Reflect.get(target, key, target);
    },
    set(_target, key, value) {
      operator.operate("write", Number(key), value, 0);
      return true;
    },
  });
  function fill(value: number, start: number, end: number): Int32Array {
    for (let index = start; index < end; index++) operator.operate("write", index, value, 0);
    return words;
  }
  return {
    words,
    // The bytes of words: little-endian, as all machines are that run this.
    tags: new Proxy(new Uint8Array(buffer, 0, tags), {
      get(target, key) {
        if (!isIndex(key)) return Reflect.get(target, key, target);
        const index = Number(key);
        return (operator.operate("read", index >> 2, 0, 0) >>> ((index & 3) * 8)) & 0xff;
      },
      set(_target, key, value) {
        const index = Number(key);
        const shift = (index & 3) * 8;
        const word = operator.operate("read", index >> 2, 0, 0);
        operator.operate("write", index >> 2, (word & ~(0xff << shift)) | ((value & 0xff) << shift), 0);
        return true;
      },
    }),
  };
}

const OUTCOMES = { [OK]: "ok", [NOT_EQUAL]: "not-equal", [TIMED_OUT]: "timed-out" } as Record<number, string>;

/** Replaces what the platform offers; gives the function that puts it back. */
export function intercept({ words }: Views, operator: Operator): () => void {
  const undo: (() => void)[] = [];
  const replace = (target: object, name: string, replacement: (original: any) => unknown): void => {
    const descriptor = Object.getOwnPropertyDescriptor(target, name);
    const value = replacement((target as Record<string, unknown>)[name]);
    Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: false });
    undo.push(() => {
      if (descriptor) Object.defineProperty(target, name, descriptor);
      else delete (target as Record<string, unknown>)[name];
    });
  };
  const kinds = ["load", "store", "exchange", "compareExchange", "add", "sub", "and", "or", "xor"] as const;
  for (const kind of kinds) {
    replace(
      Atomics,
      kind,
      (original) =>
        (array: Int32Array, index: number, a = 0, b = 0) =>
          array === words ? operator.operate(kind, index, a, b) : original(array, index, a, b),
    );
  }
  replace(
    Atomics,
    "wait",
    (original) => (array: Int32Array, index: number, value: number, timeout: number) =>
      array === words
        ? OUTCOMES[operator.operate("wait", index, value, timeOf(timeout))]
        : original(array, index, value, timeout),
  );
  replace(
    Atomics,
    "notify",
    (original) => (array: Int32Array, index: number, count: number) =>
      array === words
        ? operator.operate("notify", index, count ?? Number.POSITIVE_INFINITY, 0)
        : original(array, index, count),
  );
  replace(Atomics, "waitAsync", (original) => (array: Int32Array, index: number, value: number, timeout: number) => {
    if (array !== words) return original(array, index, value, timeout);
    const outcome = operator.operate("waitAsync", index, value, timeOf(timeout));
    if (outcome !== PENDING) return { async: false, value: OUTCOMES[outcome] };
    // No promise: its callbacks would come one turn of the queue later, which matters to nobody.
    let callback = (_outcome: string): void => {};
    const then = (called: typeof callback): void => {
      callback = called;
    };
    operator.onEvent(() => callback("ok"));
    return { async: true, value: { then } };
  });
  const during =
    (simulated: (...args: any[]) => unknown) =>
    (original: any) =>
    (...args: any[]) =>
      operator.isActing ? simulated(...args) : original(...args);
  const now = performance.now.bind(performance);
  replace(performance, "now", () => () => (operator.isActing ? operator.operate("now", 0, 0, 0) : now()));
  replace(performance, "timeOrigin", (origin) => origin);
  replace(globalThis, "setTimeout", (original) =>
    during((callback: () => void, delay = 0) => {
      const timer = operator.operate("setTimeout", 0, delay, 0);
      operator.onEvent(callback);
      return timer;
    })(original),
  );
  replace(globalThis, "clearTimeout", (original) =>
    during((timer) => void (timer === undefined || operator.operate("clearTimeout", 0, timer, 0)))(original),
  );
  // Only ever used to keep a program alive.
  replace(
    globalThis,
    "setInterval",
    during(() => 0),
  );
  replace(
    globalThis,
    "clearInterval",
    during(() => {}),
  );
  replace(
    globalThis,
    "queueMicrotask",
    during((callback) => operator.microtask(callback)),
  );
  return () => {
    for (const each of undo.reverse()) each();
  };
}

function timeOf(timeout: number | undefined): number {
  return timeout === undefined || Number.isNaN(timeout) ? Number.POSITIVE_INFINITY : timeout;
}
