/**
 * What ccxt keeps, leaves out or waits for where money would be at stake: a load of markets that
 * failed, an answer that never ends, keys in what a venue says, a clock that is set back.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatDecimal, parseDecimal } from '../../../src/contract/decimal.ts';
import type { CcxtExchange, CcxtMarket } from '../../../src/exchange/ccxt/exchange.ts';
import { ccxtFolder, loadCcxtKind } from '../../../src/exchange/ccxt/index.ts';
import { Lane } from '../../../src/exchange/ccxt/lane.ts';
import { loadCcxtClass } from '../../../src/exchange/ccxt/load.ts';
import { idForm } from '../../../src/exchange/ccxt/names.ts';
import { changedByCcxt } from '../../../src/exchange/ccxt/order-check.ts';
import { Pace } from '../../../src/exchange/ccxt/pace.ts';
import { CcxtVenue } from '../../../src/exchange/ccxt/venue.ts';
import type { Venue } from '../../../src/exchange/port.ts';
import { asterFace } from '../../../src/exchange/sim/aster/index.ts';
import { openSimVenue } from '../../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../../src/exchange/sim/index.ts';
import type { VenueKind } from '../../../src/exchange/venue-kind.ts';
import { systemClock as clock } from '../../../src/platform/clock.ts';
import { NO_CCXT, ccxtClass } from '../ccxt-client.ts';
import { manualClock } from '../manual-clock.ts';

const SYMBOL = 'SOL/USDT:USDT';
const KEY = `0x${'5ec2e7'.repeat(10)}ab12`;

const LINEAR = { swap: true, linear: true, contract: true, contractSize: 1, base: 'SOL' };
const RULES = { precision: { price: 0.01, amount: 0.01 }, limits: {} };
const counts = fc.integer({ min: 1, max: 1_000_000 });

/** So many steps, as text. */
function onStep(step: number, count: number): string {
  const decimal = parseDecimal(step);
  if (decimal === null) throw new Error(`${step} is no step`);
  return formatDecimal(decimal.digits * BigInt(count), decimal.scale);
}

/** On an exchange that answers by hand. */
function byHand(kind: VenueKind, id: string, more: object = {}): Venue {
  const market = { id: 'X', symbol: SYMBOL, quote: 'USDT', settle: 'USDT', ...LINEAR, ...RULES };
  const positions = [
    { symbol: SYMBOL, unrealizedPnl: 0.2, info: {} },
    { symbol: 'ETH/USDT:USDT-261225', unrealizedPnl: -0.3, info: {} },
    { symbol: 'ETH/USDC:USDC', unrealizedPnl: 50, info: {} },
    { symbol: 'BTC/USD:BTC', unrealizedPnl: 7, info: {} },
  ];
  const exchange = {
    ...{ id, has: {}, loadMarkets: () => Promise.resolve({ [SYMBOL]: market }) },
    fetchBalance: () => Promise.resolve({ USDT: { total: 10_000.1 } }),
    fetchPositions: () => Promise.resolve(positions),
    close: () => new Promise(() => undefined),
    ...more,
  } as object as CcxtExchange;
  return new CcxtVenue({
    ...{ name: `ccxt:${id}`, exchange, capabilities: kind.capabilities, form: idForm(id) },
    ...{ lane: new Lane(), pace: new Pace(1, clock) },
    options: {
      ...{ symbol: SYMBOL, credentials: {}, rest_url: '', ws_url: '', proxy: null, clock },
      ...{ connect_timeout_ms: 1, read_timeout_ms: 1, trace: () => undefined },
    },
  });
}

describe.skipIf(ccxtFolder() === null)('with ccxt installed', () => {
  let kind: VenueKind;
  let sim: SimVenue;

  beforeAll(async () => {
    kind = await loadCcxtKind('aster', 1);
    sim = await openSimVenue({ face: asterFace, symbols: 5 });
  });
  afterAll(() => sim.close());

  function open(more: object = {}): Venue {
    return kind.open({
      ...{ symbol: SYMBOL, rest_url: sim.url, ws_url: sim.ws_url, proxy: null, clock },
      ...{ connect_timeout_ms: 5000, read_timeout_ms: 5000, trace: () => undefined },
      credentials: { private_key: sim.account().facts.keys['wallet_key'] ?? '' },
      ...more,
    });
  }

  function failMarkets(): void {
    const where = { method: 'GET', path: '/fapi/v3/exchangeInfo' };
    sim.command('fault', { kind: 'error_before', status: 503, ...where });
  }

  test('markets that could not be read at first are read by the next who asks', async () => {
    const venue = open();
    failMarkets();
    await expect(venue.market()).rejects.toMatchObject({ kind: 'unreachable' });
    expect(await venue.market()).toMatchObject({ tick: '0.01' });
    const wire = { rest_url: sim.url, ws_url: sim.ws_url, proxy: null, clock };
    const timeouts = { connect_timeout_ms: 5000, read_timeout_ms: 5000 };
    const data = kind.openData({ ...wire, ...timeouts, trace: () => undefined });
    failMarkets();
    await expect(data.markets()).rejects.toMatchObject({ kind: 'unreachable' });
    expect((await data.markets()).length).toBeGreaterThan(0);
    data.close();
    await venue.close();
  });

  test('an account that keeps long and short apart is told as such before it has a position', async () => {
    const venue = open();
    expect(await venue.account()).toMatchObject({ position_mode: 'one_way' });
    const Aster = await ccxtClass('aster');
    if (Aster === null) throw new Error(NO_CCXT);
    const private_key = sim.account().facts.keys['wallet_key'] ?? '';
    const urls = { fapiPrivate: `${sim.url}/fapi`, fapiPublic: `${sim.url}/fapi` };
    const sapi = { sapiPublic: `${sim.url}/api`, sapiPrivate: `${sim.url}/api` };
    const hand = new Aster({ privateKey: private_key, urls: { api: { ...urls, ...sapi } } });
    await hand.setPositionMode(true, SYMBOL);
    expect(await venue.account()).toMatchObject({ position_mode: 'hedge' });
    await hand.setPositionMode(false, SYMBOL);
    await venue.close();
  });

  test('prices and sizes on a market’s steps go through ccxt as they are', async () => {
    const exchange = new (await loadCcxtClass('aster'))({});
    const steps = fc.constantFrom(1e-8, 0.00005, 0.01, 0.05, 0.5, 1, 10, 1000);
    fc.assert(
      fc.property(steps, steps, counts, counts, (tick, lot, ticks, lots) => {
        const [price, contracts] = [onStep(tick, ticks), onStep(lot, lots)];
        const market = { symbol: 'X', precision: { price: tick, amount: lot } } as CcxtMarket;
        Object.assign(exchange, { markets: { X: market } });
        const order = { price, side: 'buy', size: contracts, client_id: '1' } as const;
        const asked = { ...order, post_only: true, reduce_only: false };
        expect(changedByCcxt(exchange, market, asked, contracts)).toBeNull();
        const between = { ...asked, price: onStep(tick / 10, 10 * ticks + 5) };
        const changed = changedByCcxt(exchange, market, between, contracts);
        expect(changed).toMatchObject({ reason: 'price_not_on_tick' });
      }),
    );
  });

  test('equity is exact, and of what is settled in the quote currency alone', async () => {
    const venue = (id: string) => byHand(kind, id);
    expect(await venue('odd').balance()).toEqual({ cash: '10000.1', equity: '10000' });
    // There the total holds the unrealised profit already.
    expect((await venue('okx').balance()).equity).toBe('10000.1');
    // Sockets that a venue does not close hold no end up.
    await venue('odd').close();
  });

  test('a key that may not ask for the mode of positions may trade; other faults are told', async () => {
    class PermissionDenied extends Error {}
    class ExchangeNotAvailable extends Error {}
    const has = { fetchPositionMode: true };
    const failing = (error: Error) => ({ has, fetchPositionMode: () => Promise.reject(error) });
    const account = (error: Error) => byHand(kind, 'odd', failing(error)).account();
    expect((await account(new PermissionDenied('no'))).position_mode).toBe('one_way');
    await expect(account(new ExchangeNotAvailable('down'))).rejects.toThrow('down');
  });

  test('a venue that cuts the end of a question to its second is asked for all of that', async () => {
    const asked: unknown[] = [];
    const second = Math.floor(clock.now() / 1000 - 60) * 1000;
    const at = (n: number) => ({ id: `${n}`, timestamp: second + 500 + n });
    const trades = Array.from({ length: 20 }, (_, n) => at(n));
    const fetchMyTrades = (...words: unknown[]) => {
      asked.push(words[3]);
      return Promise.resolve(asked.length === 1 ? trades : []);
    };
    await byHand(kind, 'gate', { fetchMyTrades }).fillsSince(second).catch(() => undefined);
    expect(asked).toContainEqual({ until: second + 1000 });
  });

  describe('at a venue that', () => {
    let answer = '';
    let whole = true;
    let status = 200;
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      if (whole) response.end(answer);
      else response.write('{');
    });
    let url = '';

    beforeAll(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    test('begins an answer and never ends it, a question has its end', async () => {
      whole = false;
      const venue = open({ rest_url: url, ws_url: 'ws://127.0.0.1:1', read_timeout_ms: 50 });
      await expect(venue.market()).rejects.toMatchObject({ because: 'timeout' });
      await venue.close();
    });

    test.each([KEY, KEY.slice(2)])('says the key %#, it is not said again', async (said) => {
      [whole, status, answer] = [true, 400, JSON.stringify({ code: -1, msg: `wrong: ${said}` })];
      const told: string[] = [];
      const trace = (line: string): void => void told.push(line);
      const more = { rest_url: url, ws_url: 'ws://127.0.0.1:1', trace };
      const venue = open({ ...more, credentials: { private_key: KEY } });
      const fault: unknown = await venue.market().catch((error: unknown) => error);
      expect(String(fault)).toContain('wrong: ***');
      expect([String(fault), ...told].join()).not.toContain(KEY.slice(2));
      await venue.close();
    });
  });
});

describe('the pace', () => {
  async function settle(): Promise<void> {
    for (let k = 0; k < 10; k += 1) await Promise.resolve();
  }

  test('spaces requests by their cost within the share, and counts each as one', async () => {
    const time = manualClock();
    const pace = new Pace(100, time);
    const sent: number[] = [];
    const ask = (cost?: number) => void pace.turn(cost).then(() => sent.push(time.monotonic()));
    for (const cost of [undefined, 5, 1]) ask(cost);
    for (let k = 0; k < 10; k += 1) {
      await settle();
      time.advance(100);
    }
    expect(sent).toEqual([0, 100, 600]);
    expect(pace.usage()).toEqual({ used: 3, allowed: 600 });
    pace.grant(0.1);
    expect(pace.usage().allowed).toBe(60);
    for (const cost of [1, 1]) ask(cost);
    for (let k = 0; k < 11; k += 1) {
      await settle();
      time.advance(100);
    }
    expect(sent.slice(3)).toEqual([1600]);
    time.advance(61_000);
    await settle();
    expect(pace.usage().used).toBe(1);
  });

  test('is not held up by a clock that is set back', async () => {
    const time = manualClock();
    let set = 0;
    const pace = new Pace(100, { ...time, now: () => time.now() + set });
    await pace.turn();
    set = -3_600_000;
    let sent = false;
    void pace.turn().then(() => (sent = true));
    await settle();
    time.advance(100);
    await settle();
    expect(sent).toBe(true);
  });
});
