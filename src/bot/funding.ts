/**
 * Books what the venue paid or took as funding, each payment once however often it is listed.
 * Payments from before the books began are another's.
 */
import { assert } from '../contract/assert.ts';
import { parseMoney } from '../contract/decimal.ts';
import type { Venue } from '../exchange/port.ts';
import type { Books } from '../store/index.ts';
import type { Runner } from './runner.ts';

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
    if (at_ms < began || books.hasFunding(funding_id)) continue;
    const amount = parseMoney(text);
    assert(amount !== null, `the venue's funding ${funding_id} is "${text}"`);
    const funding = { funding_id, amount: text, at_ms };
    await runner.apply({ type: 'funding', amount, at_ms }, { funding });
  }
  const last = payments.reduce((latest, { at_ms }) => Math.max(latest, at_ms), since);
  if (last === since) return;
  runner.keep(() => books.setMeta(FUNDING_SINCE, String(last)));
}
