/** Which labels are written where there is not room for all: the most important first. */

export interface Placed {
  /** Pixels from the top. */
  readonly y: number;
  /** Smaller is more important. */
  readonly rank: number;
}

/** Those of `labels` that keep `gap` pixels from each other and from `taken`; best rank first. */
export function thinned<Label extends Placed>(
  labels: readonly Label[],
  gap: number,
  taken: readonly number[] = [],
): Label[] {
  const used = [...taken];
  const kept: Label[] = [];
  for (const label of [...labels].sort((a, b) => a.rank - b.rank)) {
    if (used.some((y) => Math.abs(y - label.y) < gap)) continue;
    used.push(label.y);
    kept.push(label);
  }
  return kept;
}
