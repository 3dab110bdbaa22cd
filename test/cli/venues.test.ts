/**
 * `gridd venues`: what each venue declares, without asking any of them; and `--record`, which asks one
 * for its markets.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ccxtFolder } from '../../src/exchange/ccxt/index.ts';
import { readRecord } from '../../src/exchange/paper/index.ts';
import { asterFace } from '../../src/exchange/sim/aster/index.ts';
import { FAULT_DEFAULTS, openSimVenue } from '../../src/exchange/sim/index.ts';
import { configOf, gridd, makeHome } from './cli-harness.ts';

it('shows the venues of our own, and how the others are named', async () => {
  const { exit, out } = await gridd(makeHome(), ['venues']);
  expect(exit).toBe(0);
  for (const word of ['backpack', 'aster', 'private_key', 'secret_key', 'ccxt']) {
    expect(out).toContain(word);
  }
});

it('tells one as a document', async () => {
  const { out } = await gridd(makeHome(), ['venues', 'backpack', '--json']);
  const [found] = JSON.parse(out) as { name: string; capabilities: { trigger_orders: boolean } }[];
  expect(found).toMatchObject({ name: 'backpack', rest_url: 'https://api.backpack.exchange' });
  expect(found?.capabilities.trigger_orders).toBe(true);
});

it.skipIf(ccxtFolder() === null)('tells one of ccxt', async () => {
  const { exit, out } = await gridd(makeHome(), ['venues', 'ccxt:okx']);
  expect(exit).toBe(0);
  expect(out).toContain('passphrase');
});

it.each(['nosuch', 'ccxt:nosuch', 'ccxt:../x'])('says that %s is none', async (name) => {
  const { exit, err } = await gridd(makeHome(), ['venues', name]);
  expect(exit).toBe(2);
  expect(err).toContain('VENUE_UNKNOWN');
});

describe('--record', () => {
  it('writes what the venue tells anybody; a grid is then judged by it', async () => {
    const sim = await openSimVenue({ face: asterFace, symbols: 12 });
    try {
      const metadata = { exchange: 'aster', symbol: 'ETHUSDT' };
      const strategy_config = { grid_lower_price: 3800, grid_upper_price: 4200, grid_num: 10 };
      const size = { ...strategy_config, order_quantity: '0.0015' };
      const home = makeHome({
        'config/active/p_01.json': configOf('p_01', 5001, { metadata, strategy_config: size }),
      });
      expect((await gridd(home, ['validate'])).err).toMatch(/lot|step/);
      const args = ['venues', 'aster', '--record', '--base-url', `${sim.url}/`];
      const { exit, out } = await gridd(home, args);
      expect(exit).toBe(0);
      expect(out).toMatch(/^config\/markets\/aster\.json: 12 markets of aster, /);
      expect(out).toMatch(/Not told without a key:\n +maker_fee: of new accounts/);
      const record = readRecord(home.markets, 'aster');
      expect(record).toMatchObject({ venue: 'aster', source: sim.url });
      expect(record?.recorded_at).toMatch(/^\d{4}-\d{2}-\d{2}T/);
      // The loopback venue counts ETH in finer lots than the rule for what nobody recorded.
      expect(await gridd(home, ['validate'])).toMatchObject({ exit: 0, err: '' });
    } finally {
      await sim.close();
    }
  });

  it('takes a file and a number, and tells it as a document', async () => {
    const sim = await openSimVenue({ face: asterFace, symbols: 12 });
    try {
      const home = makeHome();
      const flags = ['--record', 'three.json', '--most', '3', '--base-url', sim.url, '--json'];
      const { out } = await gridd(home, ['venues', 'aster', ...flags], { cwd: home.folder });
      expect(JSON.parse(out)).toMatchObject({ file: 'three.json', venue: 'aster', markets: 3 });
      const text = readFileSync(join(home.folder, 'three.json'), 'utf8');
      expect(text.split('\n').filter((line) => line.includes('"symbol"'))).toHaveLength(3);
      expect(existsSync(home.markets)).toBe(false);
    } finally {
      await sim.close();
    }
  });

  it('writes nothing where the venue does not answer, or nobody can be asked', async () => {
    const sim = await openSimVenue({ face: asterFace, symbols: 3 });
    try {
      const home = makeHome();
      const at = ['--base-url', sim.url];
      sim.faults.add({ ...FAULT_DEFAULTS, kind: 'error_before', times: null, status: 503 });
      const silent = await gridd(home, ['venues', 'aster', '--record', ...at]);
      expect([silent.exit, silent.err]).toEqual([1, expect.stringMatching(/^VENUE_/)]);
      for (const args of [
        ['venues', '--record'],
        ['venues', 'aster', '--record', '--most', '0', ...at],
        ['venues', 'aster', '--record', '--most', 'all', ...at],
        ['venues', 'aster', '--record', '--base-url', 'fapi.asterdex.com'],
      ]) {
        const { exit, err } = await gridd(home, args);
        expect([exit, err], args.join(' ')).toEqual([2, expect.stringMatching(/^USAGE: /)]);
      }
      expect(existsSync(home.markets)).toBe(false);
    } finally {
      await sim.close();
    }
  });
});
