/** Plays seeds and says what became of them, in words that lead back to the failure. */
import { scenarioOf } from './scenario.ts';
import { shrink } from './shrink.ts';
import { playWorld } from './world.ts';
import type { Verdict } from './world.ts';

/** Plays the world of a seed. */
export function playSeed(seed: number): Promise<Verdict> {
  return playWorld(scenarioOf(seed));
}

/** What a failure is, how to see it again, and the last lines of what happened. */
export function failureText({ seed, breach, told }: Verdict, lines = 60): string {
  return [
    `seed ${seed}: referee "${breach?.referee}": ${breach?.message}`,
    `replay: npm run sim -- --seed ${seed}`,
    ...told.slice(-lines),
  ].join('\n');
}

/** The failure again with everything left out that it does not need. */
export async function shrunkText(failed: Verdict, lines = 60): Promise<string> {
  const { scenario, allowed, verdict } = await shrink(scenarioOf(failed.seed), failed);
  return [
    failureText(verdict, lines),
    `grid: ${JSON.stringify(scenario.values)} from ${scenario.ticks}`,
    `rules: ${JSON.stringify(scenario.rules)}`,
    `steps (${scenario.steps.length}):`,
    ...scenario.steps.map((step) => `  ${JSON.stringify(step)}`),
    `faults (${allowed.size}): ${[...allowed].join(' ')}`,
  ].join('\n');
}
