/** What stands behind a grid, on real books and the real paper venue: refusals, alarm, rates. */
import { afterEach, describe, expect, test } from 'vitest';
import type { AdjustRequest } from '../../src/contract/instance-api.ts';
import { VALUES, movePrice, openDesk, openRig } from './grid-rig.ts';
import type { Desk, Rig } from './grid-rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) {
    await rig.venue.close();
    rig.books.close();
  }
});

async function deskAt(ticks: number): Promise<{ rig: Rig; desk: Desk }> {
  const rig = openRig(ticks);
  rigs.push(rig);
  const desk = await openDesk(rig);
  await rig.venue.connect((event) => desk.runner.take(event));
  return { rig, desk };
}

/** The problems with which an adjust is refused. */
async function refusal(desk: Desk, request: AdjustRequest): Promise<unknown> {
  try {
    await desk.service.adjust(request, null);
    return 'applied';
  } catch (error) {
    const { code, problems } = error as { code: unknown; problems: unknown };
    return { code, problems };
  }
}

const refreshed = (desk: Desk) => desk.runner.run(() => desk.service.refresh());

describe('liquidation', () => {
  test('three figures, none where nothing liquidates, nothing before the balance is known', async () => {
    const { rig, desk } = await deskAt(10450);
    expect(desk.service.status()).not.toHaveProperty('liquidation');
    await refreshed(desk);
    // 10,000 behind five buys and six sells of 0.5: bought out, no price liquidates.
    expect(desk.service.status().liquidation).toEqual({
      now: null,
      buys_filled: null,
      // 10,000 + 3 (107.5 - p) less fees <= 1 % of 3 p.
      sells_filled: '3406.75',
      nearest_percent: '3160.04',
      alarm: false,
    });
    await movePrice(rig, desk, 10350);
    await refreshed(desk);
    expect(desk.service.status().warnings).toEqual([]);
  });

  test('near the price it is a warning that names price, case and distance', async () => {
    const { desk } = await deskAt(10450);
    const narrow = { grid_lower_price: 104, grid_upper_price: 105, grid_num: 10 };
    const answer = await desk.service.adjust({ ...narrow, order_quantity: '900' }, null);
    const { liquidation, warnings } = desk.service.status();
    expect(answer.liquidation).toEqual(liquidation);
    // Sold out: 5 x 900 at 104.8; 10,000 - 94.32 + 4,500 (104.8 - p) <= 45 p from 105.942 on.
    expect(liquidation).toMatchObject({ now: null, buys_filled: '103.02', alarm: true });
    expect(liquidation?.sells_filled).toBe('105.95');
    expect(warnings[0]).toBe(
      'Liquidation is near: at 105.95 with all sells filled, 1.38 % from the price.',
    );
    // Unleveraged, 5 q at 105 need 525 q; a straight rise leaves 10,000 - 1.105 q.
    expect(answer.warnings.join()).toMatch(/initial margin is short by .*: at most 19 per grid/);
  });

  test('inside the range is refused before anything is touched, with the size that fits', async () => {
    const { rig, desk } = await deskAt(10450);
    const before = (await rig.venue.openOrders()).map(({ client_id }) => client_id);
    const found = await refusal(desk, { ...VALUES, order_quantity: '900' });
    expect(found).toMatchObject({
      code: 'ADJUST_REFUSED',
      problems: [
        { path: 'order_quantity', message: expect.stringContaining('a straight fall from 104.5') },
        { path: 'order_quantity', message: expect.stringContaining('a straight rise from 104.5') },
      ],
    });
    const allowed = (found as { problems: { allowed: string }[] }).problems.map((p) => p.allowed);
    const sizes = allowed.map((text) => /^at most (\d+\.?\d*) per grid$/.exec(text)?.[1]);
    expect((await rig.venue.openOrders()).map(({ client_id }) => client_id)).toEqual(before);
    const [least = '0'] = sizes.map(String).sort((a, b) => Number(a) - Number(b));
    expect(await refusal(desk, { ...VALUES, order_quantity: least })).toBe('applied');
    expect(desk.bugs).toEqual([]);
  });

  test('the position that is there counts, not only what the new lines would buy', async () => {
    const { rig, desk } = await deskAt(10450);
    await desk.service.adjust({ ...VALUES, order_quantity: '300' }, null);
    await movePrice(rig, desk, 9990);
    expect(desk.service.status().position).toBe('1500');
    const lower = { ...VALUES, grid_lower_price: 95, grid_upper_price: 105 };
    const found = await refusal(desk, { ...lower, order_quantity: '300' });
    expect(found).toMatchObject({
      code: 'ADJUST_REFUSED',
      problems: [
        {
          path: 'order_quantity',
          message: expect.stringMatching(
            /^the present position with the new orders filled would be liquidated at 9[5-9]/,
          ),
        },
      ],
    });
    const dry = { ...lower, order_quantity: '300', dry_run: true };
    expect(await refusal(desk, dry)).toEqual(found);
    expect(desk.service.status()).toMatchObject({ lower: '100', upper: '110' });
    // 1,500 as they are: 6,970 + 1,500 (p - 100) <= 15 p at 96.31.
    const above = { ...lower, grid_lower_price: 98, order_quantity: '20' };
    expect(await refusal(desk, above)).toBe('applied');
    expect(desk.bugs).toEqual([]);
  });

  test('the present values are never refused, however bad it looks', async () => {
    const { rig, desk } = await deskAt(10450);
    const heavy = { ...VALUES, order_quantity: '300' };
    await desk.service.adjust(heavy, null);
    await movePrice(rig, desk, 9700);
    expect(desk.service.status().liquidation).toMatchObject({ now: '96.31', alarm: true });
    expect(await desk.service.adjust(heavy, null)).toMatchObject({ unchanged: true });
    expect(await refusal(desk, { ...heavy, grid_num: 11 })).not.toBe('applied');
    expect(desk.bugs).toEqual([]);
  });
});

describe('investment and rates', () => {
  const day = 86_400_000;

  test('are told from the second hour of the books on', async () => {
    const { rig, desk } = await deskAt(10450);
    await refreshed(desk);
    // Six sells of 0.5 at 105..110 are the dearer side.
    const first = desk.service.status();
    expect([first.investment, first.apr]).toEqual(['322.5', { grid: null, total: null }]);
    const began = Number(rig.books.meta('began_at_ms'));
    expect(began).toBe(desk.runner.state.run.started_at_ms);
    await movePrice(rig, desk, 10350);
    await movePrice(rig, desk, 10550);
    rig.books.setMeta('began_at_ms', String(began - 10 * day));
    await refreshed(desk);
    const { apr, grid_profit, total_pnl } = desk.service.status();
    const yearly = (profit: string) => ((Number(profit) / 322.5) * 365) / 10;
    expect(Number(grid_profit)).toBeGreaterThan(0);
    expect(Number(apr?.grid) * 100).toBeCloseTo(yearly(grid_profit) * 10_000, -1);
    expect(Number(apr?.total) * 100).toBeCloseTo(yearly(total_pnl) * 10_000, -1);
  });

  test('the beginning is noted once and outlives the process', async () => {
    const { rig, desk } = await deskAt(10450);
    await refreshed(desk);
    rig.books.setMeta('began_at_ms', '1000');
    const next = await openDesk(rig);
    await refreshed(next);
    expect(rig.books.meta('began_at_ms')).toBe('1000');
    expect(next.service.status().apr?.grid).toBe('0.00');
  });
});
