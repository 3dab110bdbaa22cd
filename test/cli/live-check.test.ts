/**
 * `gridd check`, and the question before the first live start: what they tell of an account, what
 * they refuse, and that they change nothing.
 */
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CheckReport } from '../../src/cli/check/check-report.ts';
import type { ErrorCode } from '../../src/contract/errors.ts';
import { VenueFault } from '../../src/exchange/port.ts';
import type { Home } from '../../src/platform/paths.ts';
import { ACCOUNT, makeRealVenue } from '../fixtures/real-venue.ts';
import type { RealVenue } from '../fixtures/real-venue.ts';
import { configOf, gridd, makeHome } from './cli-harness.ts';

const SECRET = 'c2VjcmV0LW9mLXRoZS1hY2NvdW50';

function liveHome(more: Record<string, object> = {}): Home {
  const keys = { mode: 'live', api_key: '${BP_KEY}', secret_key: '${BP_SECRET}' };
  const config = configOf('live_01', 5001, {
    metadata: { exchange: 'backpack' },
    ...more,
    exchange_config: { ...keys, ...more['exchange_config'] },
  });
  const home = makeHome({
    'config/active/live_01.json': config,
    '.env': `BP_KEY=public-key\nBP_SECRET=${SECRET}\n`,
  });
  chmodSync(home.env, 0o600);
  return home;
}

async function check(home: Home, { kinds }: RealVenue, ...args: string[]) {
  const ran = await gridd(home, ['check', 'live_01', '--json', ...args], { kinds });
  expect(ran.out + ran.err).not.toContain(SECRET);
  return { ...ran, report: (ran.out === '' ? null : JSON.parse(ran.out)) as CheckReport };
}

function finding({ findings }: CheckReport, name: string) {
  return findings.find((one) => one.name === name);
}

describe('gridd check', () => {
  test('tells clock, account, fees, worst positions and liquidation; changes nothing', async () => {
    const venue = makeRealVenue();
    venue.leverage = 'symbol';
    const home = liveHome({ strategy_config: { leverage: 3 } });
    const { exit, report } = await check(home, venue);
    expect(exit).toBe(0);
    expect(report).toMatchObject({
      ...{ id: 'live_01', venue: 'backpack', mode: 'live', ok: true, first: true, quote: 'USDC' },
      account: { account_id: 'account-7', equity: '10000', maker_fee: '0.0001' },
      standing: { position: '0', orders: 0 },
      grid: { price: '150', most_long: '5', most_short: '-5', orders: 20 },
      liquidation_gap: null,
    });
    expect(report.grid?.profit_per_grid).toEqual({ min: '0.6089', max: '0.6942' });
    expect(report.grid?.liquidation).toMatchObject({ now: null, alarm: false });
    // The simulated venue lives in another year: its clock is measured, and told.
    expect(report.clock?.latency_ms.max).toBeLessThan(1000);
    expect(finding(report, 'clock')).toMatchObject({ verdict: 'warn' });
    expect(finding(report, 'leverage')?.found).toBe('a start sets it to 3, now 10');
    expect(venue.leverages).toEqual([]);
    expect(venue.exchange.orders.size).toBe(0);
    expect(existsSync(join(home.folder, 'database'))).toBe(false);
  });

  test('reads well', async () => {
    const venue = makeRealVenue();
    const { out, exit } = await gridd(liveHome(), ['check', 'live_01'], { kinds: venue.kinds });
    expect(exit).toBe(0);
    expect(out).toMatch(/^ok +config +valid; keys: api_key, secret_key$/m);
    expect(out).toMatch(/^ok +host +api.backpack.exchange$/m);
    expect(out).toMatch(/^worst positions +5 and -5 SOL$/m);
    expect(out).toMatch(/^profit per grid +0.6089 to 0.6942 % after fees$/m);
    expect(out).toMatch(/^liquidated now at +none$/m);
    expect(out).toMatch(/^with all sells filled +\d+/m);
  });

  test('a position and orders that are there fail it, until it is told what becomes of them', async () => {
    const venue = makeRealVenue();
    venue.byHand({ side: 'sell', size: '3' });
    venue.byHand({ side: 'buy', size: '1', price: '130' });
    const home = liveHome();
    const refused = await check(home, venue);
    expect(refused.exit).toBe(4);
    expect(refused.report).toMatchObject({ ok: false, standing: { position: '-3', orders: 1 } });
    expect(finding(refused.report, 'standing')).toMatchObject({ verdict: 'fail' });
    for (const choice of ['--adopt', '--ignore']) {
      const { exit, report } = await check(home, venue, choice);
      expect({ exit, verdict: finding(report, 'standing')?.verdict }).toEqual({
        ...{ exit: 0, verdict: 'warn' },
      });
      expect(report.grid).toMatchObject({ most_long: '2', most_short: '-8' });
      expect(Number(report.grid?.liquidation.now)).toBeGreaterThan(160);
    }
    const both = await gridd(home, ['check', 'live_01', '--adopt', '--ignore'], venue);
    expect([both.exit, both.err]).toEqual([2, expect.stringMatching(/^USAGE: .*exclude/)]);
  });

  test('our price of liquidation is compared with the venue’s: over 1 % apart is shown', async () => {
    const venue = makeRealVenue();
    venue.byHand({ side: 'sell', size: '100' });
    const home = liveHome();
    venue.liquidation_price = '300';
    const wide = (await check(home, venue, '--adopt')).report;
    expect(finding(wide, 'liquidated')).toMatchObject({ verdict: 'warn' });
    const { ours } = wide.liquidation_gap ?? {};
    venue.liquidation_price = String(Number(ours) * 1.009);
    const near = (await check(home, venue, '--adopt')).report;
    expect(near.liquidation_gap).toMatchObject({ ours, gap_percent: '0.89' });
    expect(finding(near, 'liquidated')).toMatchObject({ verdict: 'ok' });
  });

  test('a grid that the account cannot carry is refused with what fits', async () => {
    const home = liveHome({ strategy_config: { order_quantity: 100 } });
    const { exit, report } = await check(home, makeRealVenue());
    expect(exit).toBe(2);
    expect(report).toMatchObject({ ok: false, grid: null });
    expect(finding(report, 'grid')).toMatchObject({ verdict: 'fail' });
    expect(finding(report, 'grid')?.advice).toMatch(/at most [\d.]+ per grid/);
  });

  test.each<[VenueFault, ErrorCode, number]>([
    [new VenueFault('refused', 'unknown key', null, 'key'), 'VENUE_KEY', 2],
    [new VenueFault('unreachable', 'getaddrinfo', null, 'name'), 'VENUE_NAME', 1],
    [new VenueFault('maintenance', 'soon', 1, 'maintenance'), 'VENUE_MAINTENANCE', 1],
    [new VenueFault('unreachable', '<html>', null, 'blocked'), 'VENUE_BLOCKED', 1],
  ])('%s ends it with its code, and what was found before stays', async (fault, code, exit) => {
    const venue = makeRealVenue();
    venue.faults.push(null, fault);
    const ran = await check(liveHome(), venue);
    expect(ran.exit).toBe(exit);
    expect(finding(ran.report, 'venue')?.found).toContain(`${code}: backpack`);
    expect(finding(ran.report, 'market')).toMatchObject({ verdict: 'ok' });
  });

  test('hedge mode, a custom host and an open .env are told', async () => {
    const venue = makeRealVenue();
    venue.account = { ...ACCOUNT, position_mode: 'hedge' };
    const custom = { base_url: 'http://127.0.0.1:1', ws_url: 'ws://127.0.0.1:1' };
    const home = liveHome({ exchange_config: custom });
    const { exit, report } = await check(home, venue);
    expect([exit, finding(report, 'host')?.verdict]).toEqual([2, 'warn']);
    expect(finding(report, 'venue')?.found).toContain('VENUE_MODE');
    chmodSync(home.env, 0o640);
    const exposed = await check(home, venue);
    expect(finding(exposed.report, 'venue')?.found).toContain('ENV_EXPOSED');
    expect(venue.openings).toHaveLength(1);
  });

  test('a paper instance has nothing to check', async () => {
    const home = makeHome({ 'config/active/p_01.json': configOf('p_01', 5001) });
    const ran = await gridd(home, ['check', 'p_01']);
    expect([ran.exit, ran.err]).toEqual([2, expect.stringMatching(/^USAGE: p_01 does not trade/)]);
  });
});

describe('the question before the first live start', () => {
  test('without a terminal it is an option: nothing is asked of anybody', async () => {
    const venue = makeRealVenue();
    const ran = await gridd(liveHome(), ['start', 'live_01'], { kinds: venue.kinds });
    expect(ran.exit).toBe(2);
    expect(ran.err).toMatch(/^ANSWER_NEEDED: This is the first live start of live_01/);
    expect(ran.err).toContain('--yes');
    expect(venue.openings).toEqual([]);
  });

  test('shows what the grid would hold and risk, and takes nothing but yes', async () => {
    const venue = makeRealVenue();
    const asked: string[] = [];
    const ask = (question: string) => Promise.resolve(asked.push(question) > 0 ? 'no' : '');
    const terminal = { interactive: true, ask };
    const home = liveHome();
    const ran = await gridd(home, ['start', 'live_01'], { kinds: venue.kinds, terminal });
    expect(ran.exit).toBe(2);
    expect(ran.err).toMatch(/^ANSWER_NEEDED: Nothing was done/);
    expect(asked).toEqual(['Start live_01 with real money on backpack? [y/N] ']);
    for (const line of [/equity of the account +10000 USDC/, /worst positions +5 and -5 SOL/]) {
      expect(ran.out).toMatch(line);
    }
    expect(existsSync(join(home.folder, 'logs'))).toBe(false);
  });

  test('what would refuse the start is told in its place', async () => {
    const venue = makeRealVenue();
    venue.byHand({ side: 'buy', size: '1' });
    const terminal = { interactive: true };
    const ran = await gridd(liveHome(), ['start', 'live_01'], { kinds: venue.kinds, terminal });
    expect([ran.exit, ran.err]).toEqual([4, expect.stringMatching(/^VENUE_OCCUPIED: /)]);
  });
});
