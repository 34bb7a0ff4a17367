// The same five items through the three kinds of queues: first in first out, last in first out, smallest first.
// Notes: 000, 003.

import { LifoQueue, PriorityQueue, Queue } from "@conc/queue";

const items = [3, 1, 5, 2, 4];
console.log(`put:           ${items.join(" ")}`);
for (const queue of [new Queue<number>(), new LifoQueue<number>(), new PriorityQueue<number>()]) {
  for (const item of items) queue.put(item);
  queue.shutdown(); // so that the iteration ends when all are taken
  console.log(`${`${queue[Symbol.toStringTag]}:`.padEnd(14)} ${[...queue].join(" ")}`);
}

const jobs = new PriorityQueue<string>();
jobs.put("tidy up", { priority: 9 });
jobs.put("put out the fire", { priority: 1 });
jobs.put("answer letters", { priority: 9 });
console.log(`jobs: ${[jobs.get(), jobs.get(), jobs.get()].join(", ")}`);
