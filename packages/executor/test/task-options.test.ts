import { AtomicInt32, InvalidStateError, TimeoutError } from "@conc/atomics";
import { Event } from "@conc/condition";
import { until } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { taskSignal, WorkerDiedError, waitSync } from "../src/index.ts";
import { poolsWith } from "./pools.ts";
import * as jobs from "./workers/jobs.ts";

const newPool = poolsWith({ maxWorkers: 1 });

/** How many listeners a signal has. */
function listenersOf(signal: AbortSignal): number {
  return process.getBuiltinModule("node:events").getEventListeners(signal, "abort").length;
}

describe("a signal", () => {
  it("that is aborted already has nothing submitted", async () => {
    const executor = newPool();
    const cell = new AtomicInt32(0);
    const signal = AbortSignal.abort(new Error("no"));
    expect(() => executor.submitWith({ signal }, jobs.count, cell)).toThrow("no");
    expect(await executor.submit(jobs.count, cell)).toBe(1);
  });

  it("calls off what is queued: nobody does it", async () => {
    const executor = newPool();
    const [go, cell] = [new Event(), new AtomicInt32(0)];
    const first = executor.submit(jobs.waitFor, go);
    const { signal, abort } = signalOf();
    const queued = executor.submitWith({ signal }, jobs.count, cell);
    abort(new Error("enough"));
    await expect(queued).rejects.toThrow("enough");
    go.set();
    await first;
    expect(await executor.submit(jobs.count, cell)).toBe(1);
    expect(listenersOf(signal)).toBe(0);
  });

  it.each([
    ["polling", jobs.workUntilCalledOff],
    ["listening", jobs.waitUntilCalledOff],
  ])("calls off what is running, which can heed it by %s", async (_how, task) => {
    const executor = newPool();
    const [begun, ended] = [new AtomicInt32(0), new AtomicInt32(0)];
    const { signal, abort } = signalOf();
    const running = executor.submitWith({ signal }, task, begun, ended);
    await until("it runs", () => begun.load() === 1);
    abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    await until("it has heard of it", () => ended.load() === 1);
    expect(await executor.submit(jobs.power, 2, 2)).toBe(4);
  });

  it("ends the thread of what is running, if told", async () => {
    const executor = newPool();
    const begun = new AtomicInt32(0);
    const { signal, abort } = signalOf();
    const running = executor.submitWith({ signal, terminate: true }, jobs.spin, begun);
    const next = executor.submit(jobs.power, 2, 2);
    await until("it runs", () => begun.load() === 1);
    abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(await next).toBe(4);
  });

  it("means nothing any more when the task is done", async () => {
    const executor = newPool();
    const { signal, abort } = signalOf();
    const future = executor.submitWith({ signal, terminate: true }, jobs.power, 2, 2);
    expect(await future).toBe(4);
    expect(listenersOf(signal)).toBe(0);
    abort(new Error("late"));
    expect(await future).toBe(4);
    expect((await executor.submit(jobs.who))[1]).toMatch(/_0$/);
  });

  it("that comes as tasks end loses none, and ends no thread of another one", async () => {
    const executor = newPool({ maxWorkers: 2 });
    for (let round = 0; round < 300; round++) {
      const { signal, abort } = signalOf();
      const called = executor.submitWith({ signal, terminate: round % 10 === 0 }, jobs.echo, round);
      const other = executor.submit(jobs.echo, -round);
      if (round % 3 === 0) await other;
      abort(new Error("enough"));
      expect([round, "enough"]).toContain(await called.then(undefined, (error: any) => error.message));
      expect(await other.then(undefined, (error) => error)).toBe(-round);
    }
  });
});

function signalOf(): { signal: AbortSignal; abort: (reason: unknown) => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}

describe("a timeout", () => {
  it("counts from when the task is begun", async () => {
    const executor = newPool();
    const first = executor.submit(jobs.nap, 150);
    const second = executor.submitWith({ timeout: 100 }, jobs.nap, 1);
    expect(await Promise.all([first, second])).toEqual([150, 1]);
  });

  it.each(["async", "blocking", "waitSync"])("calls the task off: %s", async (form) => {
    const executor = newPool();
    const [begun, ended] = [new AtomicInt32(0), new AtomicInt32(0)];
    await executor.submit(jobs.who);
    const future = executor.submitWith({ timeout: 30 }, jobs.workUntilCalledOff, begun, ended);
    if (form === "async") await expect(future).rejects.toThrow("the task was not done within 30 ms");
    else if (form === "blocking") expect(() => future.result()).toThrow(TimeoutError);
    else expect(waitSync([future]).done.has(future)).toBe(true);
    expect(future.exception()).toBeInstanceOf(TimeoutError);
    await until("it has heard of it", () => ended.load() === 1);
  });

  it("ends its thread, if told, whatever it does", async () => {
    const executor = newPool();
    const begun = new AtomicInt32(0);
    const future = executor.submitWith({ timeout: 30, terminate: true }, jobs.spin, begun);
    await expect(future).rejects.toThrow(TimeoutError);
    expect(await executor.submit(jobs.power, 2, 2)).toBe(4);
  });

  it("does not matter to one whose thread dies before", async () => {
    await expect(newPool().submitWith({ timeout: 60_000 }, jobs.exit, 0)).rejects.toThrow(WorkerDiedError);
  });
});

describe("transfer", () => {
  it("detaches buffers once the task is submitted", async () => {
    const executor = newPool();
    const bytes = new Uint8Array([1, 2, 3]);
    const future = executor.submitWith({ transfer: [bytes.buffer] }, jobs.echo, bytes);
    expect(bytes.byteLength).toBe(0);
    expect(await future).toEqual(new Uint8Array([1, 2, 3]));
    const kept = new Uint8Array(3);
    expect(() => executor.submitWith({ transfer: [kept.buffer] }, jobs.echo, () => {})).toThrow(TypeError);
    expect(kept.byteLength).toBe(3);
  });
});

describe("submitWith", () => {
  it.each([
    ["a signal that is none", { signal: {} }, TypeError],
    ["a negative time", { timeout: -1 }, RangeError],
    ["a text for a time", { timeout: "1" }, TypeError],
    ["terminate", { terminate: 1 }, TypeError],
    ["something else than buffers", { transfer: [new Uint8Array(1)] }, TypeError],
    ["what is no array", { transfer: new ArrayBuffer(1) }, TypeError],
    ["NaN", { priority: Number.NaN }, RangeError],
    ["an unknown option", { junk: 1 }, TypeError],
  ])("refuses %s", (_what, options, error) => {
    expect(() => newPool().submitWith(options as never, jobs.who)).toThrow(error);
  });
});

describe("taskSignal", () => {
  it("is for tasks", () => {
    expect(() => taskSignal()).toThrow(InvalidStateError);
  });

  it("tells tasks of one worker apart", async () => {
    const executor = newPool({ concurrentTasksPerWorker: 2 });
    const { signal, abort } = signalOf();
    const [begun, ended] = [new AtomicInt32(0), new AtomicInt32(0)];
    const called = executor.submitWith({ signal }, jobs.waitUntilCalledOff, begun, ended);
    const other = executor.submit(jobs.askLater, 40);
    await until("it runs", () => begun.load() === 1);
    abort(new Error("enough"));
    await expect(called).rejects.toThrow("enough");
    expect(await other).toBe(false);
    await until("it has heard of it", () => ended.load() === 1);
  });
});
