/**
 * A live instance from its first check to a panic, on any venue with a client of our own: real
 * processes, and the venue's protocol spoken by a loopback venue whose prices the test moves.
 */
import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckReport } from '../../src/cli/check/check-report.ts';
import type { InstanceStatus, VerbResult } from '../../src/contract/fleet-api.ts';
import type { CredentialName } from '../../src/contract/venues.ts';
import type { Venue } from '../../src/exchange/port.ts';
import { openSimVenue } from '../../src/exchange/sim/index.ts';
import type { FaceKind, SimVenue } from '../../src/exchange/sim/index.ts';
import type { Credentials, VenueKind } from '../../src/exchange/venue-kind.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';

/** What differs between venues. */
export interface LiveVenue {
  readonly kind: VenueKind;
  readonly face: FaceKind;
  /** A market of SOL. */
  readonly symbol: string;
  readonly quote: string;
  /** The credentials of the config, and those of them that must stand nowhere. */
  readonly credentials: readonly CredentialName[];
  readonly secret: readonly CredentialName[];
  /** What a signature looks like where it is sent. */
  readonly signature: RegExp;
}

let on: LiveVenue;
let home: FleetHome;
let venue: SimVenue;
let hand: Venue;
let port = 0;

function keys(): Credentials {
  const all = venue.accounts[0]?.keys ?? {};
  return Object.fromEntries(on.credentials.map((name) => [name, all[name] ?? '']));
}

function config(): object {
  return {
    metadata: { exchange: on.kind.name, symbol: on.symbol },
    daemon_config: { web_port: port, restart_delay: 0, log_level: 'trace' },
    exchange_config: {
      mode: 'live',
      ...Object.fromEntries(on.credentials.map((name) => [name, `\${LIVE_${name}}`])),
      base_url: venue.url,
      ws_url: venue.ws_url,
    },
    strategy_config: {
      ...{ grid_lower_price: 140, grid_upper_price: 160, grid_num: 20, order_quantity: 0.5 },
      interval: 2,
    },
  };
}

type Flat = InstanceStatus & NonNullable<InstanceStatus['status']>;

async function json<T>(words: readonly string[], code = 0): Promise<T> {
  return JSON.parse((await home.ok([...words, '--json'], code)).stdout) as T;
}

async function figures(): Promise<Flat> {
  const found = await json<InstanceStatus>(['status', 'live_01']);
  if (found.status === null) throw new Error('no figures');
  return { ...found.status, ...found } as Flat;
}

/** The figures of the books once the venue's position is theirs and every order rests. */
function agreed(what: string, holds: (found: Flat) => boolean): Promise<Flat> {
  return waitFor(what, async () => {
    const found = await figures().catch(() => null);
    if (found === null || found.state !== 'running' || !holds(found)) return null;
    return (await hand.position()).size === found.position ? found : null;
  }, 20_000);
}

function post(path: string): Promise<{ status: number; code: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => {
        const { code } = JSON.parse(text) as { code: string };
        resolve({ status: answer.statusCode ?? 0, code });
      });
    });
    sent.on('error', reject);
    sent.end('{}');
  });
}

function move(price: string): void {
  venue.command('move', { symbol: on.symbol, price });
}

async function byHand(side: 'buy' | 'sell', size: string): Promise<void> {
  const client_id = String(900_000_000 + Math.floor(clock.monotonic()));
  const order = { client_id, side, price: null, size, post_only: false, reduce_only: false };
  const outcome = await hand.submit(order);
  expect(outcome.status).toBe('accepted');
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return entry.isFile() && entry.name !== '.env' ? [path] : [];
  });
}

/** Registers the story of an instance on one venue; once a file. */
export function liveStory(venueOf: LiveVenue): void {
  on = venueOf;

  beforeAll(async () => {
    home = new FleetHome();
    venue = await openSimVenue({ face: on.face, symbols: 20 });
    venue.command('move', { symbol: on.symbol, price: '150' });
    [port = 0] = await freePorts(1);
    const lines = Object.entries(keys()).map(([name, value]) => `LIVE_${name}=${value}\n`);
    writeFileSync(home.path('.env'), lines.join(''));
    chmodSync(home.path('.env'), 0o600);
    writeFileSync(home.path('config', 'active', 'live_01.json'), JSON.stringify(config()));
    hand = on.kind.open({
      ...{ symbol: on.symbol, rest_url: venue.url, ws_url: venue.ws_url, proxy: null, clock },
      ...{ connect_timeout_ms: 5000, read_timeout_ms: 5000, trace: () => undefined },
      credentials: keys(),
    });
  });

  afterAll(async () => {
    await hand.close();
    await home.dispose();
    await venue.close();
  });

  test('a check asks everything and changes nothing', async () => {
    const report = await json<CheckReport>(['check', 'live_01']);
    expect(report).toMatchObject({
      ...{ ok: true, first: true, venue: on.kind.name, base: 'SOL', quote: on.quote },
      standing: { position: '0', orders: 0 },
      grid: { most_long: '5', most_short: '-5', orders: 20 },
    });
    expect(Math.abs(report.clock?.offset_ms ?? 1e9)).toBeLessThan(1000);
    expect(await hand.openOrders()).toEqual([]);
  });

  test('the first start needs a word; a position that is there needs another', async () => {
    const unasked = await home.run(['start', 'live_01']);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringMatching(/^ANSWER_NEEDED/)]);
    await byHand('buy', '1');
    const occupied = await home.run(['start', 'live_01', '--yes']);
    expect([occupied.code, occupied.stderr]).toEqual([4, expect.stringContaining('VENUE_OCCUPIED')]);
    expect(await hand.openOrders()).toEqual([]);
    await home.ok(['start', 'live_01', '--yes', '--adopt']);
    const found = await agreed('the grid', ({ open_orders }) => open_orders === 20);
    expect(found).toMatchObject({ carry: '1', position: '1', mode: 'live', venue: on.kind.name });
  });

  test('it trades; its page only shows, the command line acts', async () => {
    move('152.5');
    await agreed('two sells', ({ position }) => position === '0');
    move('150.5');
    const found = await agreed('a cycle', ({ cycles }) => cycles >= 1);
    expect(Number(found.grid_profit)).toBeGreaterThan(0);
    expect(await post('/api/pause')).toEqual({ status: 403, code: 'READ_ONLY' });
    await home.ok(['pause', 'live_01']);
    expect((await figures()).grid_state).toBe('paused');
    await home.ok(['resume', 'live_01']);
  });

  test('killed, with trades nobody saw, it comes back to the venue’s truth', async () => {
    const { pid, generation } = await figures();
    if (pid === null) throw new Error('no bot runs');
    process.kill(pid, 'SIGKILL');
    move('147.5');
    await agreed('the recovery', (now) => now.generation > generation && now.open_orders >= 19);
  });

  test('a venue under maintenance is waited for, and the wait is told', async () => {
    await home.ok(['stop', 'live_01']);
    venue.command('maintenance');
    const started = home.run(['start', 'live_01']);
    const waits = await waitFor('the reason', async () => {
      const { state_reason, state } = await json<InstanceStatus>(['status', 'live_01']);
      return state === 'starting' && state_reason.includes('VENUE_MAINTENANCE') ? state_reason : null;
    }, 20_000);
    expect(waits).toContain(`${on.kind.name} is under maintenance`);
    venue.command('clear');
    expect((await started).code).toBe(0);
  });

  test('a panic ends flat at the venue', async () => {
    const [result] = await json<VerbResult[]>(['panic', 'live_01']);
    expect(result).toMatchObject({ ok: true, receipt: { position: '0', orders_left: 0 } });
    expect((await hand.position()).size).toBe('0');
    expect(await hand.openOrders()).toEqual([]);
  });

  test('no key and no signature stands anywhere in the home, though every request does', () => {
    const given = keys();
    const secrets = on.secret.map((name) => (given[name] ?? '').replace(/^0x/, ''));
    expect(secrets.every((text) => text.length > 20)).toBe(true);
    const texts = filesIn(home.folder).map((file) => readFileSync(file, 'latin1'));
    expect(texts.some((text) => text.includes('"level":"trace"') && text.includes('/order'))).toBe(true);
    const told = texts.filter((text) => secrets.some((secret) => text.includes(secret)));
    expect(told).toHaveLength(0);
    expect(texts.filter((text) => on.signature.test(text))).toEqual([]);
  });
}
