// Contests between threads that are pinned to processors.

import { type AffinityPlan, whyNoAffinity } from "../contest/affinity.ts";
import type { Group } from "../contest/contestant.ts";

/** What two contests have in common, of which one takes place on one processor, and one on two. */
export function pinned(
  name: string,
  affinity: AffinityPlan,
  about: Readonly<Record<AffinityPlan, string>>,
): Pick<Group, "name" | "about" | "tolerance" | "absent"> {
  return {
    name: `${name}, ${PLACES[affinity]}`,
    about: about[affinity],
    tolerance: 1.3,
    absent: whyNoAffinity(affinity),
  };
}

/** Where the threads are, as names say it. */
export const PLACES: Readonly<Record<AffinityPlan, string>> = { same: "same core", two: "two cores" };
