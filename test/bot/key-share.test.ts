/** The bot's side of one key for many bots: what it takes, says, and asks for before it may. */
import { describe, expect, test } from 'vitest';
import { FIRST_SHARE_MS, KeyShare, budgetsOf } from '../../src/bot/key-share.ts';
import type { SharedBudget } from '../../src/bot/key-share.ts';
import { meteredVenue } from '../../src/bot/metered-venue.ts';
import { RateBudget } from '../../src/bot/rate-budget.ts';
import { OWN_SHARE } from '../../src/contract/instance-api.ts';
import type { VenueUsage } from '../../src/exchange/port.ts';
import { keyFingerprint } from '../../src/registry/index.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import { fickleVenue } from './fickle-venue.ts';

const SHARED: readonly SharedBudget[] = [{ of: 'requests', key: 'k' }];

function setUp(requests_per_minute: number | null = 2000) {
  const clock = manualClock();
  let usage: VenueUsage | null = null;
  const granted: number[] = [];
  const venue = {
    ...fickleVenue(clock, 15_000, { requests_per_minute }),
    usage: () => usage,
    grant: (part: number) => void granted.push(part),
  };
  const share = new KeyShare(clock);
  const said: unknown[] = [];
  share.onNews(() => said.push(...share.reports()));
  const use = (next: VenueUsage) => {
    usage = next;
  };
  return { clock, venue, share, said, granted, use };
}

describe('a starting bot', () => {
  test('asks first, and begins with what it is granted', async () => {
    const { venue, share, said, granted } = setUp();
    const begun = share.begin(venue, SHARED);
    expect(said).toEqual([{ venue: venue.name, key: 'k', share: null, used: 0, short: false }]);
    expect(granted).toEqual([]);
    share.take('k', 0.25);
    await begun;
    expect(granted).toEqual([0.25]);
    expect(said.at(-1)).toMatchObject({ share: 0.25 });
    share.take('k', 0.5);
    expect(granted).toEqual([0.25, 0.5]);
  });

  test('takes a 32nd when nobody answers, and what comes later', async () => {
    const { clock, venue, share, said, granted } = setUp();
    const begun = share.begin(venue, SHARED);
    clock.advance(FIRST_SHARE_MS - 1);
    expect(granted).toEqual([]);
    clock.advance(1);
    await begun;
    expect(granted).toEqual([OWN_SHARE]);
    expect(said.at(-1)).toMatchObject({ share: OWN_SHARE });
    share.take('k', 0.1);
    expect(granted).toEqual([OWN_SHARE, 0.1]);
  });

  test('has nothing to share where the venue counts nothing', async () => {
    const { clock, venue, share, said, granted } = setUp(null);
    await share.begin(venue, []);
    share.follow(venue, new RateBudget(null));
    share.take('k', 0.5);
    expect([granted, said, share.reports()]).toEqual([[], [], []]);
    expect(clock.pending()).toBe(0);
  });

  test('takes what an older supervisor grants, where it can mean one budget only', async () => {
    const { clock, venue, share, granted } = setUp();
    const begun = share.begin(venue, SHARED);
    share.take(undefined, 0.5);
    await begun;
    expect(granted).toEqual([0.5]);

    const both = new KeyShare(clock);
    const late = both.begin(venue, [...SHARED, { of: 'orders', key: 'o' }]);
    both.take(undefined, 0.5);
    clock.advance(FIRST_SHARE_MS);
    await late;
    expect(both.reports().map((report) => report.share)).toEqual([OWN_SHARE, OWN_SHARE]);
  });

  test('leaves alone what is no share', async () => {
    const { venue, share, granted } = setUp();
    const begun = share.begin(venue, SHARED);
    for (const odd of [0, -1, 1.1, NaN, '0.5', null, undefined, Infinity]) share.take('k', odd);
    share.take('k', 1);
    await begun;
    expect(granted).toEqual([1]);
  });
});

describe('a trading bot', () => {
  async function trading() {
    const parts = setUp();
    const begun = parts.share.begin(parts.venue, SHARED);
    parts.share.take('k', 0.5);
    await begun;
    const budget = new RateBudget(2000);
    parts.share.follow(meteredVenue(parts.venue, budget, parts.clock, () => undefined), budget);
    return { ...parts, budget };
  }

  test('has its budget and its venue follow the share', async () => {
    const { share, budget, granted, clock } = await trading();
    expect(budget.requestsPerMinute).toBe(1000);
    share.take('k', 1 / 64);
    expect(budget.requestsPerMinute).toBe(31.25);
    expect(granted.at(-1)).toBe(1 / 64);
    // What was saved up within the larger share is gone.
    expect(budget.left(clock.monotonic())).toBe(7);
    share.take('k', 1);
    expect(budget.requestsPerMinute).toBe(2000);
    expect(budget.left(clock.monotonic())).toBe(500);
    for (let sent = 0; sent < 400; sent += 1) budget.take(clock.monotonic());
    share.take('k', 0.5);
    // What was sent stays sent.
    expect(budget.left(clock.monotonic())).toBe(100);
    share.take('k', 0.75);
    expect(budget.left(clock.monotonic())).toBe(225);
  });

  test('says what it used of the whole, and once when it was held up', async () => {
    const { share, budget, clock, use } = await trading();
    use({ used: 500, allowed: 1000 });
    expect(share.reports()[0]).toMatchObject({ share: 0.5, used: 0.25, short: false });
    while (budget.wait('place', clock.monotonic()) === 0) budget.take(clock.monotonic());
    expect(share.reports()[0]).toMatchObject({ short: true });
    expect(share.reports()[0]).toMatchObject({ short: false });
  });
});

test('however small the share, a place leaves one request for a cancel', () => {
  for (const limit of [2, 3, 5, 8, 20, 62.5]) {
    const budget = new RateBudget(2000);
    budget.grant(limit / 2000, 0);
    let now = 600_000;
    for (let n = 0; n < 100; n += 1, now += budget.wait('place', now)) {
      while (budget.wait('place', now) === 0) budget.take(now);
      expect(budget.wait('cancel', now)).toBe(0);
    }
  }
});

test('a fingerprint tells keys, venues and homes apart, and holds none of the key', () => {
  const key = 'bNaJQzBQnTZpYvKlzO5cyVuvQhIxDSmMSVJLZEtbWGw=';
  const one = keyFingerprint('/a', 'backpack', { api_key: key });
  expect(one).toMatch(/^[0-9a-f]{24}$/);
  const same = keyFingerprint('/a', 'backpack', { api_key: key, secret_key: 'other' });
  expect(same).toBe(one);
  const others = [
    keyFingerprint('/a', 'backpack', { api_key: `${key}x` }),
    keyFingerprint('/a', 'aster', { api_key: key }),
    keyFingerprint('/b', 'backpack', { api_key: key }),
    keyFingerprint('/a', 'aster', { account_address: key, private_key: 'x' }),
    keyFingerprint('/a', 'backpack', {}),
  ];
  expect(new Set([one, ...others]).size).toBe(6);
});

describe('what a bot shares', () => {
  const reached = (key: string, url = 'https://one.example', proxy: string | null = null) => ({
    ...{ credentials: { api_key: key, secret_key: 's' }, rest_url: url, proxy },
  });
  const names = (venue: string, capabilities: object, ...where: Parameters<typeof reached>) => {
    const made = {
      name: venue,
      capabilities: { ...fickleVenue(manualClock(), 15_000).capabilities, ...capabilities },
    };
    return budgetsOf(made, '/home', reached(...where));
  };
  const BY_KEY = { requests_per_minute: 2000 };
  const BY_ADDRESS = {
    ...{ requests_per_minute: 2400, requests_counted_by: 'address', orders_per_minute: 1200 },
  };

  test('a key is one however and in which variable it is written', () => {
    const one = names('v', BY_KEY, '0xABcd01');
    expect(one).toEqual(names('v', BY_KEY, ' abcd01 '));
    expect(one).not.toEqual(names('v', BY_KEY, '0xABcd02'));
    // Only hexadecimal text has two ways to be written.
    expect(names('v', BY_KEY, 'Key=')).not.toEqual(names('v', BY_KEY, 'key='));
    expect(one.map(({ of }) => of)).toEqual(['requests']);
  });

  test('requests of an address with every key of the host, orders with those of the key', () => {
    const [requests, orders] = names('v', BY_ADDRESS, 'a');
    expect([requests?.of, orders?.of]).toEqual(['requests', 'orders']);
    const [others, own] = names('v', BY_ADDRESS, 'b');
    expect(others).toEqual(requests);
    expect(own).not.toEqual(orders);
    const elsewhere = names('v', BY_ADDRESS, 'a', 'https://two.example');
    const through = names('v', BY_ADDRESS, 'a', 'https://one.example', 'http://proxy:8080');
    expect(new Set([requests, elsewhere[0], through[0]].map((one) => one?.key)).size).toBe(3);
    expect([elsewhere[1], through[1]]).toEqual([orders, orders]);
    // The user of a proxy may choose the address; its password must not be tried out on a name.
    const proxied = (user: string) => names('v', BY_ADDRESS, 'a', 'https://one.example', user)[0];
    expect(proxied('http://u:one@proxy:8080')).toEqual(proxied('http://u:two@proxy:8080'));
    expect(proxied('http://u:one@proxy:8080')).not.toEqual(proxied('http://v:one@proxy:8080'));
  });

  test('nothing where nothing is counted', () => {
    expect(names('v', { requests_per_minute: null }, 'a')).toEqual([]);
  });
});

describe('two budgets', () => {
  test('a start waits for both, each is bound by its own, and both are told', async () => {
    const { clock, venue, share, said, use } = setUp();
    const granted: unknown[] = [];
    const both = {
      ...{ ...venue, capabilities: { ...venue.capabilities, orders_per_minute: 100 } },
      usage: (of?: string) => (of === 'orders' ? { used: 25, allowed: 50 } : venue.usage()),
      grant: (part: number, of?: string) => void granted.push([of, part]),
    };
    use({ used: 500, allowed: 1000 });
    const shared = [{ of: 'requests', key: 'host' }, { of: 'orders', key: 'k' }] as const;
    let begun = false;
    const beginning = share.begin(both, shared).then(() => (begun = true));
    share.take('host', 0.25);
    await Promise.resolve();
    expect([begun, granted]).toEqual([false, []]);
    share.take('unknown', 0.5);
    share.take('k', 0.5);
    await beginning;
    expect(granted).toEqual([['requests', 0.25], ['orders', 0.5]]);
    expect(said.slice(-2)).toMatchObject([
      { key: 'host', share: 0.25, used: 0.25 },
      { key: 'k', share: 0.5, used: 0.25 },
    ]);
    const budget = new RateBudget(2000);
    share.follow(meteredVenue(both, budget, clock, () => undefined), budget);
    share.take('k', 0.1);
    // Calls are bound by the requests alone.
    expect(budget.requestsPerMinute).toBe(500);
    expect(granted.at(-1)).toEqual(['orders', 0.1]);
    share.take('host', 0.5);
    expect(budget.requestsPerMinute).toBe(1000);
  });
});
