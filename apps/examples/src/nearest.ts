/** Those of the names that someone may have meant, the likeliest first: three at most, none if all are far off. */
export function nearest(name: string, names: readonly string[]): string[] {
  const candidates = names.map((candidate) => ({ candidate, distance: farness(name, candidate) }));
  const least = Math.min(...candidates.map((found) => found.distance));
  const most = Math.min(least + 1, Math.max(2, Math.floor(name.length / 4)));
  return candidates
    .filter((found) => found.distance <= most)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** From the whole name or from its end: `basic` and `thread-basic` mean the same. */
function farness(name: string, candidate: string): number {
  const words = candidate.split("-");
  const ends = words.map((_, index) => words.slice(index).join("-"));
  return Math.min(...ends.map((end) => distance(name, end)), candidate.includes(name) ? 1 : Number.POSITIVE_INFINITY);
}

/** How many letters must be inserted, removed or replaced to make one word of the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] as number) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] as number) + 1, (next[column - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
