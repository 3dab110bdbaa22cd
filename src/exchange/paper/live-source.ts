/**
 * The path of a venue's present prices. It cannot be walked again: a stored place is never found
 * on it, so that a restart goes on from now, reached by a jump. Between two looks at the feed the
 * price moves through every price between; after an outage it jumps.
 */
import { assert } from '../../contract/assert.ts';
import { makeMarket, nearestTicks } from '../../contract/market.ts';
import type { MarketRules } from '../../contract/market.ts';
import type { LiveFeed } from './live-feed.ts';
import type { PricePoint, PriceSource } from './price-source.ts';

/** Between two points of the path. */
const STEP_MS = 250;

/** Opens the path of a feed that has its first price. */
export function liveSource(rules: MarketRules, feed: LiveFeed): PriceSource {
  const market = makeMarket(rules);
  let outages = feed.outages;

  function pointAt(index: number): PricePoint {
    const ticks = nearestTicks(market, feed.last);
    assert(ticks !== null && ticks > 0, `the price "${feed.last}" is at least one tick`);
    const move = feed.outages === outages ? 'continuous' : 'jump';
    ({ outages } = feed);
    return { index, state: 0, ticks, move, at_ms: index * STEP_MS };
  }

  return {
    kind: 'live',
    tick: rules.tick,
    dated: false,
    first: () => pointAt(0),
    resume: () => null,
    after: ({ index }) => pointAt(index + 1),
    watch: (told) => feed.watch(told),
    close: () => feed.close(),
  };
}
