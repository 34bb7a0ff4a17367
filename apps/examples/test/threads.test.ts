import { expect } from "vitest";
import { example, expectInOrder, numbersIn } from "./example.ts";

example("thread-sequential", ({ lines }) => {
  expect(lines.slice(0, -1)).toEqual(["start loop 1", "end loop 1", "start loop 2", "end loop 2"]);
  const [total] = numbersIn(lines, /^all done after (\d+) ms$/);
  expect(total).toBeGreaterThanOrEqual(1500);
});

example("thread-low-level", ({ lines }) => {
  // Both are at work at the same time.
  expectInOrder(lines, "start loop 1", "end loop 2", /^all done/);
  expectInOrder(lines, "start loop 2", "end loop 1", /^all done/);
  expect(lines).toHaveLength(5);
  const [total] = numbersIn(lines, /^all done after (\d+) ms$/);
  expect(total).toBeGreaterThanOrEqual(1000);
});

example("thread-low-level-args", ({ lines }) => {
  const idents = numbersIn(lines, /^started threads (\d+) and (\d+)$/);
  expectInOrder(lines, `start loop 1: 4 s, on thread ${idents[0]}`, "end loop 1", /^all done/);
  expectInOrder(lines, `start loop 2: 2 s, on thread ${idents[1]}`, "end loop 2", /^all done/);
  expectInOrder(lines, /^start loop 2/, "end loop 1");
  expect(idents[0]).not.toBe(idents[1]);
});

example("thread-basic", ({ lines }) => {
  expectInOrder(lines, "main starts", "all done", "end loop 1");
  expectInOrder(lines, "main starts", "all done", "end loop 2");
  expectInOrder(lines, "start loop 1", "end loop 1");
  expectInOrder(lines, "start loop 2", "end loop 2");
  expect(lines).toHaveLength(6);
});

example("thread-join", ({ lines }) => {
  expect(lines.slice(0, 8)).toEqual([
    "main 0",
    "main 1",
    "start join thread",
    "end join thread",
    "main 2",
    "main 3",
    "join with a timeout: false, alive: true",
    "join without one: true, alive: false",
  ]);
  expect(lines.slice(8, -1).sort()).toEqual(["end loop 1", "end loop 2", "start loop 1", "start loop 2"]);
  expect(lines.at(-1)).toBe("all done");
});

example("thread-non-daemon", ({ lines }) => {
  expectInOrder(lines, "main thread", "main thread ends, daemon: false", "end fun", "the program ends");
  expectInOrder(lines, "start fun", "end fun");
  expect(lines).toHaveLength(5);
});

example("thread-daemon", ({ lines }) => {
  expectInOrder(lines, "main thread", "made by the main thread: daemon false");
  expectInOrder(
    lines,
    "InvalidStateError: daemon can not be changed once a thread has been started",
    /^main thread ends/,
  );
  expectInOrder(
    lines,
    "start fun",
    "made by a daemon: daemon true",
    "daemon thread 0",
    "daemon thread 1",
    "daemon thread 2",
    "main thread ends, the daemon is alive: true",
  );
  expect(lines).not.toContain("end fun");
});

example("thread-attributes", ({ lines }) => {
  expect(lines[0]).toBe("before start: ident undefined, alive false, running 1");
  const idents = [1, 2, 3].map((i) => {
    const pattern = `^THR_${i}: my ident is (\\d+), getIdent says (\\d+), the main thread is MainThread$`;
    const [ident, same] = numbersIn(lines, new RegExp(pattern));
    expect(same).toBe(ident);
    return ident;
  });
  expect(new Set(idents).size).toBe(3);
  expect(lines.slice(4)).toEqual([
    "running: MainThread",
    "running: THR_1",
    "running: THR_2",
    "running: THR_3",
    "activeCount 4, the same as 4",
    "currentThread is mainThread: true",
    "setName, getName: renamed; enumerate sees it: true",
    "after the end: the same ident true, alive false, running 1",
    "default names: Thread-1 and Thread-2 (loop)",
    "stack size 0, from now on 262144",
  ]);
});

example("thread-subclass", ({ lines }) => {
  for (const [name, arg] of [
    ["Thread-1", "one"],
    ["Thread-2", "two"],
  ]) {
    const over = `${arg} is over with i 3, and is the thread itself: true`;
    expectInOrder(lines, `${name} of ${arg} 0`, `${name} of ${arg} 1`, `${name} of ${arg} 2`, over);
  }
  expect(lines.slice(8)).toEqual(["seen from the main thread: 0 and 0", "main thread is over"]);
});

example("thread-industrial", ({ lines }) => {
  expect(lines.slice(0, -1).sort()).toEqual([
    "primes from 0 to 250000: 22044",
    "primes from 250000 to 500000: 19494",
    "primes from 500000 to 750000: 18700",
    "primes from 750000 to 1000000: 18260",
  ]);
  expect(lines.at(-1)).toBe("78498 primes below a million, counted by 4 threads");
});

example("thread-target", ({ lines }) => {
  for (const name of ["MainThread", "Thread-1 (action)", "Thread-2 (action)"]) {
    const own = lines.filter((line) => line.startsWith(`${name} `));
    expect(own).toEqual(Array.from({ length: 100 }, (_, i) => `${name} ${i}`));
  }
  expectInOrder(lines, "MainThread 20", "Thread-1 (action) 0", "MainThread 21");
  expectInOrder(lines, "MainThread 20", "Thread-2 (action) 0", "MainThread 21");
  expectInOrder(lines, "MainThread 99", "master thread is over");
  expect(lines).toHaveLength(301);
});

example("thread-run-not-start", ({ lines }) => {
  const main = Array.from({ length: 23 }, (_, i) => `MainThread ${i}`);
  const action = ["action in MainThread 0", "action in MainThread 1", "action in MainThread 2"];
  expect(lines).toEqual([...main.slice(0, 21), ...action, ...action, ...main.slice(21)]);
});

example("thread-start-twice", ({ lines }) => {
  const refused = "start again: InvalidStateError: a thread can be started only once";
  expectInOrder(lines, "new: alive false", "started: alive true", refused, "dead: alive false", refused);
  expectInOrder(lines, "started: alive true", "sd 0", "sd 1", "sd 2", "dead: alive false");
  expect(lines).toHaveLength(8);
});

example("thread-lifecycle", ({ lines }) => {
  expect(lines).toEqual([
    "new     made, not started",
    "ready   start was called, it is coming up",
    "running its function runs",
    "blocked it called sleep",
    "running the time is over",
    "blocked it wants a lock that another thread holds",
    "running it got the lock",
    "blocked it waits to be notified",
    "running it was notified",
    "dead    an error that it did not catch",
    "dead    another thread: its function returned",
    "what it died of: Error: nobody catches this",
  ]);
});

example("thread-sleep", ({ lines }) => {
  expect(lines).toHaveLength(10);
  for (const [i, line] of lines.entries()) {
    const [after] = numbersIn([line], /^now: \d\d:\d\d:\d\d\.\d{3}, (\d+) ms after the start$/);
    expect(after).toBeGreaterThanOrEqual(i * 100);
  }
});

example("thread-timer", ({ lines }) => {
  expectInOrder(lines, "the cancelled one is alive: false", "*", /^hi there, from Thread-2 \(hi\) after \d+ ms$/);
  // A few milliseconds less, for the clock on the wall may be set while it runs.
  expect(numbersIn(lines, /^hi there, from .* after (\d+) ms$/)[0]).toBeGreaterThan(590);
  expect(lines.filter((line) => line.startsWith("hi"))).toHaveLength(1);
});

example("thread-local", ({ lines }) => {
  const ends = lines
    .map((line) => line.match(/^pool ([12]) has done (\d) jobs, its data\.x is (\d+)$/))
    .filter((m) => m !== null);
  expect(ends.map(([, name]) => name).sort()).toEqual(["1", "2"]);
  for (const [, , jobs, x] of ends) expect(Number(x)).toBe(Number(jobs) * 45);
  expect(ends.reduce((sum, [, , jobs]) => sum + Number(jobs), 0)).toBe(6);
  for (const [, name, jobs] of ends) {
    const seen = lines.filter((line) => line.startsWith(`pool ${name}: `));
    expect(seen).toEqual(Array.from({ length: Number(jobs) }, (_, i) => `pool ${name}: data.x is ${(i + 1) * 45}`));
  }
  expect(lines.at(-1)).toBe("MainThread has done none, its data.x is -1");
});

example("thread-communication", ({ lines }) => {
  expect(lines).toEqual([
    "thread: shared is 5, plain is 1",
    "thread: shared is 10000, plain is 10000",
    "main: shared is 10000, plain is 5",
  ]);
});

example("thread-shared-race", ({ lines }) => {
  expect(lines).toHaveLength(5);
  const sums = [1, 2, 3, 4].map((run) => numbersIn(lines, new RegExp(`^run ${run}: the sum is (-?\\d+)$`))[0]);
  for (const sum of sums) expect(Math.abs(sum as number)).toBeLessThanOrEqual(500_000);
  // It may come out right by luck; it must say so then.
  const wrong = sums.filter((sum) => sum !== 0).length;
  expect(lines.at(-1)).toBe(wrong > 0 ? `wrong in ${wrong} of 4 runs` : "right in all 4 runs, by luck");
});

example("thread-unsafe-containers", ({ lines }) => {
  expect(lines.slice(0, 2)).toEqual([
    "plain array, in the thread: 50000 items",
    "plain array, in the main thread: 0 items",
  ]);
  const counts = numbersIn(lines, /^shared list without a lock: size (\d+), (\d+) different items of 100000$/);
  // Nothing may be lost, by luck; but nothing can have been added.
  for (const count of counts) expect(count).toBeLessThanOrEqual(100_000);
  expect(lines[3]).toBe("shared list with a lock: size 100000, 100000 different items of 100000");
  const logged = [1, 2, 3, 4].flatMap((logger) =>
    [0, 1, 2, 3, 4].map((i) => `logger ${logger} ${i} ${"-".repeat(100)} end`),
  );
  expect(lines.slice(4).sort()).toEqual(logged);
});

example("gil-io-vs-cpu", ({ lines }) => {
  const [sequential, threads] = numbersIn(lines, /^waiting: (\d+) ms one after the other, (\d+) ms in threads/);
  expect(sequential).toBeGreaterThanOrEqual(400);
  expect(threads).toBeLessThan(sequential as number);
  // How much this gains is up to what else the machine has to do.
  expectInOrder(
    lines,
    /^\d+ processors$/,
    /^computing: \d+ ms one after the other, \d+ ms in threads, [\d.]+ times as fast$/,
  );
});
