// What threads do with locals.

import { local, taskLocal } from "@conc/local";
import { type Slate, write } from "@conc/testkit/slate.ts";
import { Thread, tasks } from "@conc/thread";
import { counted } from "./counted.ts";

export interface Data {
  x?: number;
  y?: number;
  [key: string]: unknown;
}

/** One that every thread makes for itself when it imports this module. */
export const ofModule: Data = local<Data>();

export class Account {
  static bank = "shared by all objects";
  static made = 0;
  value = 7;
  readonly #owner = "private";

  constructor() {
    Account.made++;
  }

  add(n: number): number {
    this.value += n;
    return this.value;
  }

  get owner(): string {
    return this.#owner;
  }
}

export function openAccount(): Account {
  return new Account();
}

/** What it finds in a local, before and after it sets something. */
export function looks(slate: Slate, data: Data): void {
  const before = { x: data.x, has: "x" in data, keys: Object.keys(data) };
  data.x = -1;
  write(slate, { before, after: { ...data }, ofModule: { ...ofModule } });
}

/** Sets x to its number, lets others run, and reads it back. */
export async function setsAndReads(slate: Slate, data: Data, number: number): Promise<void> {
  data.x = number;
  for (let times = 0; times < 5; times++) await new Promise((resolve) => setTimeout(resolve, 1));
  write(slate, data.x);
}

/** Uses an object that the local's `init` made here. */
export function banks(slate: Slate, account: Account): void {
  const first = account.value;
  const sum = account.add(1);
  const { owner, value } = account;
  write(slate, { first, sum, value, owner, isAccount: account instanceof Account, made: Account.made });
}

export function counts(slate: Slate, data: { n: number }): void {
  const values = [data.n, data.n, data.n];
  write(slate, { values, made: counted.times });
}

/** Gives a local on, and tells whether what comes back is the one it was given. */
export function givesOn(
  slate: Slate,
  below: Slate | undefined,
  [data, again]: [Data, Data],
  lookup: Map<string, Data>,
): void {
  const same = data === again && lookup.get("data") === data;
  data.x = below ? 1 : 2;
  if (below) {
    const thread = new Thread({ target: givesOn, args: [below, undefined, [data, data], new Map([["data", data]])] });
    thread.start().join();
  }
  write(slate, { same, x: data.x });
}

export function stores(data: Data): void {
  data.big = new Uint8Array(1000);
}

const request = taskLocal<string>(() => "none");

/** Tasks in this thread, each with a value of its own. */
export async function runsTasks(slate: Slate): Promise<void> {
  const seen = async (): Promise<string[]> => {
    const before = request.value;
    await new Promise((resolve) => setTimeout(resolve, 1));
    return [before, request.value];
  };
  write(slate, await Promise.all([seen(), ...["a", "b"].map((id) => request.run(id, seen))]));
}

export const throughError = (data: Data): never => {
  data.x = 5;
  throw Object.assign(new Error("with a local"), { data });
};

tasks(import.meta, { openAccount, looks, setsAndReads, banks, counts, givesOn, stores, runsTasks, throughError });
