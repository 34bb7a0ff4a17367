import { AtomicInt32 } from "@conc/atomics";
import { Lock } from "@conc/lock";
import { expect, it } from "vitest";
import { explore } from "../src/interleaving/explore.ts";

interface Room {
  readonly lock: Lock;
  readonly inside: AtomicInt32;
}

const share = (): Room => ({ lock: new Lock(), inside: new AtomicInt32(0) });

function visit({ lock, inside }: Room): void {
  lock.acquire();
  expect(inside.add(1)).toBe(0);
  inside.add(-1);
  lock.release();
}

it("two threads exclude each other in every interleaving", async () => {
  const { schedules } = await explore({
    share,
    agents: { A: visit, B: visit },
    check: ({ lock }) => expect(lock.locked).toBe(false),
  });
  expect(schedules).toBeGreaterThan(0);
});
