/** Every planted bug is caught by a referee within a bounded number of seeds. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from '../source-tree.ts';
import { MUTANTS, plant } from './mutants.ts';

/** Seeds that are played for one bug before it counts as missed. */
const MOST_SEEDS = 40;

afterAll(() => {
  const folder = join(ROOT, 'node_modules', '.cache', 'gridd-sim');
  for (const index of MUTANTS.keys()) {
    rmSync(join(folder, `mutant-${process.pid}-${index}.mjs`), { force: true });
  }
});

describe('a planted bug is caught', () => {
  const cases = MUTANTS.map((mutant, index) => ({ name: mutant.name, mutant, index }));
  test.each(cases)('$name', { timeout: 120_000 }, async ({ mutant, index }) => {
    const { playSeed } = await plant(mutant, index);
    for (let seed = 1; seed <= MOST_SEEDS; seed += 1) {
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
