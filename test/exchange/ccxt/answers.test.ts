/**
 * What ccxt keeps, leaves out or waits for where money would be at stake: a load of markets that
 * failed, an answer that never ends, keys in what a venue says, a clock that is set back.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ccxtFolder, loadCcxtKind } from '../../../src/exchange/ccxt/index.ts';
import { Pace } from '../../../src/exchange/ccxt/pace.ts';
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

  test('spaces requests by their cost within the share, and counts that', async () => {
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
    expect(pace.usage()).toEqual({ used: 7, allowed: 600 });
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
