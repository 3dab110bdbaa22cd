/**
 * A listing asked for to its end. ccxt gives one answer's worth, some venues the oldest and some
 * the newest of it: so it is asked onward from the newest and backward from the oldest that came,
 * until nothing new comes either way.
 */

/** Most answers for one listing: beyond it something is wrong with the venue or with us. */
const MOST_ANSWERS = 500;
/** Answers with fewer entries are taken for whole. */
const MAY_BE_CUT = 20;

/** What a listing is made of: a key that is unique, a moment in ms. */
export interface Entry<T> {
  readonly key: (entry: T) => string;
  readonly at: (entry: T) => number;
}

/** Venues answer for spans of at most so long at once. */
const SPAN_MS = 7 * 24 * 3_600_000 - 60_000;
/** Nothing older is asked for: the largest venues keep no more, or refuse such a question. */
const OLDEST_MS = 30 * 24 * 3_600_000;

/** As `wholeListing`, span by span where the moment lies farther back than one answer reaches. */
export async function listingInSpans<T>(
  ask: (since: number, until: number | null) => Promise<readonly T[]>,
  entry: Entry<T>,
  since: number,
  now: number,
): Promise<readonly T[]> {
  const found = new Map<string, T>();
  for (let from = Math.max(since, now - OLDEST_MS); ; from += SPAN_MS) {
    const end = from + SPAN_MS < now ? from + SPAN_MS : null;
    const page = (begin: number, until: number | null) => ask(begin, until ?? end);
    for (const each of await wholeListing(page, entry, from)) found.set(entry.key(each), each);
    if (end === null) break;
  }
  return [...found.values()]
    .filter((each) => entry.at(each) >= since)
    .sort((a, b) => entry.at(a) - entry.at(b));
}

/** `ask`: one answer with entries from `since`, up to `until` where that is given. */
export async function wholeListing<T>(
  ask: (since: number, until: number | null) => Promise<readonly T[]>,
  { key, at }: Entry<T>,
  since: number,
): Promise<readonly T[]> {
  const found = new Map<string, T>();
  const add = (entries: readonly T[]): number => {
    const before = found.size;
    for (const entry of entries) if (at(entry) >= since) found.set(key(entry), entry);
    return found.size - before;
  };
  let answers = 0;
  const page = async (from: number, until: number | null): Promise<boolean> => {
    answers += 1;
    if (answers > MOST_ANSWERS) throw new Error('a listing has no end');
    const entries = await ask(from, until);
    return add(entries) > 0 && entries.length >= MAY_BE_CUT;
  };
  const moments = () => [...found.values()].map(at);
  let goesOn = await page(since, null);
  if (goesOn) {
    while (goesOn) goesOn = await page(Math.max(...moments()), null);
    do goesOn = await page(since, Math.min(...moments()));
    while (goesOn);
  }
  return [...found.values()].sort((a, b) => at(a) - at(b));
}
