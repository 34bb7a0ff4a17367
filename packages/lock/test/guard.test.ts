import { describe, expect, it } from "vitest";
import { BoundedSemaphore, Guard } from "../src/index.ts";

describe("Guard", () => {
  function counting(): { guard: Guard; released: () => number } {
    let times = 0;
    return { guard: new Guard(() => times++), released: () => times };
  }

  it("releases once, however often and in whatever way it is disposed of", async () => {
    const { guard, released } = counting();
    expect(released()).toBe(0);
    guard.release();
    guard.release();
    guard[Symbol.dispose]();
    await guard[Symbol.asyncDispose]();
    expect(released()).toBe(1);
  });

  it("releases at the end of a `using` scope, even if it was released before", async () => {
    const { guard, released } = counting();
    {
      using _held = guard;
      expect(released()).toBe(0);
    }
    expect(released()).toBe(1);
    {
      await using _again = guard;
      guard.release();
    }
    expect(released()).toBe(1);
  });

  it("two guards of one object are released in the reverse order of their scopes", async () => {
    const order: string[] = [];
    {
      using _first = new Guard(() => order.push("first"));
      await using _second = new Guard(() => order.push("second"));
    }
    expect(order).toEqual(["second", "first"]);
  });

  it("lets what its scope throws pass through", () => {
    const { guard, released } = counting();
    const thrown = new Error("from the body");
    const body = (): never => {
      using _held = guard;
      throw thrown;
    };
    expect(body).toThrow(thrown);
    expect(released()).toBe(1);
  });

  it("of a semaphore gives one permit back, and only one", () => {
    const semaphore = new BoundedSemaphore(2);
    const guards = [semaphore.guard(), semaphore.guard()];
    guards[0]?.release();
    guards[0]?.release();
    expect(semaphore.value).toBe(1);
    guards[1]?.release();
    expect(semaphore.value).toBe(2);
  });
});
