// Under this Node not all can take part. Their contests are held again under a newer one, in a process of its own: with ours, so that
// both are measured in the same Node, and with the floor.

import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Heat, Performance } from "./contest.ts";
import type { Contestant, Group } from "./contestant.ts";

/** Where `run.mjs` found a newer Node, if it did. */
const NEWER = process.env.CONC_NODE24;
// Counted from the bundle, which stands in a folder of its own.
const SCRIPT = fileURLToPath(new URL("../../run.mjs", import.meta.url));

const MAJOR = Number(process.versions.node.split(".")[0]);

/** Why this Node is too old for a contestant, or undefined if it is not. */
export function whyTooOld({ needs }: Contestant): string | undefined {
  return needs && MAJOR < needs.node ? `${needs.what} needs Node ${needs.node}` : undefined;
}

/** What a heat under another Node is told. */
export interface HeatOrder {
  readonly group: string;
  readonly contestants: readonly string[];
}

/** Who of a contest takes part here, and who under the newer Node: there nobody, if nobody needs it or there is none. */
export function heatsOf({ contestants }: Group): { here: readonly Contestant[]; newer: readonly Contestant[] } {
  const late = contestants.filter((contestant) => whyTooOld(contestant) !== undefined);
  if (NEWER === undefined || late.length === 0) return { here: contestants, newer: [] };
  const again = contestants.filter((each) => each.role === "ours" || each.role === "floor" || late.includes(each));
  return { here: contestants.filter((each) => !late.includes(each)), newer: again };
}

/** Holds a contest under the newer Node. */
export async function holdUnderNewer(group: Group, contestants: readonly Contestant[]): Promise<Heat> {
  const node = NEWER as string;
  const order: HeatOrder = { group: group.name, contestants: contestants.map(({ name }) => name) };
  const child = spawn(node, [SCRIPT, "--heat", JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, npm_node_execpath: node },
  });
  const answer = await text(child.stdout);
  if (!answer) throw new Error(`${group.name}: no answer from ${node}`);
  const heat = JSON.parse(answer) as Heat;
  // What came is data: its contestants are ours again.
  const performances = heat.performances.map(
    (performance): Performance => ({
      ...performance,
      contestant: contestants.find(({ name }) => name === performance.contestant.name) as Contestant,
    }),
  );
  return { ...heat, performances };
}
