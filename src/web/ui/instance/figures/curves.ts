/** The total and its fall as a chart draws them: numbers, for the eye only. Pure. */
import type { UTCTimestamp } from 'lightweight-charts';
import type { EquityView } from '../../../../contract/page-api.ts';

export type Curve = Pick<EquityView, 'points' | 'run'>;

/** The curve and its fall from the last height. */
export function curves({ points, run }: Curve) {
  let height = -Infinity;
  const known = points.map(({ time, total_pnl }) => {
    return { time: time as UTCTimestamp, value: Number(total_pnl) };
  });
  const falls = known.map(({ time, value }) => {
    height = Math.max(height, value);
    return { time, value: value - height };
  });
  const blanks = blankTimes(points, run).map((time) => ({ time: time as UTCTimestamp }));
  return { total: [...known, ...blanks].sort((a, b) => a.time - b.time), falls };
}

/**
 * The chart gives each moment it knows the same room: where a run has less than two points, or the
 * bot was stopped, moments without a value keep its time scale even.
 */
function blankTimes(points: Curve['points'], run: number): number[] {
  const [begin, end] = [points[0]?.time ?? 0, points.at(-1)?.time ?? 0];
  const count = new Map<number, number>();
  for (const { time } of points) {
    const index = Math.floor((time - begin) / run);
    count.set(index, (count.get(index) ?? 0) + 1);
  }
  const known = new Set(points.map(({ time }) => time));
  const blanks: number[] = [];
  for (let index = 0; begin + index * run < end; index += 1) {
    const from = begin + index * run;
    const places = [from, from + Math.floor(run / 2), from + run - 1];
    const free = places.filter((time) => !known.has(time));
    blanks.push(...free.slice(0, Math.max(0, 2 - (count.get(index) ?? 0))));
  }
  return blanks.filter((time) => time < end);
}
