// Many tasks of one thread and one lock: the home game of async-mutex and of Web Locks.

import { Lock } from "@conc/lock";
import * as asyncMutex from "async-mutex";
import type { Contestant, Group, Requirement, Role } from "../contest/contestant.ts";
import { whyNoPython } from "../contest/python.ts";
import { WEB_LOCKS_NEED, webLocks } from "../peers/web-locks.ts";

const TASKS = 10_000;

/** What calls a function while it holds the lock. */
type RunExclusive = (section: () => Promise<void>) => Promise<void>;

function contestant(name: string, role: Role, prepare: () => RunExclusive, needs?: Requirement): Contestant {
  return {
    name,
    role,
    ...(needs && { needs }),
    times: TASKS,
    prepare() {
      const runExclusive = prepare();
      return async (times) => {
        let inside = 0;
        let count = 0;
        const section = async () => {
          if (++inside !== 1) throw new Error("two tasks were in the section at once");
          await undefined;
          inside--;
          count++;
        };
        const tasks: Promise<void>[] = [];
        for (let time = 0; time < times; time++) tasks.push(runExclusive(section));
        await Promise.all(tasks);
        if (count !== times) throw new Error(`the total is wrong: ${count} of ${times}`);
      };
    },
  };
}

export const asyncTasks: Group = {
  name: "10,000 async tasks",
  about:
    "10,000 tasks of one thread want one lock at the same moment; each holds it across one `await`. Time per task, from the first " +
    "call until all are done. The floor is a chain of promises, which is a lock without anything around it.",
  tolerance: 1.15,
  repetitions: 5,
  contestants: [
    contestant("a chain of promises", "floor", () => {
      let last: Promise<void> = Promise.resolve();
      return (section) => {
        last = last.then(section);
        return last;
      };
    }),
    contestant("Lock runExclusiveAsync", "ours", () => {
      const lock = new Lock();
      return (section) => lock.runExclusiveAsync(section);
    }),
    contestant("async-mutex Mutex", "peer", () => {
      const mutex = new asyncMutex.Mutex();
      return (section) => mutex.runExclusive(section);
    }),
    contestant("async-mutex Semaphore", "peer", () => {
      const semaphore = new asyncMutex.Semaphore(1);
      return (section) => semaphore.runExclusive(section);
    }),
    contestant(
      "navigator.locks",
      "peer",
      () => {
        const locks = webLocks();
        return (section) => locks.request("tasks", section);
      },
      WEB_LOCKS_NEED,
    ),
    {
      name: "CPython asyncio.Lock",
      role: "CPython",
      absent: whyNoPython(),
      times: TASKS,
      python: { name: "async_tasks" },
    },
  ],
  rows: [
    {
      number: "",
      name: "10,000 tasks, one async Lock",
      ours: "Lock runExclusiveAsync",
      unit: "ns",
      marks: [],
      meaning:
        "`lock.runExclusiveAsync(async () => { await undefined })`, 10,000 times at once. There is no mark for it.",
    },
  ],
};
