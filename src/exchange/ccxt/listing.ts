/**
 * A listing asked for to its end. ccxt gives one answer's worth, some venues the oldest and some
 * the newest of it: so it is asked onward from the newest and backward from the oldest that came,
 * until nothing new comes either way. One that may go on where it cannot be asked is a fault: a
 * trade that is silently missing would prove that an order never executed.
 */
import { VenueFault } from '../port.ts';

/** Most answers for one listing: beyond it something is wrong with the venue or with us. */
const MOST_ANSWERS = 500;
/** Answers with fewer entries are taken for whole. */
const MAY_BE_CUT = 20;

/** What a listing is made of: a key that is unique, a moment in ms. */
export interface Entry<T> {
  readonly key: (entry: T) => string;
  readonly at: (entry: T) => number;
}

/** What one answer of a listing holds at most, entries and ms; `most` null: not known. */
export interface Answers {
  readonly most: number | null;
  readonly span_ms: number;
}

/** Nothing older is asked for: the largest venues keep no more, or refuse such a question. */
const OLDEST_MS = 30 * 24 * 3_600_000;

/** Where a listing since a moment begins, and the end of its first span; null: now. */
export function firstSpan(
  since: number,
  now: number,
  { span_ms }: Answers,
): { readonly from: number; readonly end: number | null } {
  const from = Math.max(since, now - OLDEST_MS);
  return { from, end: from + span_ms < now ? from + span_ms : null };
}

/** As `wholeListing`, span by span where the moment lies farther back than one answer reaches. */
export async function listingInSpans<T>(
  ask: (since: number, until: number | null) => Promise<readonly T[]>,
  entry: Entry<T>,
  since: number,
  now: number,
  answers: Answers,
): Promise<readonly T[]> {
  const found = new Map<string, T>();
  for (let begin = since; ; begin += answers.span_ms) {
    const { from, end } = firstSpan(begin, now, answers);
    begin = from;
    const page = (begin: number, until: number | null) => ask(begin, until ?? end);
    const whole = await wholeListing(page, entry, from, answers.most);
    for (const each of whole) found.set(entry.key(each), each);
    if (end === null) break;
  }
  return [...found.values()]
    .filter((each) => entry.at(each) >= since)
    .sort((a, b) => entry.at(a) - entry.at(b));
}

/**
 * `ask`: one answer with entries from `since`, up to `until` where that is given; `most`: entries
 * that it holds at most.
 */
export async function wholeListing<T>(
  ask: (since: number, until: number | null) => Promise<readonly T[]>,
  { key, at }: Entry<T>,
  since: number,
  most: number | null = null,
): Promise<readonly T[]> {
  const found = new Map<string, T>();
  let answers = 0;
  const page = async (from: number, until: number | null) => {
    answers += 1;
    if (answers > MOST_ANSWERS) throw unreadable('a listing has no end');
    const entries = await ask(from, until);
    const before = found.size;
    for (const entry of entries) if (at(entry) >= since) found.set(key(entry), entry);
    const news = found.size > before;
    const full = most !== null && entries.length >= most;
    return { goesOn: news && entries.length >= MAY_BE_CUT, stuck: !news && full, news };
  };
  const moments = () => [...found.values()].map(at);
  if ((await page(since, null)).goesOn) {
    let onward = await page(Math.max(...moments()), null);
    // Whoever tells the oldest first has told all before; others may know no end of a question.
    const oldestFirst = onward.news;
    while (onward.goesOn) onward = await page(Math.max(...moments()), null);
    let back = await page(since, Math.min(...moments()));
    while (back.goesOn) back = await page(since, Math.min(...moments()));
    if (onward.stuck || (back.stuck && !oldestFirst)) {
      throw unreadable('a listing may hold more than its answers show');
    }
  }
  return [...found.values()].sort((a, b) => at(a) - at(b));
}

function unreadable(message: string): VenueFault {
  return new VenueFault('unreachable', message, null, 'answer');
}
