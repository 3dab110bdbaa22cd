/** A long curve in fewer points: no height and no depth of it is lost. */
import { parseMoney } from '../contract/decimal.ts';
import type { EquityPoint } from '../contract/page-api.ts';

/** Points of one answer: more than a screen has pixels for. */
export const MOST_POINTS = 2000;

/**
 * At most `most` (4 or more) of `points`, in their order: the first, the last, and of each run
 * between them, all about as long, those with the lowest and the highest total.
 */
export function thinned<Point extends Pick<EquityPoint, 'total_pnl'>>(
  points: readonly Point[],
  most: number,
): readonly Point[] {
  if (points.length <= most) return points;
  const runs = Math.floor((most - 2) / 2);
  const inner = points.length - 2;
  const kept = new Set([0, points.length - 1]);
  const totals = points.map(({ total_pnl }) => parseMoney(total_pnl) ?? 0n);
  const total = (index: number) => totals[index] ?? 0n;
  for (let run = 0; run < runs; run += 1) {
    const from = 1 + Math.floor((run * inner) / runs);
    const to = 1 + Math.floor(((run + 1) * inner) / runs);
    let [lowest, highest] = [from, from];
    for (let index = from; index < to; index += 1) {
      if (total(index) < total(lowest)) lowest = index;
      if (total(index) > total(highest)) highest = index;
    }
    kept.add(lowest).add(highest);
  }
  return points.filter((_, index) => kept.has(index));
}
