import { describe, expect, it } from "vitest";
import { inOrder, ScheduledEvent } from "../src/event.ts";
import { EventHeap } from "../src/event-heap.ts";

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state >>> 8;
  };
}

describe("EventHeap", () => {
  it("gives the same as a sorted list, whatever is added and taken out", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const next = random(seed);
      const heap = new EventHeap();
      let list: ScheduledEvent[] = [];
      for (let step = 0; step < 300; step++) {
        const what = next() % 3;
        if (what < 2) {
          const event = new ScheduledEvent(next() % 20, next() % 3, step, () => {}, []);
          heap.add(event);
          list.push(event);
        } else if (list.length > 0) {
          const event = list[next() % list.length] as ScheduledEvent;
          expect(heap.remove(event)).toBe(true);
          expect(heap.remove(event)).toBe(false);
          list = list.filter((each) => each !== event);
        }
        list.sort(inOrder);
        expect([heap.first, heap.size]).toEqual([list[0], list.length]);
      }
      expect(heap.sorted()).toEqual(list);
      for (const event of list) {
        expect(heap.first).toBe(event);
        heap.remove(event);
      }
    }
  });
});
