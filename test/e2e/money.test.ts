/** The verbs about money, as a user types them: real processes on the paper venue. */
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import type { InstanceStatus, VerbResult } from '../../src/contract/fleet-api.ts';
import type {
  AdjustAnswer,
  CloseCarryAnswer,
  ReceiptView,
} from '../../src/contract/instance-api.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readJson } from '../../src/platform/json-file.ts';
import { identify, signalProcess } from '../../src/platform/process-identity.ts';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { WEB_PROGRAM } from '../fixtures/supervised-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';

let home: FleetHome;
let port: number;

beforeEach(async () => {
  home = new FleetHome();
  [port = 0] = await freePorts(1);
});
afterEach(() => home.dispose());

/** A long grid holds inventory from its first moment. */
function write(strategy: object = {}, daemon: object = {}, paper: object = {}): void {
  home.write('a', {
    daemon: { web_port: port, ...daemon },
    exchange: { paper: { seed: 7, ...paper } },
    strategy: { direction: 'long', ...strategy },
  });
}

async function json<T>(words: readonly string[], code = 0): Promise<T> {
  return JSON.parse((await home.ok([...words, '--json'], code)).stdout) as T;
}

type Flat = InstanceStatus & NonNullable<InstanceStatus['status']>;
const status = () => json<Flat>(['status', 'a']);

async function withPosition(): Promise<Flat> {
  await home.ok(['start', 'a']);
  return waitFor('a position', async () => {
    const found = await status();
    return found.position !== '0' && found.position !== null ? found : null;
  });
}

async function expectFlat(): Promise<Flat> {
  const found = await status();
  expect(found).toMatchObject({ position: '0', open_orders: 0, desired: 'stopped', pid: null });
  return found;
}

async function panic(code = 0): Promise<VerbResult> {
  const [result] = await json<VerbResult[]>(['panic', 'a'], code);
  if (result === undefined) throw new Error('no result');
  return result;
}

/** Receipts as gridd prints them for other programs: names, then one object a line. */
async function csv(words: readonly string[]): Promise<Record<string, string>[]> {
  const { stdout } = await home.ok(['receipts', 'a', '--csv', ...words]);
  const [names = [], ...lines] = stdout
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  return lines.map((cells) => Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ''])));
}

function money(text: string | undefined): bigint {
  const value = parseMoney(text ?? '');
  if (value === null) throw new Error(`no money: ${text}`);
  return value;
}

describe('panic', () => {
  test('of a running and of a stopped instance ends flat; then there is nothing to do', async () => {
    write();
    await withPosition();
    const told = await home.ok(['panic', 'a']);
    expect(told.stdout).toMatch(/^a: flat; [1-9]\d* orders cancelled, position 0/);
    expect(await expectFlat()).toMatchObject({ state: 'stopped' });
    expect((await home.ok(['panic', '--all'])).stdout).toContain('nothing to close');

    await withPosition();
    await home.ok(['stop', 'a', '--orders', 'keep']);
    const before = await status();
    expect(before.position).not.toBe('0');
    expect(before.open_orders).toBeGreaterThan(0);
    const [result] = await json<VerbResult[]>(['panic', '--all']);
    expect(result).toMatchObject({ id: 'a', ok: true, receipt: { reason: 'panic' } });
    expect(result?.receipt?.orders_cancelled).toBeGreaterThan(0);
    expect(await expectFlat()).toMatchObject({ state: 'stopped' });
    const lines = await json<{ verb: string; outcome: string }[]>(['audit', 'a']);
    const panics = lines.filter(({ verb }) => verb === 'panic');
    expect(panics.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  test('of a failed instance whose bot is killed during it: repeated, flat, still failed', async () => {
    write({}, { max_restart_attempts: 0 });
    const { pid } = await withPosition();
    process.kill(pid ?? NaN, 'SIGKILL');
    const failed = await waitFor('the failure', async () => {
      const found = await status();
      return found.state === 'failed' ? found : null;
    });
    let ended = false;
    const asked = home.run(['panic', 'a', '--json']).finally(() => {
      ended = true;
    });
    const kills = await killWhile(() => !ended);
    const first = await asked;
    expect({ kills, code: first.code }).toEqual({ kills: 1, code: 1 });
    expect(first.stderr).toMatch(/^NOT_FLAT: a may not be flat: its bot .*SIGKILL/m);
    const result = await panic();
    expect(result).toMatchObject({ ok: true, receipt: { orders_left: 0, position: '0' } });
    const after = await status();
    expect(after).toMatchObject({ state: 'failed', position: '0', open_orders: 0, pid: null });
    expect(after.state_reason).toBe(failed.state_reason);
    expect(after.last_exit).toEqual(failed.last_exit);
  });

  test('of an external program ends it, and says that its position is not known', async () => {
    write({}, { script_path: WEB_PROGRAM, python_path: process.execPath });
    await home.ok(['start', 'a']);
    const { stderr } = await home.ok(['panic', 'a'], 1);
    expect(stderr).toMatch(/^NOT_FLAT: a may not be flat: its program was ended, and gridd cannot/m);
    expect(await home.row('a')).toMatchObject({ state: 'stopped', desired: 'stopped', pid: null });
    const again = await home.ok(['panic', 'a'], 1);
    expect(again.stderr).toContain('its program does not run');
  });
});

/** Kills the first bot that appears while `going`; resolves with how many were. */
async function killWhile(going: () => boolean): Promise<number> {
  const file = home.path('logs', 'a', 'bot.json');
  while (going()) {
    const { pid } = (existsSync(file) ? readJson(file) : {}) as { pid?: number };
    const identity = pid === undefined ? null : identify(pid);
    if (identity !== null && signalProcess(identity, 'SIGKILL')) return 1;
    await systemClock.delay(5);
  }
  return 0;
}

test('a run of verbs: trips, a size alone, carry, position, and receipts that add up', async () => {
  // The fee of the start order alone is a loss beyond this; the price hardly moves.
  write({ max_loss: '0.05', max_orders_per_minute: 57 }, {}, { volatility: 1e-7 });
  await home.ok(['start', 'a']);
  await waitFor('the trip', async () => (await home.row('a')).grid_state === 'tripped');
  const tripped = await home.ok(['status', 'a']);
  expect(tripped.stdout).toMatch(/tripped +total -[\d.]+ is max_loss 0.05 below 0/);
  await home.ok(['close-carry', 'a'], 4).then(({ stderr }) => {
    expect(stderr).toMatch(/^CARRY_REFUSED: The carry of a stays: the grid is tripped/m);
  });
  expect((await home.ok(['resume', 'a'])).stdout).toMatch(/^a: resumed; it was tripped: total -/);
  expect((await home.ok(['accept-position', 'a'])).stdout).toMatch(
    /^a: nothing to accept, venue and books agree on [\d.]+\n$/,
  );
  const smaller = await json<AdjustAnswer>(['adjust', 'a', '--quantity', '0.06']);
  expect(smaller).toMatchObject({ applied: true, grids: 20, quantity_per_grid: '0.06' });
  expect(smaller).toMatchObject({ lower: '140', upper: '160' });
  expect(money(smaller.carry)).toBeGreaterThan(0n);
  const closed = await json<CloseCarryAnswer>(['close-carry', 'a']);
  expect(closed).toEqual({ carry_before: smaller.carry, carry: '0', pending: false });
  await home.ok(['adjust', 'a', '--quantity', '0.05']);
  await waitFor('the fence', async () => (await home.row('a')).grid_state === 'tripped');
  const resumed = await home.ok(['resume', 'a']);
  expect(resumed.stdout).toContain('tripped: more than max_orders_per_minute 57 would be sent');

  await home.ok(['stop', 'a']);
  await home.ok(['start', 'a']);
  const [last] = await json<VerbResult[]>(['stop', 'a', '--position', 'close']);
  await home.ok(['supervisor', 'stop', '--keep-bots']);
  const rows = await csv([]);
  const views = await json<ReceiptView[]>(['receipts', 'a']);
  expect(rows.map(({ id, reason }) => [id, reason])).toEqual([
    ['2', 'stop'],
    ['1', 'stop'],
  ]);
  for (const [at, view] of views.entries()) {
    const row = rows[at] ?? {};
    expect(view.period).toMatchObject({ difference: '0', total: row['total'] });
    expect(row['trade_ids']?.split(' ').filter(Boolean)).toEqual(view.trade_ids);
    expect(view.trade_ids).toHaveLength(Number(row['fills']));
    expect(money(row['total'])).toBe(money(row['grid_profit']) + money(row['unpaired']));
  }
  const [second, first] = rows;
  expect(second?.['position_before']).toBe(first?.['position_after']);
  expect(second?.['position_after']).toBe('0');
  const total = money(first?.['total']) + money(second?.['total']);
  expect(total).toBe(money(last?.receipt?.total_pnl));
  expect((await home.ok(['receipts', 'a'])).stdout).toMatch(/ yes\n.* yes\n/s);
  expect((await home.ok(['receipts', 'a', '--by', 'day'])).stdout).toBe('no day has ended yet\n');
});

test('stop-loss and take-profit end the run flat, with a receipt', async () => {
  const paper = { start_price: 150, volatility: 0.004, speed: 1000 };
  const narrow = { grid_lower_price: 149, grid_upper_price: 151, grid_num: 4 };
  const [other] = await freePorts(2).then((ports) => ports.filter((one) => one !== port));
  write({ ...narrow, stop_loss_price: 148 }, {}, paper);
  home.write('b', {
    daemon: { web_port: other },
    exchange: { paper: { seed: 7, ...paper } },
    strategy: { direction: 'long', ...narrow, take_profit_price: 152 },
  });
  await home.ok(['start', '--all']);
  for (const [id, reason] of [['a', 'stop_loss'], ['b', 'take_profit']] as const) {
    await waitFor(`the end of ${id}`, async () => (await home.row(id)).state === 'finished');
    const [view] = await json<ReceiptView[]>(['receipts', id]);
    expect(view).toMatchObject({ kind: 'end', reason, position: '0', orders_left: 0 });
    expect(view?.period).toMatchObject({ difference: '0', position_after: '0' });
    expect(await json(['status', id])).toMatchObject({ desired: 'stopped', grid_state: 'finished' });
  }
});
