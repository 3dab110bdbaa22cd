/** The markets of a ccxt exchange, and what its class says of the listings of linear ones. */
import type { CcxtExchange, CcxtMarket, Listed } from './exchange.ts';
import type { Answers } from './listing.ts';

/**
 * All markets, loaded once. ccxt keeps a load that failed and would give its failure for ever: so
 * it is told to load again as long as there are none.
 */
export function loadedMarkets(
  exchange: CcxtExchange,
): Promise<Readonly<Record<string, CcxtMarket>>> {
  return exchange.loadMarkets(exchange.markets === undefined);
}

const DAY_MS = 24 * 3_600_000;
/** Most venues answer for spans of at most so many days at once. */
const USUAL_DAYS = 7;
/** Kept free of a span: some count its ends. */
const EDGE_MS = 60_000;

/** What one answer of a listing holds, as far as ccxt tells. */
export function answersOf({ features }: Pick<CcxtExchange, 'features'>, what: Listed): Answers {
  const { limit, untilDays } = features?.swap?.linear?.[what] ?? {};
  const days = Math.min(USUAL_DAYS, untilDays ?? USUAL_DAYS);
  return { most: limit ?? null, span_ms: days * DAY_MS - EDGE_MS };
}
