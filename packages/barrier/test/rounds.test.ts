import { Arena } from "@conc/atomics";
import { type Flow, Flows, until } from "@conc/testkit";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Barrier, BrokenBarrierError } from "../src/index.ts";
import { CAME, EARLY, type Ended, INDEXES } from "./workers/parties.ts";

const flows = new Flows(new URL("./workers/parties.ts", import.meta.url));

afterAll(() => flows.end());

afterEach(() => {
  expect(Arena.default.agent.pending).toBe(0);
});

const upTo = (count: number): number[] => [...new Array(count).keys()];

/** Has the flows come one after the other. */
async function lineUp(barrier: Barrier, parties: readonly Flow[], options?: object): Promise<Promise<Ended>[]> {
  const before = barrier.waiting;
  const waits: Promise<Ended>[] = [];
  for (const party of parties) {
    waits.push(party.run<Ended>("arrive", barrier, options));
    await until("it waits", () => barrier.waiting === before + waits.length);
  }
  return waits;
}

async function outcomes(waits: readonly Promise<Ended>[]): Promise<(number | string)[]> {
  return (await Promise.all(waits)).map(({ outcome }) => outcome);
}

for (const kinds of ["threads", "tasks", "mixed"] as const) {
  const take = (count: number): Promise<[Flow, ...Flow[]]> =>
    flows.take(count, kinds) as unknown as Promise<[Flow, ...Flow[]]>;

  describe(`Barrier of ${kinds}: rounds`, () => {
    it("BR-010 a single party passes at once, every time", async () => {
      const [party] = await take(1);
      const barrier = new Barrier(1);
      for (let time = 0; time < 3; time++) expect(await party.call(barrier, "wait")).toBe(0);
      expect(await party.call(barrier, "wait", { timeout: 0 })).toBe(0);
    });

    it("BR-005 BR-011 BR-012 BR-013 BR-047 BR-056 all go on together, with indexes in the order in which they came", async () => {
      const [last, ...others] = await take(4);
      const barrier = new Barrier(4);
      const waits = await lineUp(barrier, others);
      expect([barrier.waiting, barrier.broken]).toEqual([3, false]);
      waits.push(last.run<Ended>("arrive", barrier));
      expect(await outcomes(waits)).toEqual(upTo(4));
      expect([barrier.waiting, barrier.broken]).toEqual([0, false]);
    });

    it("BR-014 BR-015 BR-016 BR-049 nobody is a round ahead, in 500 rounds of two waits", async () => {
      for (const count of [2, 3, 5]) {
        const parties = await take(count);
        const barrier = new Barrier(count);
        const cells = new Int32Array(new SharedArrayBuffer(4 * (INDEXES + count)));
        const rounds = 500;
        const sums = await Promise.all(parties.map((party) => party.run<number>("march", barrier, cells, rounds)));
        expect([cells[CAME], cells[EARLY]]).toEqual([rounds * count, 0]);
        expect([...cells.subarray(INDEXES)]).toEqual(new Array(count).fill(rounds));
        expect(sums.reduce((sum, each) => sum + each)).toBe((rounds * count * (count - 1)) / 2);
        expect(barrier.waiting).toBe(0);
      }
    });

    it("BR-017 more than are needed are served in groups; who is left over waits", async () => {
      const parties = await take(5);
      const barrier = new Barrier(2);
      const waits = parties.map((party) => party.run<Ended>("arrive", barrier));
      let ended = 0;
      for (const wait of waits) wait.then(() => ended++);
      await until("four have passed and one waits", () => ended === 4 && barrier.waiting === 1);
      expect(await barrier.waitAsync()).toBe(1);
      expect((await outcomes(waits)).sort()).toEqual([0, 0, 0, 1, 1]);
    });
  });

  describe(`Barrier of ${kinds}: breaking`, () => {
    it("BR-027 BR-036 when the time of one runs out all get the error, and who comes late at once", async () => {
      const [late, hasty, patient] = (await take(3)) as [Flow, Flow, Flow];
      const barrier = new Barrier(3);
      const waits = await lineUp(barrier, [patient]);
      const { outcome, elapsed } = await hasty.run<Ended>("arrive", barrier, { timeout: 30 });
      expect(outcome).toBe("BrokenBarrierError");
      expect(elapsed).toBeGreaterThanOrEqual(30);
      expect(await outcomes(waits)).toEqual(["BrokenBarrierError"]);
      expect([barrier.broken, barrier.waiting]).toEqual([true, 0]);
      await expect(late.call(barrier, "wait")).rejects.toThrow("the time of a party ran out");
      await expect(late.call(barrier, "wait")).rejects.toThrow(BrokenBarrierError);
    });

    it("BR-028 BR-029 BR-030 the barrier's own timeout counts unless the call says something else", async () => {
      const [one, two] = (await take(2)) as [Flow, Flow];
      const hasty = new Barrier(3, { timeout: 30 });
      const { outcome, elapsed } = await one.run<Ended>("arrive", hasty);
      expect(outcome).toBe("BrokenBarrierError");
      expect(elapsed).toBeGreaterThanOrEqual(30);

      hasty.reset();
      const waits = await lineUp(hasty, [one, two], { timeout: Number.POSITIVE_INFINITY });
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(hasty.waiting).toBe(2);
      hasty.abort();
      expect(await outcomes(waits)).toEqual(["BrokenBarrierError", "BrokenBarrierError"]);

      const patient = new Barrier(2, { timeout: 60_000 });
      expect((await one.run<Ended>("arrive", patient, { timeout: 5 })).elapsed).toBeLessThan(10_000);
      expect(patient.broken).toBe(true);
    });

    it("BR-031 timeout 0 breaks the barrier at once, except for the last one", async () => {
      const [one, two] = (await take(2)) as [Flow, Flow];
      const barrier = new Barrier(2);
      await expect(one.call(barrier, "wait", { timeout: 0 })).rejects.toThrow(BrokenBarrierError);
      expect(barrier.broken).toBe(true);
      barrier.reset();
      const waits = await lineUp(barrier, [two]);
      expect(await one.call(barrier, "wait", { timeout: 0 })).toBe(1);
      expect(await outcomes(waits)).toEqual([0]);
    });

    it("BR-034 BR-035 BR-036 abort lets all go with the error; a second one means nothing", async () => {
      const [aborter, ...others] = await take(4);
      const barrier = new Barrier(4);
      const waits = await lineUp(barrier, others);
      for (let time = 0; time < 2; time++) await aborter.call(barrier, "abort");
      expect(await outcomes(waits)).toEqual(new Array(3).fill("BrokenBarrierError"));
      expect([barrier.broken, barrier.waiting]).toEqual([true, 0]);
      await expect(aborter.call(barrier, "wait")).rejects.toThrow("abort() was called");
    });

    it("BR-039 BR-040 BR-041 BR-053 reset refuses who waits and mends the barrier", async () => {
      const [resetter, ...others] = await take(3);
      const barrier = new Barrier(3);
      barrier.reset();
      const waits = await lineUp(barrier, others);
      await resetter.call(barrier, "reset");
      expect(await outcomes(waits)).toEqual(new Array(2).fill("BrokenBarrierError"));
      expect([barrier.broken, barrier.waiting]).toEqual([false, 0]);
      barrier.abort();
      await resetter.call(barrier, "reset");
      expect(barrier.broken).toBe(false);
      const again = await lineUp(barrier, others);
      again.push(resetter.run<Ended>("arrive", barrier));
      expect(await outcomes(again)).toEqual(upTo(3));
    });

    it("BR-042 BR-043 BR-044 after abort and reset all pass again, met at a second barrier in between", async () => {
      const parties = await take(3);
      const [barrier, meeting] = [new Barrier(3), new Barrier(3)];
      for (let time = 0; time < 20; time++) {
        const waits = await lineUp(barrier, parties.slice(1));
        await parties[0].call(barrier, "abort");
        expect(await outcomes(waits)).toEqual(new Array(2).fill("BrokenBarrierError"));
        expect((await outcomes(parties.map((party) => party.run<Ended>("arrive", meeting)))).sort()).toEqual(upTo(3));
        await parties[time % 3]?.call(barrier, "reset");
        const passes = parties.map((party) => party.run<Ended>("arrive", barrier));
        // A reset of a round that has passed disturbs nobody.
        expect((await outcomes(passes)).sort()).toEqual(upTo(3));
        barrier.reset();
      }
    });

    it("BR-033 BR-045 BR-046 timeouts and resets that race end every wait, and in a state that is defined", async () => {
      const parties = await take(4);
      const barrier = new Barrier(4);
      let over = false;
      const passed = Promise.all(parties.map((party) => party.run<number>("persist", barrier, 150, 1.5))).finally(
        () => {
          over = true;
        },
      );
      while (!over) {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
        barrier.reset();
      }
      for (const count of await passed) expect(count).toBeGreaterThanOrEqual(0);
      barrier.reset();
      expect([barrier.broken, barrier.waiting]).toEqual([false, 0]);
      expect((await outcomes(parties.map((party) => party.run<Ended>("arrive", barrier)))).sort()).toEqual(upTo(4));
    });
  });
}

it("four threads and four tasks go through 2000 rounds", async () => {
  const parties = [...(await flows.take(4, "threads")), ...(await flows.take(4, "tasks"))];
  const barrier = new Barrier(8);
  const cells = new Int32Array(new SharedArrayBuffer(4 * (INDEXES + 8)));
  await Promise.all(parties.map((party) => party.run<number>("march", barrier, cells, 1000)));
  expect([cells[CAME], cells[EARLY]]).toEqual([8000, 0]);
  expect([...cells.subarray(INDEXES)]).toEqual(new Array(8).fill(1000));
});
