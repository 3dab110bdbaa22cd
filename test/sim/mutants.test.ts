/** Every planted bug is caught by a referee within a bounded number of seeds. */
import { afterAll, describe, expect, test } from 'vitest';
import { MUTANTS, plant, uproot } from './mutants.ts';

/** Seeds that are played for one bug before it counts as missed. */
const MOST_SEEDS = 40;

afterAll(() => {
  for (const index of MUTANTS.keys()) uproot(String(index));
});

test('a failure tells its seed, how to see it again, and only what it needs', async () => {
  const name = 'the sign of a fee is wrong';
  const index = MUTANTS.findIndex((mutant) => mutant.name === name);
  const { playSeed, shrunkText } = await plant(MUTANTS[index] ?? expect.unreachable(), index);
  const verdict = await playSeed(1);
  const text = await shrunkText(verdict);
  expect(text).toContain(`seed 1: referee "${verdict.breach?.referee}"`);
  expect(text).toContain('replay: npm run sim -- --seed 1\n');
  expect(text).toMatch(/^steps \([0-3]\):$/m);
  expect(text).toMatch(/^faults \([0-3]\): /m);
  expect(verdict.faults.length).toBeGreaterThan(3);
});

describe('a planted bug is caught', () => {
  const cases = MUTANTS.map((mutant, index) => ({ name: mutant.name, mutant, index }));
  test.each(cases)('$name', { timeout: 120_000 }, async ({ mutant, index }) => {
    const { playSeed } = await plant(mutant, index);
    const { from = 1 } = mutant;
    for (let seed = from; seed < from + MOST_SEEDS; seed += 1) {
      const { breach } = await playSeed(seed);
      if (breach === null) continue;
      if (process.env['GRIDD_MUTANTS'] !== undefined) {
        console.log(`| ${mutant.name} | ${breach.referee} | ${seed} |`);
      }
      expect(mutant.referees).toContain(breach.referee);
      return;
    }
    expect.unreachable(`no referee saw it in ${MOST_SEEDS} seeds`);
  });
});
