import { AGENT_FOREIGN, Arena, agentsOf, InvalidStateError, TIMEOUT_MAX } from "@conc/atomics";
import { Event } from "@conc/condition";
import { until } from "@conc/testkit";
import { collectGarbage } from "@conc/testkit/collect-garbage.ts";
import { newSlate, read } from "@conc/testkit/slate.ts";
import { activeCount, enumerate, mainThread, setExcepthook, Thread } from "@conc/thread";
import { describe, expect, it } from "vitest";
import { noFailures, startWaiting } from "./start-waiting.ts";
import * as actions from "./workers/actions.ts";

noFailures();

describe("start", () => {
  it("TH-018 a second start is refused, while the thread runs and after it ended", () => {
    const { thread, end } = startWaiting();
    expect(() => thread.start()).toThrow(InvalidStateError);
    end.set();
    thread.join();
    expect(() => thread.start()).toThrow("a thread can be started only once");
  });

  it("TH-028 TH-029 a thread is alive and has its ident as soon as start returns, and until it ends", () => {
    const end = new Event();
    const thread = new Thread({ target: actions.waits, args: [end] });
    expect([thread.isAlive, thread.state]).toEqual([false, "new"]);
    expect(thread.start()).toBe(thread);
    expect(thread.isAlive).toBe(true);
    expect(thread.ident).toBeTypeOf("number");
    expect(["ready", "running", "blocked"]).toContain(thread.state);
    expect(enumerate()).toContain(thread);
    end.set();
    thread.join();
    expect([thread.isAlive, thread.state]).toEqual([false, "dead"]);
  });

  it("a thread asleep in a blocking call shows as blocked", async () => {
    const { thread, end } = startWaiting();
    await until("blocked", () => thread.state === "blocked");
    end.set();
    await thread.joinAsync();
  });

  it("TH-030 a start that fails throws, and leaves no thread behind", () => {
    const before = activeCount();
    for (const args of [[new Proxy({}, {})], [() => {}], [Symbol("s")]]) {
      const thread = new Thread({ target: actions.nothing, args });
      expect(() => thread.start()).toThrow(TypeError);
      expect([thread.state, thread.ident, activeCount()]).toEqual(["new", undefined, before]);
    }
    // What kept it from starting can be mended.
    const part: unknown[] = [() => {}];
    const thread = new Thread({ target: actions.nothing, args: [part] });
    expect(() => thread.start()).toThrow("cannot send a function (at args[0][0])");
    part.pop();
    expect(thread.start().join()).toBe(true);
  });

  it("TH-086 a thread comes up while main is blocked right after start", () => {
    const slate = newSlate();
    const up = new Event();
    const thread = new Thread({ target: actions.sets, args: [up] }).start();
    expect(up.wait({ timeout: 20_000 })).toBe(true);
    thread.join();
    // Also one that a thread starts meanwhile.
    const [goOn, done] = [new Event(), newSlate()];
    goOn.set();
    const parent = new Thread({ target: actions.startsAndJoins, args: [slate, goOn, done] }).start();
    parent.join();
    expect([read(slate), read(done)]).toEqual([true, "child"]);
  });
});

describe("join", () => {
  it("TH-019 a thread that was not started can not be joined", async () => {
    expect(() => new Thread().join()).toThrow(InvalidStateError);
    await expect(new Thread().joinAsync()).rejects.toThrow(InvalidStateError);
  });

  it("TH-020 TH-022 a thread can not join itself, which those who join it do not notice", () => {
    const slates = [newSlate(), newSlate()] as const;
    const end = new Event();
    const b = new Thread({ target: actions.joinsItselfAfter, args: [slates[0], end] }).start();
    const a = new Thread({ target: actions.joins, args: [slates[1], b] }).start();
    end.set();
    a.join();
    expect(slates.map((slate) => read(slate))).toEqual(["InvalidStateError", "true"]);
  });

  it("TH-021 main can not join itself", async () => {
    expect(() => mainThread().join()).toThrow("a thread can not join itself: it would wait for ever");
    expect(() => mainThread().join({ timeout: 1 })).toThrow(InvalidStateError);
    await expect(mainThread().joinAsync()).rejects.toThrow(InvalidStateError);
  });

  it("TH-023 a thread that has ended can be joined again and again", async () => {
    const thread = new Thread().start();
    for (let i = 0; i < 3; i++) expect(thread.join()).toBe(true);
    expect(thread.join({ timeout: 0 })).toBe(true);
    expect(await thread.joinAsync()).toBe(true);
    expect(await thread.joinAsync({ timeout: 0 })).toBe(true);
  });

  it("TH-024 TH-025 join gives up when its time is over; 0 only looks", async () => {
    const { thread, end } = startWaiting();
    const begin = performance.now();
    expect(thread.join({ timeout: 0 })).toBe(false);
    expect(await thread.joinAsync({ timeout: 0 })).toBe(false);
    expect(thread.join({ timeout: 20 })).toBe(false);
    expect(await thread.joinAsync({ timeout: 20 })).toBe(false);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(40);
    expect(thread.isAlive).toBe(true);
    end.set();
    expect(await thread.joinAsync()).toBe(true);
  });

  it("TH-025 TH-026 a timeout that is negative, no number or too large is refused before anything else", async () => {
    const thread = new Thread();
    for (const timeout of [-1, Number.NaN, 1e100, TIMEOUT_MAX + 1, -Infinity]) {
      expect(() => thread.join({ timeout })).toThrow(RangeError);
      await expect(thread.joinAsync({ timeout })).rejects.toThrow(RangeError);
    }
    for (const timeout of ["1", null, 1n]) {
      expect(() => thread.join({ timeout: timeout as never })).toThrow(TypeError);
      await expect(thread.joinAsync({ timeout: timeout as never })).rejects.toThrow(TypeError);
    }
    expect(() => thread.join(5 as never)).toThrow(TypeError);
    expect(new Thread().start().join({ timeout: Number.POSITIVE_INFINITY })).toBe(true);
    expect(new Thread().start().join({ timeout: TIMEOUT_MAX })).toBe(true);
  });

  it("an aborted joinAsync rejects with the reason, and the thread runs on", async () => {
    const { thread, end } = startWaiting();
    const reason = new Error("enough");
    await expect(thread.joinAsync({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const joined = thread.joinAsync({ signal: controller.signal });
    controller.abort(reason);
    await expect(joined).rejects.toBe(reason);
    expect(thread.isAlive).toBe(true);
    end.set();
    expect(await thread.joinAsync({ signal: new AbortController().signal })).toBe(true);
  });

  it("TH-027 all who join a thread return when it ends, blocked or not", async () => {
    const { thread, end } = startWaiting();
    const slates = [newSlate(), newSlate(), newSlate()];
    const joiners = slates.map((slate) => {
      const up = new Event();
      return { up, joiner: new Thread({ target: actions.joins, args: [slate, thread, up] }).start() };
    });
    const asynchronous = [thread.joinAsync(), thread.joinAsync(), thread.joinAsync({ timeout: 20_000 })];
    for (const { up, joiner } of joiners) {
      up.wait();
      await until("asleep in join", () => joiner.state === "blocked");
    }
    end.set();
    expect(await Promise.all(asynchronous)).toEqual([true, true, true]);
    for (const { joiner } of joiners) joiner.join();
    expect(slates.map((slate) => read(slate))).toEqual(["true", "true", "true"]);
  });

  it("TH-031 a thread that nobody joins leaves nothing behind", async () => {
    const agents = agentsOf(Arena.default);
    const threads = Array.from({ length: 4 }, () => new WeakRef(new Thread({ target: actions.nothing }).start()));
    await until("ended", () => activeCount() === 1);
    // Only main's slot is taken, beside that of the supervisor.
    await until("slots free", () => agents.ids().filter((id) => (agents.flags(id) & AGENT_FOREIGN) === 0).length === 1);
    await until("collected", async () => {
      await collectGarbage();
      return threads.every((thread) => thread.deref() === undefined);
    });
  });

  it("TH-032 a thread that was joined is never listed again", () => {
    // CPython does it 99 times; each thread takes a while to import TypeScript here.
    for (let i = 0; i < 20; i++) {
      const { thread, end } = startWaiting();
      expect(enumerate()).toContain(thread);
      end.set();
      thread.join();
      expect(enumerate()).not.toContain(thread);
    }
  });

  it("TH-034 endless recursion is an error in that thread only", async () => {
    const errors: unknown[] = [];
    const before = setExcepthook((error) => errors.push(error));
    new Thread({ target: actions.overflows }).start().join();
    await until("reported", () => errors.length > 0);
    setExcepthook(before);
    expect(errors).toEqual([new RangeError("Maximum call stack size exceeded")]);
  });

  it("TH-035 a thread that its own arguments lead back to is collected", async () => {
    const make = (): WeakRef<Thread> => {
      const own = {};
      const thread = new Thread({ target: actions.nothing, args: [own] });
      // What can not be enumerated does not travel.
      Object.defineProperty(own, "thread", { value: thread });
      thread.start().join();
      return new WeakRef(thread);
    };
    const thread = make();
    await until("collected", async () => {
      await collectGarbage();
      return thread.deref() === undefined;
    });
  });

  it("TH-036 what the target returns is dropped, yet a promise is awaited", () => {
    const slates = [newSlate(), newSlate()] as const;
    expect(new Thread({ target: actions.answer, args: [slates[0]] }).start().join()).toBe(true);
    expect(new Thread({ target: actions.answerLater, args: [slates[1], 30] }).start().join()).toBe(true);
    expect(slates.map((slate) => read(slate))).toEqual([[], "later"]);
  });
});

describe("daemon", () => {
  it("TH-037 TH-038 a thread is a daemon as told, or as the thread that makes it", () => {
    expect(new Thread().daemon).toBe(false);
    expect(new Thread({ daemon: true }).daemon).toBe(true);
    for (const daemon of [true, false]) {
      const [self, parent] = [newSlate(), newSlate()];
      new Thread({ target: actions.startsDescribed, args: [parent, self], daemon }).start().join();
      expect(read(parent)).toMatchObject({ daemon, name: "parent" });
      expect(read(self)).toMatchObject({ daemon, name: "child" });
    }
  });

  it("TH-039 daemon can not be changed once the thread was started", () => {
    const thread = new Thread();
    thread.daemon = true;
    expect(thread.daemon).toBe(true);
    thread.start();
    expect(() => {
      thread.daemon = false;
    }).toThrow(InvalidStateError);
    thread.join();
    expect(() => {
      thread.daemon = false;
    }).toThrow(InvalidStateError);
    expect(() => {
      new Thread().daemon = 1 as never;
    }).toThrow(TypeError);
  });
});
