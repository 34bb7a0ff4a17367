import { describe, expect, it } from "vitest";
import { Spin } from "../src/index.ts";

/** More than it ever looks. */
const NEVER = 100_000;

/** How often it looks when the answer comes at that look, and whether it got it. */
function looks(spin: Spin, answerAt = NEVER): { count: number; got: boolean } {
  let count = 0;
  const got = spin.until(() => ++count > answerAt);
  return { count, got };
}

/** How often it looks for nothing, in each of so many waits. */
function inVain(spin: Spin, waits: number): number[] {
  return Array.from({ length: waits }, () => {
    const { count, got } = looks(spin);
    expect(got).toBe(false);
    return count;
  });
}

const LONG = 4000;
/** In which of the waits it looked for long. */
const longOnes = (counts: readonly number[]): number[] =>
  counts.flatMap((count, index) => (count === LONG ? [index] : []));

describe("Spin", () => {
  it("smoke: has what is there at once, and does not look for ever", () => {
    const spin = new Spin();
    expect(looks(spin, 0)).toEqual({ count: 1, got: true });
    expect(looks(spin)).toEqual({ count: 100, got: false });
  });

  it("looks for longer where an answer took longer, and less and less where none comes", () => {
    const spin = new Spin();
    expect(looks(spin, 90).got).toBe(true);
    expect(inVain(spin, 9)).toEqual([180, 90, 45, 22, 11, 5, 4, 4, 4]);
  });

  it("looks for long ever more rarely where that is never worth it", () => {
    const long = longOnes(inVain(new Spin(), 15_000));
    const gaps = long.map((wait, index) => wait - (long[index - 1] ?? -1) - 1);
    expect(gaps).toEqual([64, 129, 259, 519, 1039, 2079, 4096, 4096]);
  });

  it("looks for long each time before it sleeps once that is worth it, and again soon after it was not", () => {
    const spin = new Spin();
    const late = LONG - 1;
    const answered = Array.from({ length: 200 }, () => looks(spin, late).got);
    expect(answered.slice(100)).not.toContain(false);
    // Of answers that come at once it learns nothing.
    for (let wait = 0; wait < 100; wait++) expect(looks(spin, 5).got).toBe(true);
    expect(longOnes(inVain(spin, 5))).toEqual([0, 2]);
    expect(looks(spin, late).got).toBe(false);
    expect(looks(spin, late).got).toBe(true);
  });
});
