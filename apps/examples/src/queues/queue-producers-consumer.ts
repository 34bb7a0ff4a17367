// Three producers and one consumer talk through a queue that holds one item: whoever puts waits until there is room, and the consumer
// until there is something.
// Notes: 003.

import { Queue } from "@conc/queue";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

const WORDS = ["python", "golang", "php"];
const ROUNDS = 4;

function produce(queue: Queue<string>): void {
  const { name } = currentThread();
  for (let i = 0; i < ROUNDS; i++) {
    const word = WORDS[i % WORDS.length] as string;
    sleep(20);
    queue.put(`${word} of ${name}`);
    console.log(`${name} has put ${word}`);
  }
}

function consume(queue: Queue<string>): void {
  let count = 0;
  for (const item of queue) {
    console.log(`consumer takes ${item}`);
    count++;
  }
  console.log(`consumer has taken ${count}`);
}

tasks(import.meta, { produce, consume });

if (isMainThread) {
  const queue = new Queue<string>(1);
  const consumer = new Thread({ target: consume, args: [queue] }).start();
  const producers = [1, 2, 3].map((i) => new Thread({ name: `producer-${i}`, target: produce, args: [queue] }).start());
  for (const producer of producers) producer.join();
  queue.shutdown(); // the consumer takes what is left, and its loop ends
  consumer.join();
}
