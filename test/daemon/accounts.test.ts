/** Which instances share an account, and what accounts add up to. */
import { expect, test } from 'vitest';
import { accountViews, accountsOf } from '../../src/daemon/accounts.ts';
import type { AccountMember } from '../../src/daemon/accounts.ts';
import { dayFigures } from '../../src/daemon/day-figures.ts';
import { fleetRow } from '../../src/daemon/fleet-row.ts';
import type { RowParts } from '../../src/daemon/instance-rows.ts';
import { accountName, readConfigFile } from '../../src/registry/index.ts';
import type { RegistryRecord } from '../../src/contract/fleet-api.ts';
import type { StatusView } from '../../src/contract/instance-api.ts';
import { configOf, makeHome, recordOf } from '../cli/cli-harness.ts';
import { SampleService } from '../web/sample-service.ts';

function member(id: string, account: string | null, more: Partial<StatusView>): AccountMember {
  const status = { ...new SampleService().status(), ...more };
  const rest = { alive: true, external: false, usage: null, url: null, since_boot: 0 };
  const record = recordOf(id) as RegistryRecord;
  const parts: RowParts = { id, record, loaded: null, status, next_start_at: null, file_note: null, ...rest };
  const row = fleetRow(parts, dayFigures(status, [], 0), { account, next_mode: null });
  return { row, status, limit: null, counts: true };
}

test('sums are exact; the equity is the newest word, not a sum', () => {
  const old = { equity: '900', updated_at: '2026-01-01T00:00:00.000Z' };
  const now = { equity: '950', updated_at: '2026-01-02T00:00:00.000Z' };
  const views = accountViews([
    member('a', 'x 1', { ...old, grid_profit: '0.1', total_pnl: '-3.000000000000000001' }),
    member('b', 'x 1', { ...now, grid_profit: '0.2', total_pnl: '1' }),
    member('c', null, {}),
    member('d', 'paper d', { ...old, grid_profit: '5', total_pnl: '5' }),
  ]);
  expect(views.map(({ account, instances }) => [account, instances])).toEqual([
    ['paper d', ['d']],
    ['x 1', ['a', 'b']],
  ]);
  expect(views[1]).toMatchObject({
    equity: '950',
    grid_profit: '0.3',
    total_pnl: '-2.000000000000000001',
    worst: [],
  });
});

test('two currencies of one account are never added', () => {
  const views = accountViews([
    member('a', 'x 1', { quote: 'USDC', total_pnl: '1' }),
    member('b', 'x 1', { quote: 'USDT', total_pnl: '2' }),
  ]);
  expect(views.map(({ quote, total_pnl }) => [quote, total_pnl])).toEqual([
    ['USDC', '1'],
    ['USDT', '2'],
  ]);
});

test('one key is one account, whatever variable holds it; it is not shown', () => {
  const live = (name: string) => ({
    metadata: { exchange: 'backpack' },
    exchange_config: { mode: 'live', api_key: `\${${name}}`, secret_key: '${SECRET}' },
  });
  const home = makeHome({
    'config/active/a.json': configOf('a', 5401, live('KEY_A')),
    'config/active/b.json': configOf('b', 5402, live('KEY_B')),
    'config/active/c.json': configOf('c', 5403, live('KEY_C')),
    'config/active/d.json': configOf('d', 5404, live('KEY_D')),
    'config/active/p.json': configOf('p', 5405),
    '.env': 'KEY_A=abcdef0123456789\nKEY_B=abcdef0123456789\nKEY_C=other\nSECRET=s\n',
  });
  const lookUp = accountsOf((loaded) => accountName(home, loaded, {}));
  const account = (id: string) => {
    const loaded = readConfigFile(home, `config/active/${id}.json`);
    return lookUp({ id, loaded, status: null, external: false });
  };
  expect(account('a')).toMatch(/^backpack [0-9a-f]{12}$/);
  expect(account('b')).toBe(account('a'));
  expect(account('c')).not.toBe(account('a'));
  expect(account('d')).toBeNull();
  expect(account('p')).toBe('paper p');
});
