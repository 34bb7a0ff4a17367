// What other threads do in the tests of queues.
import { Arena } from "@conc/atomics";
import { type Queue, QueueShutDownError } from "../../src/index.ts";

export function get(queue: Queue, cells: Int32Array): unknown {
  Atomics.add(cells, 0, 1);
  return queue.get();
}

export function put(queue: Queue, cells: Int32Array, item: unknown): void {
  Atomics.add(cells, 0, 1);
  queue.put(item);
}

export function join(queue: Queue): boolean {
  return queue.join();
}

/** Does the tasks of a queue until it is shut down. */
export function work(queue: Queue, done: Int32Array): number {
  let count = 0;
  for (const _ of queue) {
    Atomics.add(done, 0, 1);
    queue.taskDone();
    count++;
  }
  return count;
}

/** Takes items and keeps their tasks to itself; says in a cell who it is. */
export function takeAndStay(queue: Queue, cells: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) queue.get();
  Atomics.store(cells, 0, Arena.default.agent.id);
  for (;;) queue.get();
}

/** Puts until the queue is shut down; how many. */
export function flood(queue: Queue<number>): number {
  for (let count = 0; ; count++) {
    try {
      queue.put(count);
    } catch (error) {
      if (error instanceof QueueShutDownError) return count;
      throw error;
    }
  }
}
