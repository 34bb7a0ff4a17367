// A queue of three: it tells how full it is, a fourth put has to wait until another thread takes an item, and who does not want to wait
// is told that it is full, or empty.
// Notes: 003.

import { Queue, type QueueEmptyError, type QueueFullError } from "@conc/queue";
import { isMainThread, sleep, Thread, tasks } from "@conc/thread";

function takeOneLater(queue: Queue<string>): void {
  sleep(200);
  console.log(`the other thread takes ${queue.get()}`);
}

tasks(import.meta, { takeOneLater });

if (isMainThread) {
  const queue = new Queue<string>(3);
  console.log(`empty: ${queue.empty}, full: ${queue.full}, size: ${queue.size}`);
  for (const word of ["Python", "PHP", "Queue"]) queue.put(word);
  console.log(`empty: ${queue.empty}, full: ${queue.full}, size: ${queue.size}`);
  try {
    queue.putNowait("Go");
  } catch (error) {
    console.log(`putNowait throws ${(error as QueueFullError).name}`);
  }
  const thread = new Thread({ target: takeOneLater, args: [queue] }).start();
  const start = performance.now();
  queue.put("Rust"); // waits for the other thread
  console.log(`the fourth put waited ${Math.round(performance.now() - start)} ms`);
  thread.join();
  for (let i = 0; i < 3; i++) console.log(`got ${queue.getNowait()}`);
  try {
    queue.getNowait();
  } catch (error) {
    console.log(`getNowait throws ${(error as QueueEmptyError).name}`);
  }
}
