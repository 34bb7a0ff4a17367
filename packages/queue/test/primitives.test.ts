import { Arena, endAgent, freeOrphans } from "@conc/atomics";
import { Condition } from "@conc/condition";
import { Lock } from "@conc/lock";
import { sharedCells, startThread, until } from "@conc/testkit";
import { collectGarbage } from "@conc/testkit/collect-garbage.ts";
import { describe, expect, it } from "vitest";
import { LifoQueue, PriorityQueue, Queue, QueueFullError, SimpleQueue } from "../src/index.ts";
import { countsOf } from "./handles.ts";
import { KINDS, makeAll, surround } from "./workers/primitives.ts";

const THREADS = new URL("./workers/primitives.ts", import.meta.url);

/** Bytes of the arena that may stay in use: an idle crate, tables of what is shared, a segment. */
const ROOM = 24 * 1024;

async function flat(before: number): Promise<void> {
  await until("the arena has no more in use than before", async () => {
    await collectGarbage();
    freeOrphans(Arena.default.agent);
    return Arena.default.used <= before + ROOM;
  });
}

describe.each([Queue, LifoQueue, PriorityQueue, SimpleQueue])("primitives in the items of a %o", (Class) => {
  it.each(Object.keys(KINDS))("a %s that was put, and comes back, is that very one", (name) => {
    const queue = new Class<object>();
    const primitive = KINDS[name]?.make();
    queue.put(primitive, { priority: 1 } as object);
    queue.put([2, { primitive }], { priority: 2 } as object);
    const got = [queue.get(), queue.get()];
    expect(got).toContain(primitive);
    expect(got.some((item) => (item as { primitive: object }[])[1]?.primitive === primitive)).toBe(true);
    expect(countsOf(primitive).underway).toBe(0);
  });

  it("each kind is the same in another thread: what is done with it there is seen here", async () => {
    const [there, back] = [new Queue<unknown>(), new Class<unknown>()];
    const thread = startThread<void>(THREADS, "changeAll", there, back);
    const all = makeAll();
    there.put(surround(all));
    const [, named, [listed]] = back.get() as ReturnType<typeof surround>;
    for (const [index, [name, primitive]] of all.entries()) {
      expect(named.get(name), name).toBe(primitive);
      expect(listed?.all[index], name).toBe(primitive);
      expect(KINDS[name]?.isChanged(primitive), name).toBe(true);
      expect(countsOf(primitive).underway, name).toBe(0);
    }
    there.shutdown();
    await thread.result;
  });

  it("each kind that another thread made is the same here", async () => {
    const [here, back] = [new Class<unknown>(), new Queue<unknown>()];
    const thread = startThread<string[]>(THREADS, "sendOwn", here, back);
    const item = (await here.getAsync()) as ReturnType<typeof surround>;
    for (const [name, primitive] of item[1]) KINDS[name]?.change(primitive);
    back.put(item);
    expect(await thread.result).toEqual([]);
    for (const [name, primitive] of item[1]) expect(countsOf(primitive).underway, name).toBe(0);
  });

  it("those that nobody has any more take no room, whether they were taken, dropped or never put", async () => {
    const [there, back] = [new Queue<unknown>(), new Class<unknown>()];
    const thread = startThread<void>(THREADS, "changeAll", there, back);
    const pass = async (rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        there.put(surround(makeAll()));
        await back.getAsync();
        await drop(Class);
        await collectGarbage();
      }
    };
    await pass(3);
    await collectGarbage();
    const before = Arena.default.used;
    await pass(20);
    await flat(before);
    there.shutdown();
    await thread.result;
  });
});

it.each([Queue, LifoQueue, PriorityQueue])(
  "primitives in an item of a %o that nobody else has outlive a thread that dies when it has read them, and not taken",
  async (Class) => {
    const queue = new Class<[number, Lock, Condition]>();
    const cells = sharedCells(2);
    queue.put([1, new Lock(), new Condition()]);
    const thread = startThread<void>(THREADS, "stayWhileTaking", queue, cells);
    const id = await until("it has read the item", () => Atomics.load(cells, 0));
    for (let time = 0; time < 3; time++) await collectGarbage();
    await thread.kill();
    endAgent(Arena.default.agent, id);
    expect(queue.size).toBe(1);
    const [, lock, condition] = queue.get({ timeout: 0 });
    for (const primitive of [lock, condition]) {
      expect(countsOf(primitive)).toEqual({ threads: 1, underway: 0 });
      primitive.runExclusive(() => expect(primitive.locked).toBe(true));
    }
  },
);

/** Puts an item with primitives into a queue that is dropped with it, and one for which there is no room. */
async function drop(Class: new (maxSize?: number) => Queue | SimpleQueue): Promise<void> {
  const queue = new Class(1);
  queue.put(surround(makeAll()));
  if (!(queue instanceof Queue)) return;
  const refused = queue.putAsync(surround(makeAll()), { timeout: 1 });
  await expect(refused).rejects.toThrow(QueueFullError);
  queue.shutdown({ immediate: true });
}
