// A program with types: what each engine that can run it has to print.

import { Event } from "@conc/condition";
import { isMainThread, Thread, tasks } from "@conc/thread";

type Line = readonly [what: string, value: number];

function say<T extends Line>(...lines: T[]): void {
  for (const [what, value] of lines satisfies readonly Line[]) console.log(`${what} ${value as number}`);
}

class Greeter extends Thread {
  declare readonly greeting: string;

  constructor(greeting: string) {
    super({ name: "Greeter" });
    Object.assign(this, { greeting });
  }

  override run(): void {
    console.log(`${this.greeting} from ${this.name}`);
  }
}

tasks(import.meta, { say, Greeter });

/** What `import` of this module gives. */
export interface Nothing {
  readonly at: never;
}

if (isMainThread) {
  new Thread({ target: say, args: [["registered", 1] satisfies Line] }).start().join();
  new Thread({ target: (n: number): void => console.log(`closure-free ${n}`), args: [2] }).start().join();
  new Greeter("hello").start().join();
  const event: Event = new Event();
  const waiting = new Thread({ target: (event: Event) => event.set(), args: [event] }).start();
  await event.waitAsync();
  await waiting.joinAsync();
  console.log("main ends");
}
