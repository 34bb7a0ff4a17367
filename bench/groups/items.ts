// What is passed through queues.

import { isDeepStrictEqual } from "node:util";

export type Kind = "integers" | "objects" | "strings" | "bytes";

/** How many different items are made before the time runs, so that making them is not measured; integers need no making. */
const MADE = 16;
const STRING_LENGTH = 10_240;
const BYTES = 2 ** 20;

/** An item that can be told from those with other numbers. */
export function itemOf(kind: Kind, number: number): unknown {
  switch (kind) {
    case "integers":
      return number;
    case "objects":
      return {
        ...{ id: number, name: `item ${number}`, tags: ["a", "b"], on: true, score: number * 1.5 },
        at: { x: 1, y: "two" },
      };
    case "strings":
      return `${number}`.padEnd(STRING_LENGTH, "x");
    case "bytes": {
      const bytes = new Uint8Array(BYTES).fill(number);
      new DataView(bytes.buffer).setUint32(0, number);
      return bytes;
    }
  }
}

/** Gives one item after another, at no cost. */
export function supplyOf(kind: Kind): (time: number) => unknown {
  if (kind === "integers") return (time) => time;
  const made = Array.from({ length: MADE }, (_, number) => itemOf(kind, number));
  return (time) => made[time % MADE];
}

/** The number of an item below so many; undefined if no item is like it. */
export function numberOf(kind: Kind, item: unknown, items: number): number | undefined {
  const number = claimedNumber(kind, item);
  const known = Number.isInteger(number) && number >= 0 && number < items;
  return known && isSame(kind, item, itemOf(kind, number)) ? number : undefined;
}

function isSame(kind: Kind, item: unknown, sent: unknown): boolean {
  // An object may have come as a view of one, which is equal to none.
  return kind === "objects" ? JSON.stringify(item) === JSON.stringify(sent) : isDeepStrictEqual(item, sent);
}

function claimedNumber(kind: Kind, item: unknown): number {
  switch (kind) {
    case "integers":
      return item as number;
    case "objects":
      return (item as { id: number }).id;
    case "strings":
      return Number.parseInt(item as string, 10);
    case "bytes":
      return new DataView((item as Uint8Array).buffer).getUint32(0);
  }
}
