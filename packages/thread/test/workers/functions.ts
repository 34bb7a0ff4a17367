// Functions that travel by name.

import { type Slate, write } from "@conc/testkit/slate.ts";
import { currentThread, tasks } from "@conc/thread";
import { answer } from "./actions.ts";

const secret = "secret";
let runs = 0;

export function usesItsModule(slate: Slate): void {
  runs++;
  write(slate, [secret, runs]);
}

export function double(n: number): number {
  return 2 * n;
}

export function callsThem(slate: Slate, twice: Function, plans: Map<string, Function[]>): void {
  const [first, second] = plans.get("plan") ?? [];
  write(slate, { doubled: twice(21), same: first === twice && twice === double, fromAnotherModule: second === answer });
}

export class Point {
  readonly x: number;
  readonly y: number;

  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
}

export function makesOne(slate: Slate, type: typeof Point): void {
  const point = new type(1, 2);
  write(slate, { ...point, isPoint: point instanceof Point && currentThread().isAlive });
}

tasks(import.meta, { usesItsModule, double, callsThem, makesOne, Point });
