/** The two streams as one: what is told, when it is connected, and what follows each trouble. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asterKind } from '../../../src/exchange/aster/index.ts';
import type { Venue, VenueEvent } from '../../../src/exchange/port.ts';
import { asterFace } from '../../../src/exchange/sim/aster/index.ts';
import { openSimVenue } from '../../../src/exchange/sim/index.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import { beatenClock } from '../beaten-clock.ts';
import { order } from './everything.ts';
import * as recorded from './recorded.ts';
import { AGENT, scriptedAster } from './scripted-aster.ts';
import type { ScriptedAster } from './scripted-aster.ts';
import { scriptedStreams } from './scripted-streams.ts';
import type { ScriptedStreams } from './scripted-streams.ts';

/** What was told, and a way to wait for the next that fits. */
class Told {
  readonly events: VenueEvent[] = [];
  #waiting: (() => void)[] = [];
  #read = 0;

  readonly listener = async (event: VenueEvent): Promise<void> => {
    this.events.push(event);
    for (const wake of this.#waiting.splice(0)) wake();
  };

  /** The next event of a type after the last one waited for. */
  async next<T extends VenueEvent['type']>(type: T): Promise<Extract<VenueEvent, { type: T }>> {
    for (;;) {
      while (this.#read < this.events.length) {
        const event = this.events[this.#read++];
        if (event?.type === type) return event as Extract<VenueEvent, { type: T }>;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }
}

const USER = '/ws/';
const MARKET = '/stream';
const HALF_AN_HOUR_MS = 1_800_000;

let aster: ScriptedAster;
let streams: ScriptedStreams;
let venue: Venue;
let told: Told;
/** Long timers of the client, run by hand. */
let later: (() => void)[];
beforeEach(async () => {
  aster = await scriptedAster();
  streams = await scriptedStreams();
  told = new Told();
  later = [];
  const clock: Clock = {
    ...systemClock,
    after: (ms, fn, idle) => {
      if (ms < 50_000) return systemClock.after(ms, fn, idle);
      later.push(fn);
      return () => void later.splice(0, later.length, ...later.filter((each) => each !== fn));
    },
  };
  venue = aster.open(AGENT, { ws_url: streams.url, clock });
});
afterEach(async () => {
  await venue.close();
  await streams.close();
  await aster.close();
});

const trade = (p: string, T: number) => ({
  ...recorded.AGG_TRADE,
  data: { ...recorded.AGG_TRADE.data, p, T },
});
const mark = (p: string, E: number) => ({
  ...recorded.MARK_PRICE,
  data: { ...recorded.MARK_PRICE.data, p, E },
});
const NOW = 1_800_000_000_000;

describe('connected', () => {
  it('is told first, once both streams stand, then the present price', async () => {
    await venue.connect(told.listener);
    await told.next('connected');
    const price = await told.next('price');
    expect(price).toMatchObject({ last: '151.01', mark: '151.02', at_ms: 1597370495002 });
    expect(told.types().slice(0, 1)).toEqual(['connected']);
    expect(streams.paths).toEqual([
      '/ws/pqia91ma19a5s61cv6a81va65sdf19v8a65a1',
      '/stream?streams=solusdt@aggTrade/solusdt@markPrice@1s',
    ]);
  });

  it('is not told while one of them is missing; what stands in the way is', async () => {
    aster.script('POST listenKey', { status: 400, body: { code: -2015, msg: 'no permission' } });
    await venue.connect(told.listener);
    expect(await told.next('disconnected')).toMatchObject({
      reason: expect.stringContaining('no permission') as string,
    });
    streams.send(MARKET, trade('151.5', NOW));
    aster.script('POST listenKey', { body: { listenKey: 'another-key-of-this-account' } });
    await told.next('connected');
    expect(told.types().filter((type) => type === 'price')).toEqual([]);
  });

  it('comes again after either stream was lost', async () => {
    await venue.connect(told.listener);
    await told.next('connected');
    for (const path of [MARKET, USER]) {
      streams.cut(path);
      await told.next('disconnected');
      await told.next('connected');
    }
    expect(told.types().filter((type) => type === 'disconnected')).toHaveLength(2);
    expect(streams.paths.filter((path) => path.startsWith(USER))).toHaveLength(2);
  });
});

describe('prices', () => {
  it('are told when they change, as signs of life when they do not, never older ones', async () => {
    await venue.connect(told.listener);
    await told.next('price');
    streams.send(MARKET, trade('151.5', NOW));
    expect(await told.next('price')).toMatchObject({ last: '151.5', mark: '151.02', at_ms: NOW });
    streams.send(MARKET, mark('151.4', NOW + 1000));
    expect(await told.next('price')).toMatchObject({ last: '151.5', mark: '151.4' });
    streams.send(MARKET, mark('151.4', NOW + 2000));
    await told.next('alive');
    streams.send(MARKET, trade('140', NOW - 5000));
    streams.send(MARKET, trade('152', NOW + 3000));
    expect(await told.next('price')).toMatchObject({ last: '152', mark: '151.4' });
  });

  it('of other markets, and words of the server, are nothing', async () => {
    await venue.connect(told.listener);
    await told.next('price');
    const other = trade('1', NOW);
    streams.send(MARKET, { ...other, data: { ...other.data, s: 'BTCUSDT' } });
    streams.send(MARKET, { result: null, id: 1 });
    streams.send(MARKET, trade('152', NOW));
    expect(await told.next('price')).toMatchObject({ last: '152' });
    expect(told.types()).not.toContain('gap');
  });
});

describe('the user', () => {
  it('is told fills before the order that they end', async () => {
    await venue.connect(told.listener);
    await told.next('price');
    await venue.submit(order('g1-42'));
    streams.send(USER, recorded.ORDER_UPDATE);
    const { fill } = await told.next('fill');
    const ended = await told.next('order');
    expect(fill).toMatchObject({ trade_id: '2583152', client_id: 'g1-42', fee: '0.00605' });
    // Made when the answer said, not when it was filled.
    expect(ended.order).toMatchObject({ status: 'filled', at_ms: recorded.NEW_ORDER.updateTime });
    streams.send(USER, recorded.ACCOUNT_UPDATE);
    expect((await told.next('position')).position).toMatchObject({ size: '0.4' });
  });

  it('is told of a stop that fired what a question says of it', async () => {
    await venue.connect(told.listener);
    await told.next('price');
    const stop = { ...recorded.STOP_ORDER, status: 'FILLED', executedQty: '0.4', type: 'MARKET' };
    aster.script('GET order', { body: { ...stop, updateTime: stop.updateTime + 1 } });
    const o = { ...recorded.ORDER_UPDATE.o, x: 'EXPIRED', X: 'EXPIRED', ot: 'STOP_MARKET', l: '0' };
    streams.send(USER, { ...recorded.ORDER_UPDATE, o: { ...o, i: 1917642, z: '0', c: 'g1-stop' } });
    const { order: fired } = await told.next('order');
    expect(fired).toMatchObject({ client_id: 'g1-stop', status: 'filled', filled: '0.4' });
    aster.script('GET order', { status: 503, body: '' });
    streams.send(USER, { ...recorded.ORDER_UPDATE, o: { ...o, i: 1917643, z: '0' } });
    await told.next('gap');
  });

  it.each([
    ['no JSON', '{"e":"ORDER_TRA'],
    ['a field missing', { ...recorded.ORDER_UPDATE, o: { s: 'SOLUSDT' } }],
    ['a list', [1]],
    ['no figure', { ...recorded.ORDER_UPDATE, o: { ...recorded.ORDER_UPDATE.o, z: {} } }],
  ])('is told of a gap where a message cannot be read: %s', async (_, message) => {
    await venue.connect(told.listener);
    await told.next('price');
    streams.send(USER, message);
    expect((await told.next('gap')).reason).not.toBe('');
    streams.send(USER, recorded.ACCOUNT_UPDATE);
    await told.next('position');
  });

  it('is given a new listen key when the old one ran out, and told of the gap', async () => {
    await venue.connect(told.listener);
    await told.next('price');
    aster.script('POST listenKey', { body: { listenKey: 'the-next-listen-key-of-it' } });
    streams.send(USER, recorded.LISTEN_KEY_EXPIRED);
    await told.next('gap');
    await told.next('disconnected');
    await told.next('connected');
    expect(streams.paths.at(-1)).toBe('/ws/the-next-listen-key-of-it');
  });

  it('keeps its listen key alive, and replaces it when it is lost', async () => {
    await venue.connect(told.listener);
    await told.next('price');
    const keep = async (): Promise<void> => {
      const before = aster.to('PUT listenKey').length;
      for (const fn of later.splice(0)) fn();
      while (aster.to('PUT listenKey').length === before || later.length === 0) {
        if (streams.paths.length > 2) return;
        await systemClock.delay(2);
      }
    };
    await keep();
    aster.script('PUT listenKey', { status: 503, body: '' });
    await keep();
    expect(told.types()).not.toContain('disconnected');
    aster.script('PUT listenKey', { status: 400, body: { code: -1125, msg: 'does not exist' } });
    await keep();
    await told.next('disconnected');
    await told.next('connected');
    expect(aster.to('PUT listenKey')).toHaveLength(3);
  });

  it('is told nothing any more after the end', async () => {
    await venue.connect(told.listener);
    await told.next('price');
    const before = told.events.length;
    await venue.close();
    streams.send(MARKET, trade('170', NOW));
    await systemClock.breathe();
    expect(told.events).toHaveLength(before);
    expect(later).toEqual([]);
  });
});

describe('with the loopback venue', () => {
  it('lives through an expired listen key and cut streams, and misses no fill', async () => {
    const clock = beatenClock();
    const sim = await openSimVenue({ face: asterFace, symbols: 3, clock, crossing: 'expire' });
    const keys: Readonly<Record<string, string>> = sim.accounts[0]?.keys ?? {};
    const { account_address = '', private_key = '' } = keys;
    const client = asterKind.open({
      ...aster.options({ rest_url: sim.url, ws_url: sim.ws_url }),
      ...{ symbol: 'SOLUSDT', credentials: { account_address, private_key } },
    });
    const heard = new Told();
    await client.connect(heard.listener);
    await heard.next('price');
    clock.forward(3 * HALF_AN_HOUR_MS);
    await heard.next('gap');
    await heard.next('connected');
    const { last } = await client.price();
    const below = (Number(last) - 1).toFixed(2);
    await client.submit(order('g1-1', { price: below }));
    sim.disconnect();
    await heard.next('disconnected');
    await heard.next('connected');
    sim.world.moveTo('SOLUSDT', (Number(below) - 1).toFixed(2));
    const { fill } = await heard.next('fill');
    expect(await client.fillsSince(0)).toEqual([fill]);
    const crossing = order('g1-2', { price: (Number(last) + 5).toFixed(2) });
    expect(await client.submit(crossing)).toMatchObject({ reason: 'post_only_would_cross' });
    await client.close();
    await sim.close();
  });
});
