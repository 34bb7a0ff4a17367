import { expect } from "vitest";
import { example, expectInOrder, numbersIn } from "./example.ts";

/** The first group of every line that matches. */
function allOf(lines: readonly string[], pattern: RegExp): string[] {
  return lines.flatMap((line) => line.match(pattern)?.[1] ?? []);
}

function sum(numbers: readonly string[]): number {
  return numbers.reduce((total, number) => total + Number(number), 0);
}

example("lock-shared-sum", ({ lines }) => {
  expect([...lines].sort()).toEqual(["added 200000 times", "subtracted 200000 times", "the sum is 0"]);
  expect(lines.at(-1)).toBe("the sum is 0");
});

example("lock-try-finally", ({ lines }) => {
  expect([...lines].sort()).toEqual([
    "in all 150000 times; the lock is free again",
    "runExclusive: 50000 times, 100 of them failed",
    "tryFinally: 50000 times, 100 of them failed",
    "using: 50000 times, 100 of them failed",
  ]);
});

example("bank-unsafe", ({ lines }) => {
  expect(allOf(lines, /^([AB]) gets 800, the balance of 12345 is -?\d+$/).sort()).toEqual(["A", "B"]);
  expect(lines.slice(2)).toEqual(["overdrawn: -600"]);
});

example("bank-lock", ({ lines }) => {
  const [first, second, last, ...more] = lines;
  expect(first).toMatch(/^[AB] gets 800, the balance of 12345 is 200$/);
  expect(second).toBe(`${first?.startsWith("A") ? "B" : "A"} gets nothing, the balance of 12345 is 200`);
  expect([last, ...more]).toEqual(["left on the account: 200"]);
});

example("bank-thread-safe-class", ({ lines }) => {
  const drawn = lines.slice(0, 3);
  expect(allOf(drawn, /^([ABC]) draws \d+$/).sort()).toEqual(["A", "B", "C"]);
  expect(sum(allOf(drawn, / draws (\d+)$/))).toBe(100_000);
  expect(lines[3]).toBe("there was 100000, left is 0");
  const [safe] = numbersIn(lines, /^one thread, SafeAccount: draws 100000 in ([\d.]+) ms$/);
  const [fast] = numbersIn(lines, /^one thread, FastAccount: draws 100000 in ([\d.]+) ms$/);
  expect(fast).toBeLessThan(safe as number);
});

example("lock-non-blocking", ({ lines }) => {
  expect(lines).toEqual([
    "main: acquire without blocking: true",
    "other thread: acquire without blocking: false",
    "other thread: the same, shorter: false",
    "other thread: released what main acquired; now it gets it: true",
    "main: locked: false",
    "main: not blocking, but with a timeout: RangeError: blocking: false can not be combined with a timeout",
    "main: release when unlocked: InvalidStateError: release of an unlocked Lock",
  ]);
});

example("lock-timeout", ({ lines }) => {
  expectInOrder(lines, "func1 has lock1", /^func1 wants lock2: false after \d+ ms$/, "func1 is done", "all done");
  expectInOrder(
    lines,
    "func2 has lock2",
    /^func1 wants lock2: /,
    "func2 wants lock1: true",
    "func2 is done",
    "all done",
  );
  const [waited] = numbersIn(lines, /^func1 wants lock2: false after (\d+) ms$/);
  expect(waited).toBeGreaterThanOrEqual(200);
});

example("deadlock", ({ lines }) => {
  const thrower = lines.find((line) => line.includes("DeadlockError"))?.slice(0, 5);
  const [one, other] = thrower === "func1" ? ["1", "2"] : ["2", "1"];
  expect([...lines.slice(0, 2)].sort()).toEqual(["func1 has lock1", "func2 has lock2"]);
  expectInOrder(
    lines,
    `func${one} gets a DeadlockError: this wait would never end:`,
    `  func${one} waits for lock "lock${other}", held by func${other}`,
    `  func${other} waits for lock "lock${one}", held by func${one}`,
    `func${one} is done`,
    "all done",
  );
  expectInOrder(lines, /DeadlockError/, `func${other} has lock${one}, too`, `func${other} is done`, "all done");
  expect(lines).toHaveLength(9);
});

example("deadlock-avoid", ({ lines }) => {
  expect(lines).toHaveLength(4);
  const again = ["noSecondLock", "oneOrder", "timedLock", "detection"].map((way, index) => {
    // 20 times 3 there, 20 times 5 back.
    const [, times] = lines[index]?.match(new RegExp(`^${way}: 1040 and 960, begun anew (\\d+) times$`)) ?? [];
    return Number(times);
  });
  expect(again.slice(0, 2)).toEqual([0, 0]);
  // How often they met depends on the moment; but it is a number.
  expect(again.slice(2)).not.toContain(Number.NaN);
});

example("rlock", ({ lines }) => {
  expect(lines).toEqual([
    "five acquires: depth 5",
    "release 1: depth 4, the other thread is blocked",
    "release 2: depth 3, the other thread is blocked",
    "release 3: depth 2, the other thread is blocked",
    "release 4: depth 1, the other thread is blocked",
    "other thread: got in, after the last release: true",
    "at the bottom of the recursion: depth 11",
    "sum to 10: 55, depth 0",
    "a Lock acquired twice: false",
  ]);
});

example("condition-producer-consumer", ({ lines }) => {
  const items = ["1", "2", "3", "4", "5", "6"];
  expect(lines[0]).toBe("both consumers wait");
  expect(allOf(lines, /^producer makes (\d+)$/)).toEqual(items);
  expect(allOf(lines, /^consumer [12] takes (\d+)$/)).toEqual(items);
  for (const item of items) expectInOrder(lines, `producer makes ${item}`, new RegExp(`takes ${item}$`));
  for (const name of ["consumer 1", "consumer 2"]) {
    expectInOrder(lines, "producer makes 6", new RegExp(`^${name} goes home, was woken`));
  }
  // Six notifications of one, and one of both; if they polled, or slept through one, it would be another number.
  const wakeUps = allOf(lines, /was woken (\d+) times$/);
  for (const times of wakeUps) expect(Number(times)).toBeGreaterThanOrEqual(1);
  expect(sum(wakeUps)).toBeLessThanOrEqual(items.length + 2);
});

example("condition-bank", ({ lines }) => {
  const turns = lines.slice(0, 12).map((line) => line.replace(/^[BCD] deposits/, "deposits"));
  const pair = ["deposits 800, the balance is 800", "A draws 800, the balance is 0"];
  expect(turns).toEqual(Array.from({ length: 6 }, () => pair).flat());
  expect(allOf(lines, /^([BCD]) deposits/).sort()).toEqual(["B", "B", "C", "C", "D", "D"]);
  expect(lines.slice(12)).toEqual(["at the end the balance is 0"]);
});

example("condition-wait-for", ({ lines }) => {
  expect(lines[0]).toBe("nobody delivers: false, looked 2 times");
  expectInOrder(lines, "delivered: 1", "delivered: 2", "delivered: 3", /^somebody delivers: 3 parcels, /);
  // Before the first wait, and after each of three notifications; fewer if two of them came before it ran again.
  const [looks] = numbersIn(lines, /^somebody delivers: 3 parcels, looked (\d+) times$/);
  expect(looks).toBeGreaterThanOrEqual(2);
  expect(looks).toBeLessThanOrEqual(4);
  expect(lines.slice(5)).toEqual([
    "true already: 3 parcels, looked 1 times",
    "wait without the lock: InvalidStateError: the condition's lock is not held",
    "notify without the lock: InvalidStateError: the condition's lock is not held",
  ]);
});

example("event-basic", ({ lines }) => {
  for (const [number, name] of ["Ai", "Bi"].entries()) {
    const thread = `Thread-${number + 1} (cal)`;
    expectInOrder(lines, `${thread} starts`, `${name} waits`, "=====", `${thread} got the message`, `${name} goes on`);
  }
  expect(lines.slice(4, 6)).toEqual(["=====", "main thread sets the event"]);
  expect(lines).toHaveLength(10);
});

example("event-clear-timeout", ({ lines }) => {
  expect(lines.map((line) => line.replace(/after \d+ ms$/, "after …"))).toEqual([
    "new: isSet false",
    "wait up to 200 ms: false after …",
    "set: isSet true",
    "wait up to 200 ms: true after …",
    "cleared: isSet false",
    "wait up to 200 ms: false after …",
    "another thread will set it",
    "wait up to 10000 ms: true after …",
  ]);
  const [inVain, atOnce, cleared, later] = allOf(lines, /after (\d+) ms$/).map(Number);
  expect(inVain).toBeGreaterThanOrEqual(200);
  expect(atOnce).toBeLessThan(inVain as number);
  expect(cleared).toBeGreaterThanOrEqual(200);
  expect(later).toBeGreaterThanOrEqual(100);
});

example("barrier-race", ({ lines }) => {
  for (let i = 1; i <= 5; i++) {
    const runner = new RegExp(`^runner-${i} starts, index [0-4]$`);
    // Nobody starts before the last one is there.
    for (let other = 1; other <= 5; other++) expectInOrder(lines, `runner-${other} is at the line`, runner);
  }
  expect(allOf(lines, /index (\d)$/).sort()).toEqual(["0", "1", "2", "3", "4"]);
  expect(lines).toContain("4 of 5 wait");
  expect(lines.at(-1)).toBe("all have started, 0 wait");
});

example("barrier-init", ({ lines }) => {
  const opens = "all is ready, the program opens";
  for (const step of ["disk", "cache", "connection pool"]) {
    expectInOrder(lines, `${step}: ready`, opens, `${step}: at work`);
  }
  expect(lines.filter((line) => line === opens)).toHaveLength(1);
  expect(lines).toHaveLength(7);
});

example("barrier-abort", ({ lines }) => {
  const refused = "BrokenBarrierError: the barrier is broken: abort() was called";
  expect(lines[0]).toBe("database: no connection, abort");
  expect(lines.slice(1, 3).sort()).toEqual([`cache: ${refused}`, `disk: ${refused}`]);
  expect(lines.slice(3, 5)).toEqual(["broken: true", "after reset, broken: false"]);
  expect(lines.slice(5, 8).sort()).toEqual(["cache: at work", "database: at work", "disk: at work"]);
  expect(lines.slice(8)).toEqual(["broken: false"]);
});

example("barrier-timeout", ({ lines }) => {
  const why = "the barrier is broken: the time of a party ran out";
  const names = lines.slice(0, 3).map((line) => line.match(/^(\w+): (.*), after (\d+) ms$/)?.slice(1, 3));
  expect(names.slice(0, 2).sort()).toEqual([
    ["hasty", why],
    ["patient", why],
  ]);
  expect(names[2]).toEqual(["late", why]);
  const [hasty] = numbersIn(lines, /^hasty: .* after (\d+) ms$/) as [number];
  const [late] = numbersIn(lines, /^late: .* after (\d+) ms$/) as [number];
  expect(hasty).toBeGreaterThanOrEqual(200);
  expect(late).toBeLessThan(hasty);
  expect(lines[3]).toBe("broken: true, waiting: 0");
});

example("semaphore-pool", ({ lines }) => {
  // Who has which connection, followed line by line.
  const users = new Map<string, string>();
  for (const line of lines.slice(0, -1)) {
    const [, name, what, conn] = line.match(/^(worker-\d+) (gets|returns) (conn-[012])(?:, in use: [123])?$/) ?? [];
    if (!name || !what || !conn) throw new Error(`not expected: ${line}`);
    expect(users.get(conn), line).toBe(what === "gets" ? undefined : name);
    if (what === "gets") users.set(conn, name);
    else users.delete(conn);
  }
  const names = Array.from({ length: 10 }, (_, i) => `worker-${i + 1}`);
  expect(allOf(lines, /^(worker-\d+) gets/).sort()).toEqual(names.sort());
  expect(users.size).toBe(0);
  expect(lines.at(-1)).toBe("all 10 are served, 3 connections are free");
});

example("semaphore-basic", ({ lines }) => {
  const inside = allOf(lines, /^thread \d gets the semaphore, inside: (\d+)$/).map(Number);
  expect(inside).toHaveLength(8);
  expect(Math.max(...inside)).toBeLessThanOrEqual(3);
  for (let i = 1; i <= 8; i++) expectInOrder(lines, new RegExp(`^thread ${i} gets`), `thread ${i} is done`, "all done");
});

example("semaphore-bounded", ({ lines }) => {
  expect(lines).toEqual([
    "Semaphore",
    "release(1): done; value 4",
    "4 get in",
    "release(2): done; value 2",
    "release(2): done; value 4",
    "BoundedSemaphore",
    "release(1): RangeError: release of 1 would make 4 permits, the most is 3; value 3",
    "3 get in",
    "release(2): done; value 2",
    "release(2): RangeError: release of 2 would make 4 permits, the most is 3; value 2",
  ]);
});
