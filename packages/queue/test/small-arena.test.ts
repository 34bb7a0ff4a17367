import { ArenaFullError, BlockingNotAllowedError, Heap, OpenArena, OWNING, Place, ThreadMemory } from "@conc/atomics";
import { describe, expect, it } from "vitest";
import { LifoQueue, PriorityQueue, Queue } from "../src/index.ts";
import { DISPOSAL, MAX_SIZE, QUEUE_BYTES } from "../src/layout.ts";

const MAX_BYTES = 2 ** 22;

type AnyQueue = Queue<unknown>;

describe.each([Queue, LifoQueue, PriorityQueue])("%o in an arena that nobody else can see", (Class) => {
  function make(maxSize: number): AnyQueue {
    const length = Heap.initialBytes(MAX_BYTES);
    const arena = new OpenArena(new ThreadMemory(new ArrayBuffer(length, { maxByteLength: MAX_BYTES })));
    const place = new Place(arena, arena.create(QUEUE_BYTES, OWNING));
    const words = arena.heap.reach(place.base);
    words[place.base + DISPOSAL] = Class === Queue ? 1 : 2;
    words[place.base + MAX_SIZE] = maxSize;
    return new (Class as unknown as new (place: Place) => AnyQueue)(place);
  }

  it("a blocking call that would have to wait is refused and names the async form, which works", async () => {
    const queue = make(1);
    expect(() => queue.get()).toThrow(BlockingNotAllowedError);
    expect(() => queue.get()).toThrow("getAsync()");
    const wait = queue.getAsync();
    queue.put(1);
    expect(await wait).toBe(1);
    queue.put(2);
    expect(() => queue.put(3)).toThrow("putAsync()");
    expect(() => queue.join()).toThrow("joinAsync()");
    expect(queue.size).toBe(1);
    const put = queue.putAsync(3);
    expect(queue.get()).toBe(2);
    await put;
    expect(queue.get()).toBe(3);
  });

  it("when the memory is used up a put throws, nothing else happens, and it goes on once there is room", () => {
    const queue = make(0);
    let count = 0;
    const fill = (): void => {
      for (;;) {
        queue.put([count, "x".repeat(700)]);
        count++;
      }
    };
    expect(fill).toThrow(ArenaFullError);
    expect(count).toBeGreaterThan(1000);
    expect(queue.size).toBe(count);
    const numbers = Array.from({ length: count }, () => (queue.get() as [number])[0]);
    expect(new Set(numbers).size).toBe(count);
    // All that was given back lies in small pieces: a large item needs them joined.
    const large = new Uint8Array(MAX_BYTES / 4).fill(7);
    queue.put([1, large]);
    expect(queue.get()).toEqual([1, large]);
    expect(() => queue.put([1, new Uint8Array(MAX_BYTES)])).toThrow(RangeError);
    expect(queue.empty).toBe(true);
  });
});
