/**
 * The synthetic path: seeded noise that reverts to its start price, with a jump now and then. Its
 * randomness is a hash of seed and index and its arithmetic uses only operations that IEEE 754
 * defines exactly, so the same seed gives the same path on every machine. It never ends.
 */
import { assert } from '../../contract/assert.ts';
import { makeMarket, nearestTicks } from '../../contract/market.ts';
import type { MarketRules } from '../../contract/market.ts';
import { hash32 } from '../matching/seeded-hash.ts';
import type { PricePoint, PriceSource } from './price-source.ts';

/** `volatility`: the typical (standard) move of one step as a fraction of the start price. */
export interface SyntheticOptions {
  readonly seed: number;
  readonly startPrice: string | number;
  readonly volatility: number;
  readonly rules: MarketRules;
}

/** Market time of one step. */
export const STEP_MS = 250;

/** The level is kept in thousandths of a tick, so that small drifts are not lost to rounding. */
const LEVEL_PER_TICK = 1000;
/** Steps after which the distance to the start price has fallen to 1/e. */
const REVERSION_STEPS = 4096;
/** One step in this many is a jump of 4 to 20 typical moves. */
const STEPS_PER_JUMP = 512;
const JUMP_MIN = 4;
const JUMP_SPAN = 16;
/** Mean and standard deviation of the sum of four 16-bit numbers. */
const SUM_MEAN = 131_070;
const SUM_DEVIATION = 37_837;

/** Opens the path of a seed. Throws `InvariantError` on values that the config schema refuses. */
export function syntheticSource(options: SyntheticOptions): PriceSource {
  const startTicks = nearestTicks(makeMarket(options.rules), options.startPrice);
  assert(startTicks !== null && startTicks > 0, 'the start price is at least one tick');
  assert(options.volatility > 0 && options.volatility <= 1, 'volatility is in (0, 1]');
  assert(Number.isSafeInteger(options.seed), 'the seed is an integer');
  const mean = startTicks * LEVEL_PER_TICK;
  assert(Number.isSafeInteger(mean * 4), 'the start price has too many ticks for this market');
  const step = Math.max(1, Math.round(options.volatility * mean));
  const lowest = Math.max(LEVEL_PER_TICK, Math.floor(mean / 4));
  const highest = mean * 4;

  function pointAt(index: number, level: number, jump: boolean): PricePoint {
    return {
      index,
      state: level,
      ticks: Math.max(1, Math.round(level / LEVEL_PER_TICK)),
      move: jump ? 'jump' : 'continuous',
      at_ms: index * STEP_MS,
    };
  }

  return {
    kind: 'synthetic',
    tick: options.rules.tick,
    dated: false,
    first: () => pointAt(0, mean, false),
    resume: (index, state) =>
      Number.isSafeInteger(state) && state >= LEVEL_PER_TICK && index >= 0
        ? pointAt(index, state, false)
        : null,
    after(point) {
      const index = point.index + 1;
      const noise = normalish(options.seed, index);
      const drift = Math.round((mean - point.state) / REVERSION_STEPS);
      const jump = jumpAt(options.seed, index);
      const level = point.state + drift + Math.round(step * (noise + jump));
      return pointAt(index, Math.min(highest, Math.max(lowest, level)), jump !== 0);
    },
  };
}

/** Nearly normal with deviation 1: the sum of four uniform numbers. */
function normalish(seed: number, index: number): number {
  const a = hash32(seed, index, 1);
  const b = hash32(seed, index, 2);
  const sum = (a >>> 16) + (a & 0xffff) + (b >>> 16) + (b & 0xffff);
  return (sum - SUM_MEAN) / SUM_DEVIATION;
}

/** Signed size of the jump at a step in typical moves; 0 for an ordinary step. */
function jumpAt(seed: number, index: number): number {
  if (hash32(seed, index, 3) % STEPS_PER_JUMP !== 0) return 0;
  const draw = hash32(seed, index, 4);
  const size = JUMP_MIN + ((draw >>> 1) % (JUMP_SPAN + 1));
  return (draw & 1) === 0 ? size : -size;
}
