/** A grid that trailing has moved stays there when something else than its range is edited. */
import { afterEach, expect, test } from 'vitest';
import { planOfFile } from '../../src/bot/file-values.ts';
import { fingerprint } from '../../src/bot/plan.ts';
import type { InstanceConfig } from '../../src/contract/instance-config.ts';
import { CONFIG, VALUES, movePrice, openDesk, openRig } from './grid-rig.ts';
import type { Desk, Rig } from './grid-rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) {
    await rig.venue.close();
    rig.books.close();
  }
});

/** Laid out from 100 to 110 and trailed to 104 to 114. */
async function trailed(): Promise<{ rig: Rig; desk: Desk }> {
  const rig = openRig(10450);
  rigs.push(rig);
  const desk = await openDesk(rig);
  const { runner } = desk;
  const plan = { ...runner.state.plan, out_of_range: 'trail' } as const;
  const event = { type: 'adjust', plan, position: 'carry', at_ms: 0 } as const;
  await runner.run(() => runner.apply(event));
  await desk.session.connect();
  await movePrice(rig, desk, 11350);
  expect(range(desk)).toEqual([10400, 11400]);
  return { rig, desk };
}

function range({ runner }: Desk): (number | undefined)[] {
  const { lines } = runner.state.plan;
  return [lines[0], lines.at(-1)];
}

function fileWith(values: Partial<InstanceConfig['strategy_config']>): InstanceConfig {
  return { ...CONFIG, strategy_config: { ...CONFIG.strategy_config, ...VALUES, ...values } };
}

test('a file with another stop-loss alone', async () => {
  const { rig, desk } = await trailed();
  const { plan } = desk.runner.state;
  const grid = { market: rig.market, plan, ticks: 11350, funds: {} };
  const taken = fingerprint(fileWith({}));
  const edited = planOfFile(grid, fileWith({ stop_loss_price: '90' }), taken).plan;
  expect([edited.lines, edited.base, edited.stop_loss_ticks]).toEqual([plan.lines, plan.base, 9000]);
  const moved = planOfFile(grid, fileWith({ grid_lower_price: 105, grid_upper_price: 115 }), taken);
  expect(moved.plan.lines[0]).toBe(10500);
});

test('an adjust of the size alone, and of one end of the range', async () => {
  const { desk } = await trailed();
  await desk.service.adjust({ order_quantity: '0.6' }, null);
  expect(range(desk)).toEqual([10400, 11400]);
  expect(desk.runner.state.plan.base.offset).toBe(4);
  await desk.service.adjust({ grid_upper_price: 116, grid_num: 12 }, null);
  expect(range(desk)).toEqual([10400, 11600]);
  expect(desk.bugs).toEqual([]);
});

test('an adjust to the range where it began moves it back', async () => {
  const { desk } = await trailed();
  await desk.service.adjust({ grid_lower_price: 100, grid_upper_price: 110, grid_num: 10 }, null);
  expect(desk.runner.state.plan.lines[0]).toBe(10000);
  expect(desk.bugs).toEqual([]);
});
