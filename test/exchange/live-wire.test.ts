/** What a live config becomes before anything is sent: addresses, proxy, keys, rules, error codes. */
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/contract/errors.ts';
import { LIVE_VENUES, VENUE_HOSTS } from '../../src/contract/venues.ts';
import { accountRules } from '../../src/exchange/account-rules.ts';
import { paperMarket } from '../../src/exchange/paper/index.ts';
import { FAULT_CAUSES, VenueFault } from '../../src/exchange/port.ts';
import type { FaultCause, VenueAccount } from '../../src/exchange/port.ts';
import { isPermanent, venueError } from '../../src/exchange/venue-error.ts';
import { loadVenueKind } from '../../src/exchange/venues.ts';
import { proxyOf, wireOptions } from '../../src/exchange/wire-options.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { ACCOUNT, makeRealVenue } from '../fixtures/real-venue.ts';

const KIND = { rest_url: 'https://api.example', ws_url: 'wss://ws.example' };
const EXCHANGE = {
  ...{ mode: 'live', allow_custom_host: false, connect_timeout: 2.5, read_timeout: 10 },
} as Parameters<typeof wireOptions>[1];
const around = { clock, trace: () => undefined };

describe('the way to a venue', () => {
  test('its own addresses, seconds as milliseconds, no proxy', () => {
    expect(wireOptions(KIND, EXCHANGE, { ...around, environment: {} })).toMatchObject({
      ...{ ...KIND, proxy: null, connect_timeout_ms: 2500, read_timeout_ms: 10_000 },
    });
  });

  test('other addresses without a slash at the end; a proxy of the config wins', () => {
    const urls = { base_url: 'http://127.0.0.1:9/', ws_url: 'ws://127.0.0.1:9/s/' };
    const own = { ...EXCHANGE, ...urls, proxy: 'http://127.0.0.1:3128' };
    const environment = { HTTPS_PROXY: 'http://other.example:1', NO_PROXY: '*' };
    expect(wireOptions(KIND, own, { ...around, environment })).toMatchObject({
      ...{ rest_url: 'http://127.0.0.1:9', ws_url: 'ws://127.0.0.1:9/s' },
      proxy: 'http://127.0.0.1:3128',
    });
  });

  test.each<[Record<string, string>, string, string | null]>([
    [{}, 'https://api.example', null],
    [{ HTTPS_PROXY: 'http://p:1' }, 'https://api.example', 'http://p:1'],
    [{ https_proxy: 'p:1' }, 'https://api.example', 'http://p:1'],
    [{ HTTP_PROXY: 'http://p:1' }, 'https://api.example', null],
    [{ HTTPS_PROXY: 'http://p:1' }, 'https://localhost:8', null],
    [{ HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://p:1' }, 'http://127.0.0.1:8', null],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'api.example' }, 'https://api.example', null],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'x, .example' }, 'https://api.example', null],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, 'https://api.example', null],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'i.example' }, 'https://api.example', 'http://p:1'],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'api.example:444' }, 'https://api.example', 'http://p:1'],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'api.example:443' }, 'https://api.example', null],
  ])('%j and %s: proxy %s', (environment, url, proxy) => {
    expect(proxyOf(environment, new URL(url))).toBe(proxy);
  });
});

describe('kinds of venues', () => {
  test('an unknown one is refused with the list', async () => {
    const refused = loadVenueKind('constructor');
    await expect(refused).rejects.toMatchObject({ code: 'VENUE_UNKNOWN' });
    await expect(refused).rejects.toThrow(LIVE_VENUES.join(', '));
  });

  test.each(LIVE_VENUES)('%s is loaded by its name, and its hosts are those of the table', async (name) => {
    const kind = await loadVenueKind(name);
    expect(kind.name).toBe(name);
    const hosts = [kind.rest_url, kind.ws_url].map((address) => new URL(address).host);
    expect(VENUE_HOSTS[name]).toEqual(hosts);
  });

  test('one that is given is loaded when it is asked for', async () => {
    const { kinds } = makeRealVenue();
    expect((await loadVenueKind('backpack', kinds)).name).toBe('backpack');
  });
});

describe('an account in the rules of its market', () => {
  const rules = paperMarket('SOL_USDC_PERP');
  const account = (more: Partial<VenueAccount>): VenueAccount => ({ ...ACCOUNT, ...more });

  test('its fees replace the usual ones', () => {
    const own = { maker_fee: '-0.00005', taker_fee: '0.0004' };
    const fit = accountRules(rules, account(own), { leverage: 'none' }, 1);
    expect(fit.rules).toMatchObject(own);
  });

  test('leverage of the symbol: rounded up, at most what the market grants, only when it differs', () => {
    const fit = (leverage: string | null, wanted: number) =>
      accountRules(rules, account({ leverage }), { leverage: 'symbol' }, wanted).set_leverage;
    expect(fit('10', 2.5)).toBe(3);
    expect(fit('3.0', 2.5)).toBeNull();
    expect(fit(null, 1)).toBe(1);
    expect(fit('1', 125)).toBe(Number(rules.max_leverage));
  });

  test('shared leverage caps what the market grants, and is never set', () => {
    const fit = accountRules(rules, account({ leverage: '2.5' }), { leverage: 'account' }, 3);
    expect(fit).toMatchObject({ set_leverage: null, rules: { max_leverage: '2.5' } });
    expect(fit.warnings.join()).toContain('leverage of the account is 2.5, below the 3');
    const enough = accountRules(rules, account({ leverage: '5' }), { leverage: 'account' }, 3);
    expect(enough).toMatchObject({ warnings: [], rules: { max_leverage: '5' } });
  });
});

describe('faults as errors', () => {
  const CODES: Readonly<Record<FaultCause, ErrorCode>> = {
    ...{ key: 'VENUE_KEY', permission: 'VENUE_PERMISSION', address: 'VENUE_ADDRESS' },
    ...{ clock: 'VENUE_CLOCK', symbol: 'VENUE_SYMBOL', capability: 'VENUE_REFUSED' },
    ...{ rate: 'VENUE_RATE', maintenance: 'VENUE_MAINTENANCE', name: 'VENUE_NAME' },
    ...{ tls: 'VENUE_TLS', connection: 'VENUE_UNREACHABLE', timeout: 'VENUE_UNREACHABLE' },
    ...{ blocked: 'VENUE_BLOCKED', answer: 'VENUE_ANSWER', other: 'VENUE_UNREACHABLE' },
  };

  test.each(FAULT_CAUSES)('%s has a code, one sentence and a hint', (because) => {
    const error = venueError('aster', new VenueFault('unreachable', 'so it is.', null, because));
    expect(error.code).toBe(CODES[because]);
    expect(error.message).toMatch(/^aster [a-z].*: so it is\.$/);
    expect(error.hint).not.toBe('');
  });

  test('what is refused for a reason of its own is no matter of reaching it', () => {
    const fault = new VenueFault('refused', 'no', null, 'other');
    expect(isPermanent(fault)).toBe(true);
    expect(venueError('aster', fault).code).toBe('VENUE_REFUSED');
    expect(isPermanent(new VenueFault('maintenance', 'no', 1, 'maintenance'))).toBe(false);
  });
});

test('hosts are bare names', () => {
  for (const host of Object.values(VENUE_HOSTS).flat()) expect(new URL(`https://${host}`).host).toBe(host);
});
