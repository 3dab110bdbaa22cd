/** A price path that a test writes: finite, or holding its last price until more is pushed. */
import type { MoveKind, PricePoint, PriceSource } from '../../src/exchange/paper/index.ts';

export interface Waypoint {
  readonly ticks: number;
  readonly move: MoveKind;
}

export interface ScriptedPath extends PriceSource {
  push(ticks: number, move?: MoveKind): void;
}

export const SCRIPT_STEP_MS = 250;

/** `end`: "ends" after the last point, or "holds" its price for ever. */
export function scriptedPath(
  tick: string,
  points: readonly Waypoint[],
  end: 'ends' | 'holds',
): ScriptedPath {
  const written: Waypoint[] = [...points];
  let asked = written.length;
  function pointAt(index: number): PricePoint | null {
    const held = end === 'holds' ? written.at(-1) : undefined;
    const point = written[index] ?? held;
    if (point === undefined) return null;
    asked = Math.max(asked, index + 1);
    return { ...point, index, state: 0, at_ms: index * SCRIPT_STEP_MS };
  }
  const first = written[0];
  if (first === undefined) throw new Error('a path has a first point');
  return {
    kind: 'scripted',
    tick,
    dated: false,
    first: () => ({ ...first, index: 0, state: 0, at_ms: 0 }),
    resume: (index) => pointAt(index),
    after: (point) => pointAt(point.index + 1),
    push(ticks, move = 'continuous') {
      // What was already asked for was held: the script goes on after it.
      while (written.length < asked) {
        const last = written.at(-1);
        if (last !== undefined) written.push({ ticks: last.ticks, move: 'continuous' });
      }
      written.push({ ticks, move });
    },
  };
}
