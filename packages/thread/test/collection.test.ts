import { Arena, toHandle } from "@conc/atomics";
import { Condition, Event } from "@conc/condition";
import { Lock } from "@conc/lock";
import { until } from "@conc/testkit";
import { collectGarbage } from "@conc/testkit/collect-garbage.ts";
import { newSlate, write } from "@conc/testkit/slate.ts";
import { Thread } from "@conc/thread";
import { describe, expect, it } from "vitest";
import { noFailures } from "./start-waiting.ts";
import * as receiving from "./workers/receiving.ts";

noFailures();

/** How many locks are made; the tenth part of them is shared. The full run has a million. */
const LOCKS = Number(process.env.CONC_LOCKS ?? 20_000);
const BATCH = 200;
const PATIENCE = 60_000 + LOCKS;
/** Bytes of the arena that stay in use beside locks: tables, nodes of waits, slots. */
const ROOM = 16 * 1024;

/** Waits until the arena has no more in use than before, give or take. */
async function flat(before: number): Promise<void> {
  await until("all is collected", async () => {
    await collectGarbage();
    return Arena.default.used < before + ROOM;
  });
}

describe("locks that are made and dropped", () => {
  it("take no room in the end", { timeout: PATIENCE }, async () => {
    await collectGarbage();
    const { used } = Arena.default;
    let resident = 0;
    for (let made = 0; made < LOCKS; made++) {
      new Lock().runExclusive(() => {});
      if (made % 10_000 === 0) await collectGarbage();
      if (made === Math.floor(LOCKS / 2)) resident = process.memoryUsage.rss();
    }
    await flat(used);
    // Half of the work has made it as large as it gets.
    expect(process.memoryUsage.rss()).toBeLessThan(resident * 1.25 + 32e6);
  });

  it("take no room in the end, shared with a thread that lives on, and sent to it twice", {
    timeout: PATIENCE,
  }, async () => {
    const [sent, ask, done] = [newSlate(), new Event(), new Event()];
    const thread = new Thread({ target: receiving.usesWhatItGets, args: [sent, ask, done] }).start();
    const kinds = [() => new Lock(), () => new Condition()];
    const send = async (batch: unknown[]): Promise<void> => {
      write(sent, batch);
      ask.set();
      await done.waitAsync();
      done.clear();
    };
    const share = async (): Promise<void> => {
      const locks = Array.from({ length: BATCH }, (_, index) => (kinds[index % 2] as () => Lock | Condition)());
      // The thread has an object for each one when its second handle arrives.
      for (let time = 0; time < 2; time++) await send(locks.map((lock) => toHandle(lock)));
    };
    await share();
    await collectGarbage();
    const { used } = Arena.default;
    let resident = 0;
    for (let shared = 0; shared < LOCKS / 10; shared += BATCH) {
      await share();
      await collectGarbage();
      if (resident === 0 && shared >= LOCKS / 20) resident = process.memoryUsage.rss();
    }
    await flat(used);
    expect(process.memoryUsage.rss()).toBeLessThan(resident * 1.25 + 32e6);
    write(sent, []);
    ask.set();
    await thread.joinAsync();
  });

  it("take no room in the end, shared with threads that die", { timeout: PATIENCE }, async () => {
    const share = async (count = 5 * BATCH): Promise<void> => {
      // The tables of what is shared grow with what is not collected yet, and stay.
      await collectGarbage();
      const locks = Array.from({ length: count }, () => new Lock());
      await new Thread({ target: receiving.usesAll, args: [locks] }).start().joinAsync();
    };
    await share();
    await share(0);
    await collectGarbage();
    const { used } = Arena.default;
    for (let shared = 0; shared < LOCKS / 20; shared += 5 * BATCH) await share();
    // Something may still hold the last thread, and what it was given.
    await share(0);
    await flat(used);
  });

  it("take no room in the end, given to threads that are terminated, wherever they are in coming up", {
    timeout: PATIENCE,
  }, async () => {
    const terminateAfter = async (ms: number): Promise<void> => {
      // As above; finalizers run when the event loop has time for them.
      for (let time = 0; time < 4; time++) await collectGarbage();
      const locks = Array.from({ length: BATCH }, () => new Lock());
      const thread = new Thread({ target: receiving.usesAll, args: [locks] }).start();
      await new Promise((resolve) => setTimeout(resolve, ms));
      await thread.terminate();
    };
    for (const ms of [0, 0, 100]) await terminateAfter(ms);
    await collectGarbage();
    const { used } = Arena.default;
    for (let ms = 0; ms < 80; ms += 2) await terminateAfter(ms);
    await flat(used);
  });
});
