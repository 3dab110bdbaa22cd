/**
 * Books what the venue paid or took as funding, each payment once however often it is listed.
 * Payments from before the books began are another's.
 */
import { formatMoney } from '../contract/decimal.ts';
import type { Venue } from '../exchange/port.ts';
import type { Books } from '../store/index.ts';
import type { Runner } from './runner.ts';
import { roundedMoney } from './venue-numbers.ts';

/** Venue time from which funding is asked for: at first the moment at which the books began. */
const FUNDING_SINCE = 'funding_since_ms';
const FUNDING_BEGAN = 'funding_began_ms';
/** Payments may be listed late: so much is asked for again each time. */
const OVERLAP_MS = 24 * 3_600_000;

/** Asks for new payments and books them. Inside a runner task only. */
export async function bookFunding(parts: {
  readonly runner: Runner;
  readonly venue: Venue;
  readonly books: Books;
}): Promise<void> {
  const { runner, venue, books } = parts;
  const known = books.meta(FUNDING_BEGAN);
  if (known === null) {
    const now = String(await venue.serverTime());
    // A later moment would leave out what is paid until then.
    await runner.store(() => books.setMeta(FUNDING_BEGAN, now));
    return;
  }
  const began = Number(known);
  const since = Number(books.meta(FUNDING_SINCE) ?? began);
  const payments = await venue.fundingSince(Math.max(began, since - OVERLAP_MS));
  for (const { funding_id, amount: text, at_ms } of payments) {
    if (!(at_ms >= began) || books.hasFunding(funding_id)) continue;
    const amount = roundedMoney(text);
    if (amount === null) {
      const what = `Funding ${funding_id} is "${text}", which cannot be read: it is not booked.`;
      runner.setDegraded('strange_funding', what);
      continue;
    }
    const stamp = Math.round(at_ms);
    const funding = { funding_id, amount: formatMoney(amount), at_ms: stamp };
    await runner.apply({ type: 'funding', amount, at_ms: stamp }, { funding });
  }
  // What is dated into the future must not hide what is paid until then.
  const now = venue.capabilities.lockstep ? Infinity : (runner.measuredNow() ?? 0);
  const stamps = payments.map(({ at_ms }) => at_ms).filter((at_ms) => at_ms <= now);
  const last = Math.floor(Math.max(since, ...stamps));
  if (last === since) return;
  runner.keep(() => books.setMeta(FUNDING_SINCE, String(last)));
}
