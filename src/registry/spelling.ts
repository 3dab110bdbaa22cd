/** "Did you mean": the nearest of known words. Says nothing where nothing is near. */

/** The known word nearest to `word`; null when even the nearest differs in more than a third. */
export function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = Infinity;
  for (const candidate of known) {
    const distance = distanceTo(plain(word), plain(candidate));
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return least <= Math.max(1, Math.floor(word.length / 3)) ? best : null;
}

/**
 * The ids nearest to `id`, in words ("a", "a or b"), for what moves money: at most two slips and
 * fewer than half of it, for one that is far away would be a wrong lead; null where none is near
 * or more than three are equally so.
 */
export function alternatives(id: string, known: readonly string[]): string | null {
  const most = Math.min(2, Math.floor((id.length - 1) / 2));
  const near = known.map((one) => ({ one, distance: distanceTo(plain(id), plain(one)) }));
  const least = Math.min(most, ...near.map(({ distance }) => distance));
  const nearestOnes = near.filter(({ distance }) => distance === least).map(({ one }) => one);
  return nearestOnes.length > 3 || nearestOnes.length === 0 ? null : nearestOnes.join(' or ');
}

/** A beginning of a word, long enough to be one, is as near as a slip of one letter. */
function distanceTo(word: string, candidate: string): number {
  const begun = word.length >= 5 && candidate.startsWith(word) && candidate !== word;
  return begun ? 1 : editDistance(word, candidate);
}

/** Fewest insertions, deletions, replacements and swaps of neighbours that make `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        at(previous, j) + 1,
        at(row, j - 1) + 1,
        at(previous, j - 1) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(older, j - 2) + 1);
      }
      row.push(cost);
    }
    older = previous;
    previous = row;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}

/** Case and the kind of separator are no difference worth a suggestion's loss. */
function plain(word: string): string {
  return word.slice(0, 100).toLowerCase().replaceAll('-', '_');
}
