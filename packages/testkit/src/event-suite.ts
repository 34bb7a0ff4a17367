import { type Agent, anyPrimitive, countWaiting, WaitQueue } from "@conc/atomics";
import type { Event } from "@conc/condition";
import type { Lock } from "@conc/lock";
import { describe, expect, it } from "vitest";
import type { Flow } from "./flow.ts";
import { quiet } from "./quiet.ts";
import { until } from "./until.ts";

/** What the cases of an event need. */
export interface EventWorld {
  make(): Event;
  makeLock(): Lock;
  /** So many flows, whose module is `condition-actions.ts`. */
  flows(count: number): Promise<Flow[]>;
}

interface Waited {
  readonly result: boolean;
  readonly elapsed: number;
}

/** How many wait for an event. It does not say so itself, so this looks at its line. */
export function waitingFor(event: Event): number {
  const { agent, base } = event as unknown as { agent: Agent; base: number };
  return countWaiting(new WaitQueue(agent, base, anyPrimitive));
}

/** What every event promises, whoever waits for it. */
export function eventSuite(name: string, { make, makeLock, flows }: EventWorld): void {
  /** Has the flows wait; `ended` lists those who are through. */
  async function lineUp(
    event: Event,
    sleepers: Flow[],
    options?: object,
  ): Promise<{ waits: Promise<boolean>[]; ended: number[] }> {
    const waits = sleepers.map((flow) => flow.call<boolean>(event, "wait", options));
    const ended: number[] = [];
    for (const [index, wait] of waits.entries()) wait.then(() => ended.push(index));
    await until("all are waiting", () => waitingFor(event) === sleepers.length);
    return { waits, ended };
  }

  const all = (count: number, result: boolean): boolean[] => new Array(count).fill(result);

  describe(name, () => {
    it("CV-050 CV-051 CV-052 it begins unset, and set and clear are idempotent, seen by all", async () => {
      const event = make();
      const [one, two] = (await flows(2)) as [Flow, Flow];
      expect(await one.call(event, "isSet")).toBe(false);
      for (let time = 0; time < 2; time++) {
        await one.call(event, "set");
        expect(await two.call(event, "isSet")).toBe(true);
        expect(event.isSet).toBe(true);
      }
      for (let time = 0; time < 2; time++) {
        await two.call(event, "clear");
        expect(await one.call(event, "isSet")).toBe(false);
        expect(event.isSet).toBe(false);
      }
    });

    it("CV-053 set lets all five go, and a second wait of each is true at once", async () => {
      const [setter, ...sleepers] = (await flows(6)) as [Flow, ...Flow[]];
      const event = make();
      const { waits, ended } = await lineUp(event, sleepers);
      await quiet();
      expect(ended).toEqual([]);
      await setter.call(event, "set");
      expect(await Promise.all(waits)).toEqual(all(5, true));
      expect(await Promise.all(sleepers.map((flow) => flow.call(event, "wait")))).toEqual(all(5, true));
      expect(waitingFor(event)).toBe(0);
    });

    it("CV-054 once cleared it makes others wait again, until the next set", async () => {
      const [setter, ...sleepers] = (await flows(4)) as [Flow, ...Flow[]];
      const event = make();
      await setter.call(event, "set");
      await setter.call(event, "clear");
      const { waits, ended } = await lineUp(event, sleepers);
      await quiet();
      expect(ended).toEqual([]);
      await setter.call(event, "set");
      expect(await Promise.all(waits)).toEqual(all(3, true));
    });

    it("CV-055 CV-063 set lets those go who wait although it is cleared at once", async () => {
      const [setter, ...sleepers] = (await flows(6)) as [Flow, ...Flow[]];
      const event = make();
      for (let time = 0; time < 20; time++) {
        const { waits } = await lineUp(event, sleepers);
        await setter.run("pulse", event);
        expect(event.isSet).toBe(false);
        expect(await Promise.all(waits)).toEqual(all(5, true));
      }
    });

    it("CV-056 CV-058 timeout 0 only looks, and once it is set every wait is true at once", async () => {
      const event = make();
      const [flow] = (await flows(1)) as [Flow];
      expect(await flow.call(event, "wait", { timeout: 0 })).toBe(false);
      event.set();
      for (const options of [{ timeout: 0 }, { timeout: 10_000 }, {}, undefined]) {
        const { result, elapsed } = await flow.run<Waited>("waitForEvent", event, options);
        expect(result).toBe(true);
        expect(elapsed).toBeLessThan(5000);
      }
    });

    it("CV-057 a wait is false once its time has run out; who waits longer is not disturbed", async () => {
      const event = make();
      const [hasty, patient] = (await flows(2)) as [Flow, Flow];
      const { waits, ended } = await lineUp(event, [patient]);
      const { result, elapsed } = await hasty.run<Waited>("waitForEvent", event, { timeout: 30 });
      expect(result).toBe(false);
      expect(elapsed).toBeGreaterThanOrEqual(30);
      expect(elapsed).toBeLessThan(5000);
      expect([waitingFor(event), ended]).toEqual([1, []]);
      event.set();
      expect(await Promise.all(waits)).toEqual([true]);
    });

    it("CV-062 set needs no lock: it wakes from inside another one's critical section", async () => {
      const lock = makeLock();
      const event = make();
      const [setter, sleeper] = (await flows(2)) as [Flow, Flow];
      const { waits } = await lineUp(event, [sleeper]);
      await setter.run("setInside", lock, event);
      expect(await Promise.all(waits)).toEqual([true]);
      expect(lock.locked).toBe(true);
      await setter.call(lock, "release");
    });
  });
}
