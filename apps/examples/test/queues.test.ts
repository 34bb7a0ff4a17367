import { expect } from "vitest";
import { example, expectInOrder, numbersIn } from "./example.ts";

example("queue-basic", ({ lines }) => {
  expectInOrder(
    lines,
    "empty: true, full: false, size: 0",
    "empty: false, full: true, size: 3",
    "putNowait throws QueueFullError",
    /^the fourth put waited \d+ ms$/,
    "got PHP",
    "got Queue",
    "got Rust",
    "getNowait throws QueueEmptyError",
  );
  expect(lines).toContain("the other thread takes Python");
  const [waited] = numbersIn(lines, /^the fourth put waited (\d+) ms$/);
  expect(waited).toBeGreaterThanOrEqual(190);
});

example("queue-lifo-priority", ({ lines }) => {
  expect(lines).toEqual([
    "put:           3 1 5 2 4",
    "Queue:         3 1 5 2 4",
    "LifoQueue:     4 2 5 1 3",
    "PriorityQueue: 1 2 3 4 5",
    "jobs: put out the fire, tidy up, answer letters",
  ]);
});

example("queue-producers-consumer", ({ lines }) => {
  const taken = lines.filter((line) => line.startsWith("consumer takes"));
  for (let i = 1; i <= 3; i++) {
    const words = taken.filter((line) => line.endsWith(`producer-${i}`)).map((line) => line.split(" ")[2]);
    expect(words).toEqual(["python", "golang", "php", "python"]);
  }
  expect(lines.at(-1)).toBe("consumer has taken 12");
});

example("queue-producer-consumer", ({ lines }) => {
  expect(lines).toEqual([
    "10000 items were put, 10000 were taken",
    "their sum is 49995000, it should be 49995000",
    "the queue is empty: true",
  ]);
});
