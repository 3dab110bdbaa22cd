/**
 * The tests of worlds over the wire on one venue: a few short ones always, many long ones in a soak,
 * the one that `GRIDD_WIRE_SEED` names.
 */
import { describe, expect, test } from 'vitest';
import { playOverWire, wireFailureText } from './play.ts';
import type { WIRES } from './play.ts';

const FIRST_SOAK_SEED = 1001;
const SOAK_SEEDS = 500;
const WORLD_MS = 120_000;

/** Plays the seeds, or those of a soak. */
export function describeWorlds(name: keyof typeof WIRES, seeds: readonly number[]): void {
  const wanted = process.env['GRIDD_WIRE_SEED'];
  const soaks = process.env['GRIDD_SOAK'] !== undefined;
  const many = Array.from({ length: SOAK_SEEDS }, (_, k) => FIRST_SOAK_SEED + k);
  const usual = soaks ? many : seeds;
  const played = wanted === undefined ? usual : [Number(wanted)];
  const sums = { trades: 0, restarts: 0, ms: 0 };
  const faults = new Map<string, number>();

  describe(`worlds over the wire on ${name}`, () => {
    test.each(played.map((seed) => ({ seed })))(
      'seed $seed keeps every rule',
      { timeout: WORLD_MS },
      async ({ seed }) => {
        const verdict = await playOverWire(name, seed, soaks ? 'long' : 'short');
        if (verdict.breach !== null) throw new Error(wireFailureText(name, verdict));
        sums.trades += verdict.trades;
        sums.restarts += verdict.restarts;
        sums.ms += verdict.lasted_ms;
        for (const fault of verdict.faults) {
          const kind = fault.replace(/:\d+$/, '');
          faults.set(kind, (faults.get(kind) ?? 0) + 1);
        }
      },
    );

    test.skipIf(wanted !== undefined)('they trade, fail and are killed enough', () => {
      const minutes = Math.round(sums.ms / 60_000);
      const told = [...faults].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, n]) => `${kind} ${n}`);
      const sentence = `${sums.trades} trades, ${sums.restarts} restarts in ${minutes} minutes`;
      console.log(`${name}, ${played.length} worlds: ${sentence}; ${told.join(', ')}`);
      expect(sums.trades).toBeGreaterThan(5 * played.length);
      expect(sums.restarts).toBeGreaterThan(played.length);
      expect(faults.size).toBeGreaterThan(15);
    });
  });
}
