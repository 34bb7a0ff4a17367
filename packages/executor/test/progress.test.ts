import { describe, expect, it } from "vitest";
import { Future, type Progress, progress } from "../src/index.ts";

async function all(steps: AsyncIterable<Progress>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { total, done, failed } of steps) texts.push(`${done} of ${total}, ${failed} failed`);
  return texts;
}

describe("progress", () => {
  it("says how many are done, and how many of these have failed", async () => {
    const futures = Array.from({ length: 4 }, () => new Future<number>());
    futures[2]?.setResult(1);
    const steps = all(progress(futures));
    futures[0]?.setException(new Error("no"));
    await Promise.resolve();
    futures[3]?.cancel();
    futures[1]?.setResult(2);
    expect(await steps).toEqual([
      "0 of 4, 0 failed",
      "1 of 4, 0 failed",
      "2 of 4, 1 failed",
      "3 of 4, 1 failed",
      "4 of 4, 1 failed",
    ]);
  });

  it("of none is at its end at once, and takes nothing but futures", async () => {
    expect(await all(progress([]))).toEqual(["0 of 0, 0 failed"]);
    expect(() => progress([1 as never])).toThrow(TypeError);
  });

  it("can be left early", async () => {
    const future = new Future<number>();
    for await (const { done } of progress([future])) {
      expect(done).toBe(0);
      break;
    }
    future.setResult(1);
  });
});
