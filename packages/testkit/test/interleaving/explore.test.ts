import { Arena, AtomicInt32 } from "@conc/atomics";
import { describe, expect, it } from "vitest";
import { explore, type Program } from "../../src/index.ts";

interface Shared {
  readonly word: AtomicInt32;
}
const share = (): Shared => ({ word: new AtomicInt32(0) });

describe("an exploration", () => {
  it("goes through all orders", async () => {
    const seen = new Set<string>();
    const digit =
      (value: number): Program<Shared> =>
      ({ word }) => {
        for (let step = 0; step < 2; step++) word.store(word.load() * 10 + value);
      };
    await explore({ share, agents: { A: digit(1), B: digit(2) }, check: ({ word }) => seen.add(String(word.load())) });
    // Those without a lost update, and all that a lost one leaves.
    for (const end of ["1122", "1212", "1221", "2112", "2121", "2211"]) expect(seen).toContain(end);
    for (const end of ["11", "22", "12", "21", "112", "221"]) expect(seen).toContain(end);
    expect(seen).not.toContain("0");
  });

  it("with no preemption runs each agent as far as it gets", async () => {
    const ends = new Set<number>();
    const twice: Program<Shared> = ({ word }) => {
      word.store(word.load() + 1);
      word.store(word.load() + 1);
    };
    await explore(
      { share, agents: { A: twice, B: twice }, check: ({ word }) => ends.add(word.load()) },
      { preemptions: 0 },
    );
    expect([...ends]).toEqual([4]);
  });

  it("takes a timer and a microtask for what they are", async () => {
    const order = new Set<string>();
    await explore({
      share,
      agents: {
        async A({ word }) {
          const events: string[] = [];
          setTimeout(() => events.push("late"), 20);
          setTimeout(() => events.push("soon"), 10);
          queueMicrotask(() => events.push(`task ${word.load()}`));
          await new Promise<void>((resolve) => setTimeout(resolve, 30));
          return events.join(", ");
        },
        B: ({ word }) => word.store(1),
      },
      check: (_shared, { A }) => order.add(String(A)),
    });
    expect([...order].sort()).toEqual(["task 0, soon, late", "task 1, soon, late"]);
  });

  it("leaves everything as it was", async () => {
    const { load } = Atomics;
    const { setTimeout: timer } = globalThis;
    const home = Arena.default;
    await explore({ share, agents: { A: ({ word }) => word.add(1) } });
    await expect(explore({ share, agents: { A: () => Promise.reject(new Error("no")) } })).rejects.toThrow(
      "A threw Error: no",
    );
    expect(Atomics.load).toBe(load);
    expect(globalThis.setTimeout).toBe(timer);
    expect(Arena.default).toBe(home);
    expect(Object.hasOwn(performance, "now")).toBe(false);
  });

  it("refuses a program that does not do the same each time", async () => {
    let times = 0;
    const moody: Program<Shared> = ({ word }) => {
      if (times++ % 2 === 0) word.add(1);
      else word.load();
      word.add(1);
    };
    await expect(explore({ share, agents: { A: moody, B: moody } })).rejects.toThrow(/not deterministic/);
  });
});
