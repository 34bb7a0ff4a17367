import { afterAll, expect, it } from "vitest";
import { enlist, slotOf } from "../src/agent-table.ts";
import { endAgent } from "../src/ending.ts";
import { ExclusiveLine } from "../src/exclusive-line.ts";
import { makeNext } from "../src/handing.ts";
import { AGENT_SELF, Arena, Deadline, LOCK_BYTES, newPlace, resumeBlocked, Waiter } from "../src/index.ts";
import { AGENT_FOREIGN, NODE_AGENT } from "../src/layout.ts";
import { USUAL } from "../src/spinning.ts";
import { anyPrimitive } from "../src/withdrawal.ts";

const { agent, heap } = Arena.default;
const other = enlist(heap, agent.id, AGENT_FOREIGN);

afterAll(() => {
  endAgent(agent, other);
});

it("who had to hand a lock over looks as long as ever once it has had it again, also by way of a condition", () => {
  let looks = 0;
  let isOpen = false;
  const open = (): boolean => isOpen;
  const line = new ExclusiveLine(agent, newPlace(LOCK_BYTES).base, {
    ...anyPrimitive,
    admit: open,
    tryAdmit() {
      looks++;
      return isOpen;
    },
    isHopeless: () => false,
  });
  const looksOfAWait = (): number => {
    looks = 0;
    expect(line.wait(new Deadline(1))).toBe(false);
    return looks;
  };
  const handOver = (): void => {
    const base = slotOf(heap, other);
    const heir = new Waiter(agent, base + AGENT_SELF);
    heir.begin(0);
    const words = heap.reach(heir.node);
    words[heir.node + NODE_AGENT] = other;
    makeNext(words, heir.node);
    line.lock();
    line.push(heir.node);
    expect(line.handOver()).toHaveLength(1);
    line.remove(heir.node);
    line.unlock();
  };

  expect(looksOfAWait()).toBe(USUAL);
  handOver();
  expect(looksOfAWait()).toBe(1);
  expect(looksOfAWait()).toBe(USUAL);

  handOver();
  // As a condition does with one who was notified.
  agent.self.begin(0);
  line.lock();
  line.push(agent.self.node);
  line.unlock(line.signal());
  isOpen = true;
  expect(resumeBlocked(line, agent.self, new Deadline(), true)).toBe(true);
  isOpen = false;
  expect(looksOfAWait()).toBe(USUAL);
});
