/** Newest rows put before those that were loaded, none twice and none left out. Pure. */

/** Rows newest first; `next` continues them, null: these were the oldest. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** Beyond so many only the newest are kept: a page stays open for weeks. */
export const MOST_HELD = 30_000;

/**
 * `pages` with `newest` before them. Where the two do not meet, rows between them are unknown and
 * only the newest are kept.
 */
export function newestTaken<Row>(
  pages: readonly Page<Row>[],
  newest: Page<Row>,
  idOf: (row: Row) => string | number,
): Page<Row>[] {
  const [first, ...older] = pages;
  if (first === undefined || newest.next === null) return [newest];
  const known = new Set(pages.flatMap(({ rows }) => rows.map(idOf)));
  const fresh = newest.rows.filter((row) => !known.has(idOf(row)));
  const apart = fresh.length === newest.rows.length && known.size > 0;
  if (apart || known.size + fresh.length > MOST_HELD) return [newest];
  return [{ rows: [...fresh, ...first.rows], next: first.next }, ...older];
}
