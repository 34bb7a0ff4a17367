// Threads that fail.

import type { Event } from "@conc/condition";
import { type Slate, write } from "@conc/testkit/slate.ts";
import { setExcepthook, Thread, tasks } from "@conc/thread";

export class ShelfError extends RangeError {
  readonly shelf: number = 7;
  readonly contents: Map<string, unknown> = new Map([["books", [12, null]]]);
}

class Unregistered extends RangeError {
  readonly extra = "kept";
}

const kinds: Record<string, (...args: any[]) => unknown> = {
  error() {
    throw new Error("an error");
  },
  text() {
    throw "a text";
  },
  undefined() {
    throw undefined;
  },
  object() {
    throw { an: "object", of: [1, new Map([["a", 1n]])] };
  },
  async rejection() {
    await null;
    throw new Error("rejection");
  },
  "loose rejection"() {
    void Promise.reject(new Error("loose rejection"));
    setInterval(() => {}, 1000);
  },
  callback() {
    setTimeout(() => {
      throw new Error("callback");
    });
    setInterval(() => {}, 1000);
  },
  custom() {
    throw new ShelfError("the shelf broke", { cause: new TypeError("too many books") });
  },
  unregistered() {
    throw new Unregistered("nobody knows");
  },
  "with lock"(lock) {
    throw Object.assign(new Error("with lock"), { lock });
  },
  unsendable() {
    throw Object.assign(new Error("unsendable"), { call() {} });
  },
  symbol() {
    throw Symbol("s");
  },
  message(message: string, go: Event) {
    go.wait();
    throw new Error(message);
  },
};

export function throws(what: string, ...args: unknown[]): unknown {
  return kinds[what]?.(...args);
}

/** Starts a thread that throws, and ends before or after it. */
export function throwsInGrandchild(slate: Slate, waits: boolean): void {
  const child = new Thread({ target: throws, args: ["error"], name: "grandchild" }).start();
  write(slate, child.ident);
  if (waits) child.join();
}

export async function throwsOwnHook(slate: Slate): Promise<void> {
  const calls: string[] = [];
  const failed = new Promise<void>((resolve) => {
    setExcepthook((error, thread) => {
      calls.push(`${thread === child ? "child" : "self"}: ${(error as Error).message}`);
      write(slate, calls);
      resolve();
    });
  });
  const child = new Thread({ target: throws, args: ["error"] }).start();
  await child.joinAsync();
  // The error comes as a message, too.
  await failed;
  throw new Error("own error");
}

export class Broken extends Thread {
  readonly what: string = "glass";

  override run(): void {
    throw new TypeError(`broken ${this.what}`);
  }
}

tasks(import.meta, { throws, throwsInGrandchild, throwsOwnHook, ShelfError, Broken });
