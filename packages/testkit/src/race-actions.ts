// What the flows of `raceSuite` do by themselves. A module of its own, for the threads import it and must not load vitest.
import {
  Arena,
  type AtomicInt32,
  Deadline,
  endAgent,
  type WaitAsync,
  type Word,
  waitForEnd,
  waitForEndAsync,
} from "@conc/atomics";
import type { Condition, Event } from "@conc/condition";
import { waiting } from "./condition-actions.ts";
import type { Form } from "./form.ts";
import type { Acquirable } from "./lock-actions.ts";

/** The batch for which the one who wakes is ready. */
export const READY = 0;
/** The batch in which it may begin. */
export const GO = 1;
/** Set when those who pass by shall stop. */
export const STOP = 2;

/** How one kind of primitive is waited for. */
export interface Way {
  /** Lets one go on. What is acquired and released needs no such method: who wakes holds it before. */
  wake?(form: Form, object: any): unknown;

  /**
   * Waits. Who gets what it waits for passes it on, unless it is the last one.
   *
   * @param begun Called when it waits.
   * @returns Whether it got it; false if its time ran out.
   */
  visit(form: Form, object: any, options: WaitAsync | undefined, last: boolean, begun: () => void): Promise<boolean>;
}

/** A condition, and what those who use `waitFor` wait for. */
export interface Shop {
  readonly condition: Condition;
  readonly stock: AtomicInt32;
}

const acquire: Way = {
  async visit(form, lock: Acquirable, options, _last, begun) {
    const acquired = form.call(lock, "acquire", options);
    begun();
    if (!(await acquired)) return false;
    lock.release();
    return true;
  },
};

const word: Way = {
  wake: (_form, object: Word) => object.notify(1),

  async visit(form, object: Word, options, last, begun) {
    const ended = form.call(object, "wait", 0, options);
    begun();
    if ((await ended) === "timed-out") return false;
    if (!last && object.notify(1) !== 1) throw new Error("it went to two");
    return true;
  },
};

const condition: Way = {
  async wake(form, object: Condition) {
    await form.call(object, "acquire");
    object.notify();
    object.release();
  },

  async visit(form, object: Condition, options, last, begun) {
    await form.call(object, "acquire");
    try {
      const ended = form.call(object, "wait", options);
      begun();
      if (!(await ended)) return false;
      if (!last && waiting(object) === 0) throw new Error("it went to two");
      if (!last) object.notify();
      return true;
    } finally {
      object.release();
    }
  },
};

const shop: Way = {
  async wake(form, object: Shop) {
    await form.call(object.condition, "acquire");
    object.stock.add(1);
    object.condition.notify();
    object.condition.release();
  },

  async visit(form, object: Shop, options, last, begun) {
    await form.call(object.condition, "acquire");
    try {
      const ended = form.call(object.condition, "waitFor", () => object.stock.load() > 0, options);
      // Not before the predicate was asked.
      await null;
      begun();
      if (!(await ended)) return false;
      if (last) object.stock.sub(1);
      else object.condition.notify();
      return true;
    } finally {
      object.condition.release();
    }
  },
};

const event: Way = {
  wake: (_form, object: Event) => object.set(),

  async visit(form, object: Event, options, _last, begun) {
    const ended = form.call(object, "wait", options);
    begun();
    return await ended;
  },
};

/** A thread's end, by its number: what `join` waits for. */
const ending: Way = {
  wake: (_form, id: number) => endAgent(Arena.default.agent, id),

  async visit(form, id: number, options, _last, begun) {
    const { agent } = Arena.default;
    const deadline = new Deadline(options?.timeout);
    const ended =
      form.kind === "blocking"
        ? waitForEnd(agent, id, deadline)
        : waitForEndAsync(agent, id, deadline, options?.signal);
    begun();
    return ended;
  },
};

/** By what is waited for. */
export type WayName = "acquire" | "word" | "condition" | "shop" | "event" | "ending";

export const ways: Record<WayName, Way> = { acquire, word, condition, shop, event, ending };

/** Wakes one of those who wait for each object, one object after the other, within so many milliseconds. */
export async function wakeAll(
  form: Form,
  name: WayName,
  objects: any[],
  cells: Int32Array,
  batch: number,
  span: number,
): Promise<void> {
  const { wake } = ways[name];
  // Here and not in the way, for who acquires a reentrant lock has to release it.
  if (!wake) for (const object of objects) await form.call(object, "acquire");
  Atomics.store(cells, READY, batch);
  while (Atomics.load(cells, GO) !== batch) await pause(form);
  const start = performance.now();
  for (const [index, object] of objects.entries()) {
    while (performance.now() - start < (index / objects.length) * span) await (form.kind === "async" && pause(form));
    if (wake) await wake(form, object);
    else object.release();
  }
}

/** Waits for one object after the other, each for a moment, until it is told to stop; says how often it got what it waited for. */
export async function passBy(form: Form, name: WayName, objects: unknown[], cells: Int32Array): Promise<number> {
  let got = 0;
  while (Atomics.load(cells, STOP) === 0) {
    const object = objects[Math.floor(Math.random() * objects.length)];
    if (await ways[name].visit(form, object, { timeout: Math.random() / 3 }, false, () => {})) got++;
    // Others would hardly get in what is free.
    await pause(form);
  }
  return got;
}

async function pause(form: Form): Promise<void> {
  if (form.kind === "async") await new Promise(setImmediate);
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0.02);
}
