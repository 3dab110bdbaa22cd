/**
 * Our Backpack client passes the suite that every venue passes, over the wire: against the loopback
 * venue that speaks Backpack's protocol, with crossing post-only orders refused in either form.
 */
import { backpack } from '../../src/exchange/backpack/index.ts';
import { backpackFace } from '../../src/exchange/sim/backpack/index.ts';
import { openLoopback } from './loopback-fixture.ts';
import { venueConformance } from './venue-suite.ts';

for (const [symbol, crossing, cut] of [
  ['SOL_USDC_PERP', 'expire', 'drop_before'],
  ['BTC_USDC_PERP', 'refuse', 'drop_after'],
] as const) {
  venueConformance(`backpack ${symbol}, crossing orders ${crossing}`, () =>
    openLoopback({
      ...{ kind: backpack, face: backpackFace, symbol, crossing, cut },
      credentials: ({ api_key = '', secret_key = '' }) => ({ api_key, secret_key }),
    }),
  );
}
