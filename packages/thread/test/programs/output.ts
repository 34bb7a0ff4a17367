// What threads print, while main is blocked in their `join`.

import { Event } from "@conc/condition";
import { isMainThread, Thread, tasks } from "@conc/thread";

const LINES = 40;

function takesTurns(mine: Event, next: Event, name: string): void {
  for (let turn = 0; turn < 3; turn++) {
    mine.wait();
    mine.clear();
    console.log(`${name} ${turn}`);
    next.set();
  }
}

function writesLines(name: string, length: number): void {
  for (let line = 0; line < LINES; line++) console.log(`${name} ${line} ${name.repeat(length)}`);
}

function writesInParts(written: Event): void {
  process.stdout.write("a part, ");
  process.stdout.write(Buffer.from("another, "));
  process.stdout.write("bGFzdA==", "base64", () => console.error("written"));
  console.log();
  console.table([{ a: 1 }]);
  written.set();
}

async function printsLater(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  console.log("after an await");
}

function writesOnce(name: string, length: number): void {
  console.log(name.repeat(length));
}

function printsAndDies(): never {
  console.log("the last words");
  process.exit(3);
}

tasks(import.meta, { takesTurns, writesLines, writesInParts, printsLater, writesOnce, printsAndDies });

const scenes: Record<string, () => void> = {
  turns() {
    const [ping, pong] = [new Event(), new Event()];
    const a = new Thread({ target: takesTurns, args: [ping, pong, "ping"] }).start();
    const b = new Thread({ target: takesTurns, args: [pong, ping, "pong"] }).start();
    ping.set();
    a.join();
    b.join();
    const written = new Event();
    new Thread({ target: writesInParts, args: [written] }).start();
    written.wait();
    new Thread({ target: printsLater }).start().join();
    new Thread({ target: printsAndDies }).start().join();
    console.log("main goes on");
  },

  /** Main stays blocked until somebody who has read what came ends the program. */
  atOnce() {
    new Thread({ target: writesLines, args: ["x", 1] }).start();
    new Event().wait();
  },

  lines() {
    const threads = ["a", "b", "c"].map((name) => new Thread({ target: writesLines, args: [name, 3000] }).start());
    for (const thread of threads) thread.join();
  },

  megabytes() {
    const threads = ["a", "b"].map((name) => new Thread({ target: writesOnce, args: [name, 2 ** 20] }).start());
    for (const thread of threads) thread.join();
    console.log("main goes on");
  },
};

if (isMainThread) scenes[process.argv[2] as string]?.();
