import { endAgent } from "@conc/atomics";
import { expect, it } from "vitest";
import { type AgentOptions, type Bounds, explore, type Scenario, type Shared } from "../../src/index.ts";

/** A test that a scenario ends well in every schedule; prints how many there were. */
export function holds<S extends Shared<S>>(name: string, scenario: Scenario<S>, bounds?: Bounds): void {
  it(name, async () => {
    const report = await explore(scenario, bounds);
    expect(report.schedules).toBeGreaterThan(0);
    console.log(`${name}: ${JSON.stringify(report)}`);
  });
}

/** Clears up after an agent that died. */
export function undertaker<S>(whom: string): AgentOptions<S> {
  return { buries: whom, run: (_shared, self) => void endAgent(self.arena.agent, self.idOf(whom)) };
}

/** Runs what waits until it is aborted, which may happen at any moment; undefined if it was. */
export async function aborted<R>(wait: (signal: AbortSignal) => Promise<R>): Promise<R | undefined> {
  const controller = new AbortController();
  const reason = new Error("aborted");
  setTimeout(() => controller.abort(reason), 3);
  try {
    return await wait(controller.signal);
  } catch (error) {
    if (error !== reason) throw error;
    return undefined;
  }
}
