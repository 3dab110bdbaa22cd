/**
 * Where the paper venue's prices come from: a path of points, each addressed by an integer place
 * that the venue stores. Invariant: where a stored place is found again (`resume`), `after` is a
 * pure function of the point, so that the path goes on exactly as if it had never been left.
 */

/**
 * How the price came to a point: through every price between, or from one to the other at once.
 */
export type MoveKind = 'continuous' | 'jump';

/**
 * One point of a path. `index` and `state` are its place: two integers that are stored and
 * resumed.
 */
export interface PricePoint {
  readonly index: number;
  /** What a generator must remember besides the index; 0 where the index says it all. */
  readonly state: number;
  readonly ticks: number;
  /** The move that ended here. */
  readonly move: MoveKind;
  /**
   * Milliseconds: since the epoch where the source is `dated`, else since the path's first point.
   */
  readonly at_ms: number;
}

/** A path of prices on the ticks of one market. */
export interface PriceSource {
  /** What made the path, e.g. "synthetic"; a stored place is only resumed on the same kind. */
  readonly kind: string;
  /** The tick in which points are counted, e.g. "0.01". */
  readonly tick: string;
  /** Whether points carry times of their own (recorded data). */
  readonly dated: boolean;
  first(): PricePoint;
  /** The point at a stored place; null when this path has no such place. */
  resume(index: number, state: number): PricePoint | null;
  /** The next point; null at the end of the path. */
  after(point: PricePoint): PricePoint | null;
  /** Of a source that can fall silent: `told` hears of an outage and of its end (null). */
  watch?(told: (fault: string | null) => void): void;
  /** Ends what goes on behind it. */
  close?(): void;
}
