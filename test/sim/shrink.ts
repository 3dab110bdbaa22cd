/**
 * Makes a failing world small: leaves out steps of its script and faults of its plan as long as the
 * same referee still complains.
 */
import type { Scenario } from './scenario.ts';
import { playWorld } from './world.ts';
import type { Verdict } from './world.ts';

/** A failure with everything left out that it does not need. */
export interface Shrunk {
  readonly scenario: Scenario;
  readonly allowed: ReadonlySet<string>;
  readonly verdict: Verdict;
}

/** Most worlds that are played to shrink one. */
const MOST_PLAYED = 300;

/** Shrinks a failure; what it answers fails by the same referee. */
export async function shrink(scenario: Scenario, failed: Verdict): Promise<Shrunk> {
  let best: Shrunk = { scenario, allowed: new Set(failed.faults), verdict: failed };
  let played = 0;
  await tryOut(scenario.steps.slice(0, failed.steps), failed.faults);
  for (let before = Infinity; weight(best) < before && played < MOST_PLAYED; ) {
    before = weight(best);
    await thinOut([...best.allowed], (faults) => tryOut(best.scenario.steps, faults));
    await thinOut([...best.scenario.steps], (steps) => tryOut(steps, [...best.allowed]));
  }
  return best;

  async function tryOut(steps: Scenario['steps'], faults: readonly string[]): Promise<boolean> {
    if (played >= MOST_PLAYED) return false;
    played += 1;
    const smaller = { ...scenario, steps };
    const verdict = await playWorld(smaller, new Set(faults));
    if (verdict.breach?.referee !== failed.breach?.referee) return false;
    best = { scenario: smaller, allowed: new Set(verdict.faults), verdict };
    return true;
  }
}

function weight({ scenario, allowed }: Shrunk): number {
  return scenario.steps.length + allowed.size;
}

/** Leaves out ever smaller parts of `items` as long as `still` says that it fails. */
async function thinOut<T>(
  items: readonly T[],
  still: (fewer: readonly T[]) => Promise<boolean>,
): Promise<void> {
  let kept = [...items];
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < kept.length; ) {
      const fewer = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await still(fewer)) kept = fewer;
      else at += size;
    }
  }
}
