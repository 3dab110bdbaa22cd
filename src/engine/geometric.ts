/**
 * Lines of a geometric grid, lower * (upper / lower)^(index / grids), rounded to ticks exactly. The
 * ratio is known between two fixed-point bounds that are proved once; where they leave a doubt, at
 * halves, the powers themselves are compared. A float is at most a first guess.
 */

/** Fractional bits of the fixed-point numbers. */
const BITS = 192n;
const ONE = 1n << BITS;
const HALF = ONE >> 1n;
/** Half the width of the bounds of the ratio. */
const WIDTH = 1n << 44n;
/** Each refinement doubles the bits that are right. */
const REFINEMENTS = 4;
/** Bits that the first guess of the ratio has after the point. */
const FLOAT_BITS = 40;
// Beyond this a float is no first guess any more; no price is ever there.
const FARTHEST = 2 ** 50;

/** A number between two fixed-point bounds. */
interface Bounds {
  readonly low: bigint;
  readonly high: bigint;
}

/** Tick nearest (half up) to the line of an integer index; Infinity where no price is. */
export type GeometricLine = (index: number) => number;

/** The lines of `grids` gaps between `lower` and `upper` ticks, and beyond. */
export function geometricLines(lower: number, upper: number, grids: number): GeometricLine {
  const ratio = ratioOf(lower, upper, grids);
  return (index) => {
    const guess = Math.round(lower * (upper / lower) ** (index / grids));
    if (!(guess < FARTHEST)) return Infinity;
    const bounds = ratio === null ? null : lineBounds(BigInt(lower), ratio, BigInt(index));
    const low = bounds === null ? 0n : (bounds.low + HALF) >> BITS;
    const high = bounds === null ? 1n : (bounds.high + HALF) >> BITS;
    return low === high ? Number(low) : exactLine(lower, upper, grids, index, guess);
  };
}

/** (upper / lower)^(1 / grids) by Newton's steps; null where its bounds cannot be proved. */
function ratioOf(lower: number, upper: number, grids: number): Bounds | null {
  const guess = (upper / lower) ** (1 / grids);
  if (!(guess < FARTHEST)) return null;
  const power = BigInt(grids);
  const floor = (BigInt(upper) * ONE) / BigInt(lower);
  const whole: Bounds = { low: floor, high: floor + 1n };
  let ratio = BigInt(Math.round(guess * 2 ** FLOAT_BITS)) << (BITS - BigInt(FLOAT_BITS));
  for (let step = 0; step < REFINEMENTS; step += 1) {
    const slope = powerOf({ low: ratio, high: ratio }, power - 1n).low;
    if (slope <= 0n) return null;
    ratio -= ((((slope * ratio) >> BITS) - whole.low) * ONE) / (power * slope);
  }
  const bounds = { low: ratio - WIDTH, high: ratio + WIDTH };
  const under = powerOf({ low: bounds.low, high: bounds.low }, power).high <= whole.low;
  const over = powerOf({ low: bounds.high, high: bounds.high }, power).low >= whole.high;
  return under && over ? bounds : null;
}

/** `base` to a power of 0 or more, each bound rounded away from the number. */
function powerOf(base: Bounds, power: bigint): Bounds {
  let result: Bounds = { low: ONE, high: ONE };
  let square = base;
  for (let left = power; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = product(result, square);
    if (left > 1n) square = product(square, square);
  }
  return result;
}

function product(a: Bounds, b: Bounds): Bounds {
  return { low: (a.low * b.low) >> BITS, high: (a.high * b.high + ONE - 1n) >> BITS };
}

function lineBounds(lower: bigint, ratio: Bounds, index: bigint): Bounds {
  if (index >= 0n) {
    const factor = powerOf(ratio, index);
    return { low: lower * factor.low, high: lower * factor.high };
  }
  const factor = powerOf(ratio, -index);
  const wide = lower << (2n * BITS);
  return { low: wide / factor.high, high: wide / factor.low + 1n };
}

// x = (lower^(N-i) * upper^i)^(1/N); t is nearest when (2t-1)^N <= (2x)^N < (2t+1)^N.
function exactLine(
  lower: number,
  upper: number,
  grids: number,
  index: number,
  guess: number,
): number {
  const shared = greatestDivisor(grids, Math.abs(index));
  const root = BigInt(grids / shared);
  const step = BigInt(index / shared);
  let above = 2n ** root;
  let below = 1n;
  const lowerPower = root - step;
  if (lowerPower >= 0n) above *= BigInt(lower) ** lowerPower;
  else below *= BigInt(lower) ** -lowerPower;
  if (step >= 0n) above *= BigInt(upper) ** step;
  else below *= BigInt(upper) ** -step;
  const atMost = (odd: bigint): boolean => odd <= 0n || odd ** root * below <= above;
  let ticks = BigInt(guess);
  while (!atMost(2n * ticks - 1n)) ticks -= 1n;
  while (atMost(2n * ticks + 1n)) ticks += 1n;
  return Number(ticks);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
