/** `gridd venues`: what each venue declares, without asking any of them. */
import { expect, it } from 'vitest';
import { ccxtFolder } from '../../src/exchange/ccxt/index.ts';
import { gridd, makeHome } from './cli-harness.ts';

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
