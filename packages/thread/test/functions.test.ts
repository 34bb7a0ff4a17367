import { Arena, agentsOf, InvalidStateError, TIMEOUT_MAX } from "@conc/atomics";
import { Event } from "@conc/condition";
import { startThread, until } from "@conc/testkit";
import { newSlate, read } from "@conc/testkit/slate.ts";
import {
  activeCount,
  currentThread,
  enumerate,
  getIdent,
  isMainThread,
  mainThread,
  startNewThread,
  Thread,
} from "@conc/thread";
import { describe, expect, it } from "vitest";
import { noFailures, startWaiting } from "./start-waiting.ts";
import * as actions from "./workers/actions.ts";

noFailures();

it("TH-058 the main thread is MainThread, also seen from elsewhere", () => {
  const main = mainThread();
  expect([main.name, main.ident, main.isAlive, main.daemon, main.state]).toEqual([
    ...["MainThread", getIdent(), true, false, "running"],
  ]);
  expect(mainThread()).toBe(main);
  expect(isMainThread).toBe(true);
  const slate = newSlate();
  new Thread({ target: actions.describesItself, args: [slate] }).start().join();
  expect(read(slate)).toMatchObject({ isMainThread: false, main: { name: "MainThread", ident: main.ident } });
});

it("TH-059 the current thread is always the same object", () => {
  expect(currentThread()).toBe(mainThread());
  expect(currentThread()).toBe(currentThread());
  const slate = newSlate();
  const thread = new Thread({ target: actions.describesItself, args: [slate], name: "Ada" }).start();
  thread.join();
  const { ident } = thread;
  expect(read(slate)).toEqual({
    ...{ name: "Ada", daemon: false, ident, isAlive: true, state: "running", text: `Thread(Ada, started ${ident})` },
    ...{ getIdent: ident, isMainThread: false, same: true, isThread: true, listed: true, active: 2 },
    main: { name: "MainThread", ident: mainThread().ident, state: "blocked" },
  });
});

it("TH-060 a worker that the library did not start has an object to look at", async () => {
  const before = activeCount();
  const foreign = startThread<string[]>(new URL("./workers/foreign.ts", import.meta.url), "describesItself");
  expect(await foreign.result).toEqual({
    ...{ daemon: true, isAlive: true, name: "Dummy", joined: "InvalidStateError", terminated: "InvalidStateError" },
    ...{ listed: false, isMain: false, sameIdent: true, same: true },
  });
  expect(activeCount()).toBe(before);
  await foreign.kill();
});

describe("who is there", () => {
  it("TH-061 alone, main is the only one", async () => {
    await until("alone", () => activeCount() === 1);
    expect(enumerate()).toEqual([mainThread()]);
    expect(enumerate()[0]).toBe(mainThread());
  });

  it("TH-062 all that were started and have not ended are listed, in all threads", () => {
    const unstarted = new Thread();
    const { thread, end } = startWaiting({ name: "waits" });
    const { thread: daemon, end: endOfDaemon } = startWaiting({ name: "daemon", daemon: true });
    expect(enumerate()).toEqual([mainThread(), thread, daemon]);
    expect(enumerate()).not.toContain(unstarted);
    expect(activeCount()).toBe(3);
    const slate = newSlate();
    new Thread({ target: actions.listsNames, args: [slate], name: "lists" }).start().join();
    expect(read(slate)).toEqual(["MainThread", "waits", "daemon", "lists"]);
    end.set();
    thread.join();
    expect(enumerate()).toEqual([mainThread(), daemon]);
    endOfDaemon.set();
    daemon.join();
  });

  it("a thread that another one started has one object here, too", async () => {
    const [slate, goOn, done] = [newSlate(), new Event(), newSlate()];
    new Thread({ target: actions.starts, args: [slate, goOn, done] }).start().join();
    const child = enumerate().find(({ name }) => name === "child") as Thread;
    expect(enumerate()).toContain(child);
    expect(child.ident).toBe(read<{ ident: number }>(slate)?.ident);
    expect(() => child.start()).toThrow(InvalidStateError);
    goOn.set();
    expect(child.join()).toBe(true);
    expect([child.isAlive, child.name, read(done)]).toEqual([false, "child", "child"]);
  });

  it("TH-063 getIdent is a positive integer, different in all threads", () => {
    const slates = [newSlate(), newSlate()];
    const threads = slates.map((slate) => new Thread({ target: actions.describesItself, args: [slate] }).start());
    for (const thread of threads) thread.join();
    const idents = [getIdent(), ...slates.map((slate) => read<{ getIdent: number }>(slate)?.getIdent ?? 0)];
    expect(idents).toEqual([mainThread().ident, ...threads.map(({ ident }) => ident)]);
    expect(idents.every((ident) => Number.isInteger(ident) && ident > 0)).toBe(true);
    expect(new Set(idents).size).toBe(3);
  });
});

it("TH-064 TIMEOUT_MAX is the longest that a timer can count", () => {
  expect(TIMEOUT_MAX).toBe(2 ** 31 - 1);
});

it("startNewThread runs a function in a daemon, and gives its ident", async () => {
  const [slate, end] = [newSlate(), new Event()];
  const ident = startNewThread(actions.answerAfter, [end, slate]);
  const thread = enumerate().find((one) => one.ident === ident) as Thread;
  expect(thread.daemon).toBe(true);
  end.set();
  expect(await thread.joinAsync()).toBe(true);
  expect(read(slate)).toBe(thread.name);
  expect(() => startNewThread("f" as never)).toThrow(TypeError);
});

it("a thread in args is the same thread there, and comes back as the same object", async () => {
  const { thread, end } = startWaiting({ name: "waits" });
  const slate = newSlate();
  new Thread({ target: actions.looksAtThreads, args: [slate, [thread], mainThread()] }).start().join();
  expect(read(slate)).toEqual({
    names: ["waits", "MainThread"],
    same: true,
    isMain: true,
    idents: [thread.ident, getIdent()],
  });
  end.set();
  thread.join();
  expect(() => new Thread({ target: actions.nothing, args: [new Thread()] }).start()).toThrow(
    "a thread in a message: the thread has not been started",
  );
  expect(agentsOf(Arena.default).isAlive(getIdent())).toBe(true);
});
