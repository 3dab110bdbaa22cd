/** How far the venue has followed the plan, counted from the lines. */
import type { LevelView } from '../../../../contract/instance-views.ts';

/** Reasons of a line without its order that end by themselves. */
const MOVING: readonly string[] = ['pending', 'line_taken', 'start_order'];

/** How many lines rest, are on their way, and wait for each reason. */
export interface Progress {
  readonly resting: number;
  readonly moving: number;
  readonly waiting: readonly { readonly reason: string; readonly count: number }[];
}

export function progressOf(levels: readonly LevelView[]): Progress {
  const counts = new Map<string, number>();
  let [resting, moving] = [0, 0];
  for (const { reason, side } of levels) {
    if (reason === null) resting += side === null ? 0 : 1;
    else if (MOVING.includes(reason)) moving += 1;
    else counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return { resting, moving, waiting: [...counts].map(([reason, count]) => ({ reason, count })) };
}
