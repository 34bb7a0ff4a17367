// Producers queue at one end, consumers take at the other as they are free; main waits until the task of each item is done. Nothing is
// lost, and nothing comes twice.
// Notes: 002 案例13.

import { AtomicInt32 } from "@conc/atomics";
import { Queue } from "@conc/queue";
import { isMainThread, Thread, tasks } from "@conc/thread";

const EACH = 5000;

function produce(queue: Queue<number>, first: number): void {
  for (let i = 0; i < EACH; i++) queue.put(first + i);
}

/** Each consumer adds up what it got: the sums tell whether all came, once. */
function consume(queue: Queue<number>, count: AtomicInt32, sum: AtomicInt32): void {
  for (const item of queue) {
    count.add(1);
    sum.add(item);
    queue.taskDone();
  }
}

tasks(import.meta, { produce, consume });

if (isMainThread) {
  const queue = new Queue<number>(100);
  const count = new AtomicInt32();
  const sum = new AtomicInt32();
  const consumers = [1, 2, 3].map(() => new Thread({ target: consume, args: [queue, count, sum] }).start());
  const producers = [0, EACH].map((first) => new Thread({ target: produce, args: [queue, first] }).start());
  for (const producer of producers) producer.join();
  queue.join();
  console.log(`${2 * EACH} items were put, ${count.load()} were taken`);
  console.log(`their sum is ${sum.load()}, it should be ${(2 * EACH * (2 * EACH - 1)) / 2}`);
  queue.shutdown();
  for (const consumer of consumers) consumer.join();
  console.log(`the queue is empty: ${queue.empty}`);
}
