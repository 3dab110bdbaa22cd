/**
 * `gridd check` on the loopback Aster, with the real client over the wire: our price of liquidation
 * beside the venue's own estimate, on both sides of the one percent from which a gap is shown.
 */
import { chmodSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { CheckReport } from '../../src/cli/check/check-report.ts';
import type { Side } from '../../src/contract/trading.ts';
import { asterKind } from '../../src/exchange/aster/index.ts';
import { asterFace } from '../../src/exchange/sim/aster/index.ts';
import { openSimVenue } from '../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../src/exchange/sim/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { configOf, gridd, makeHome } from './cli-harness.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function openAster(): Promise<SimVenue> {
  // SOL at 150 and ETH at 4000 stand still.
  const sim = await openSimVenue({ face: asterFace, symbols: 3 });
  closing.push(() => sim.close());
  return sim;
}

function keysOf(sim: SimVenue): { account_address: string; private_key: string } {
  const { account_address = '', private_key = '' } = sim.account().facts.keys;
  return { account_address, private_key };
}

/** Somebody trades at the market on the account. */
async function trade(sim: SimVenue, symbol: string, side: Side, size: string): Promise<void> {
  const venue = asterKind.open({
    ...{ rest_url: sim.url, ws_url: sim.ws_url, proxy: null, symbol, credentials: keysOf(sim) },
    ...{ connect_timeout_ms: 5000, read_timeout_ms: 5000, clock: systemClock },
    trace: () => undefined,
  });
  try {
    const order = { client_id: `by-hand-${symbol}-${size}`, side, size, price: null };
    const outcome = await venue.submit({ ...order, post_only: false, reduce_only: false });
    expect(outcome).toMatchObject({ status: 'accepted' });
  } finally {
    await venue.close();
  }
}

/** What a check says of the liquidation of the position on SOL. */
async function check(sim: SimVenue) {
  const { account_address, private_key } = keysOf(sim);
  const home = makeHome({
    'config/active/live_01.json': configOf('live_01', 5001, {
      metadata: { exchange: 'aster', symbol: 'SOLUSDT' },
      exchange_config: {
        ...{ mode: 'live', base_url: sim.url, ws_url: sim.ws_url },
        ...{ account_address: '${AS_ACCOUNT}', private_key: '${AS_KEY}' },
      },
    }),
    '.env': `AS_ACCOUNT=${account_address}\nAS_KEY=${private_key}\n`,
  });
  chmodSync(home.env, 0o600);
  const { out } = await gridd(home, ['check', 'live_01', '--ignore', '--json']);
  const { findings, liquidation_gap: gap } = JSON.parse(out) as CheckReport;
  const { verdict, found, advice } = findings.find(({ name }) => name === 'liquidated') ?? {};
  const [ours, theirs] = [Number(gap?.ours), Number(gap?.venue)];
  return { verdict, found, advice, ours, theirs, percent: Number(gap?.gap_percent) };
}

describe.each([
  ['buy', -1],
  ['sell', 1],
] as const)('after a large %s', (side, beyond) => {
  test('both agree where the account holds nothing else', async () => {
    const sim = await openAster();
    await trade(sim, 'SOLUSDT', side, '200');
    const { verdict, ours, theirs, percent } = await check(sim);
    // About where the loss of 200 SOL is all of the 10000.
    expect(Math.abs(theirs - (150 + beyond * 50))).toBeLessThan(5);
    expect(Math.abs(ours - theirs) / theirs).toBeLessThan(0.0005);
    expect([verdict, percent]).toEqual(['ok', expect.closeTo(0, 1)]);
  });

  test('another position moves the venue’s estimate: shown once it is over 1 % away', async () => {
    const sim = await openAster();
    await trade(sim, 'SOLUSDT', side, '200');
    await trade(sim, 'ETHUSDT', side, '1');
    const near = await check(sim);
    expect(near.percent).toBeGreaterThan(0);
    expect(near.percent).toBeLessThan(1);
    expect(near.verdict).toBe('ok');
    await trade(sim, 'ETHUSDT', side, '20');
    const wide = await check(sim);
    expect(wide.percent).toBeGreaterThan(1);
    expect(wide.percent).toBeCloseTo((Math.abs(wide.ours - wide.theirs) / wide.theirs) * 100, 1);
    expect(wide.found).toBe(`ours ${wide.ours}, the venue's ${wide.theirs}`);
    expect([wide.verdict, wide.advice]).toEqual(['warn', expect.stringContaining('the nearer')]);
    // The venue, which sees both, is the nearer one.
    expect(Math.sign(wide.ours - wide.theirs)).toBe(beyond);
  });
});
