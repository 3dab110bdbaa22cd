/** The console's server: routes, who may ask, what is refused, its streams, the port it takes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { FleetTopics } from '../../src/contract/console-api.ts';
import { serveConsole } from '../../src/web/server/console-server.ts';
import type { ConsoleServerOptions } from '../../src/web/server/console-server.ts';
import type { PageServer } from '../../src/web/server/page-server.ts';
import { freePorts } from '../fixtures/fleet-home.ts';
import { EventReader, ask } from './http-client.ts';
import { SampleConsole } from './sample-console.ts';

const HTML = '<!doctype html><title>fleet</title>';
const servers: PageServer[] = [];

async function serve(service: SampleConsole, more: Partial<ConsoleServerOptions> = {}) {
  const server = await serveConsole(service, {
    home: '/h é',
    host: '127.0.0.1',
    port: 0,
    avoidPorts: [],
    allowedHosts: [],
    assets: { html: HTML, files: new Map() },
    ...more,
  });
  servers.push(server);
  return server;
}

let service: SampleConsole;
let port: number;

beforeAll(async () => {
  service = new SampleConsole();
  ({ port } = await serve(service));
});
afterAll(async () => {
  for (const server of servers) await server.close();
});

function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const type = { 'content-type': 'application/json', ...headers };
  return ask(port, path, { method: 'POST', body: JSON.stringify(body), headers: type });
}

describe('routes', () => {
  test('the page, the fleet, and the home they are of', async () => {
    const page = await ask(port, '/');
    expect(page).toMatchObject({ status: 200, text: HTML });
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    const fleet = await ask(port, '/api/fleet');
    expect((fleet.json as FleetTopics).rows.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(fleet.headers['x-gridd-home']).toBe(encodeURI('/h é'));
    expect(fleet.headers['cache-control']).toBe('no-store');
  });

  test('all that the control socket answers', async () => {
    expect((await ask(port, '/api/info')).json).toMatchObject({ pid: 1 });
    expect((await ask(port, '/api/instances')).json).toHaveLength(2);
    expect((await ask(port, '/api/instances/zz')).json).toMatchObject({ code: 'INSTANCE_UNKNOWN' });
    expect((await ask(port, '/api/accounts')).json).toEqual([]);
    expect((await ask(port, '/api/instances/a/usage')).json).toEqual({ id: 'a', minutes: [] });
  });

  test('audit and ends by the page; a query that makes no sense is refused', async () => {
    await ask(port, '/api/audit?limit=5&before=9&instance=a');
    await ask(port, '/api/audit');
    expect(service.audits).toEqual([
      { instance: 'a', before: 9, limit: 5 },
      { instance: null, before: null, limit: 100 },
    ]);
    expect((await ask(port, '/api/exits?limit=1000')).json).toEqual([]);
    for (const query of ['limit=0', 'limit=1001', 'before=0', 'before=x', 'other=1']) {
      expect((await ask(port, `/api/audit?${query}`)).json).toMatchObject({ code: 'BAD_REQUEST' });
    }
  });

  test('the doctor', async () => {
    expect((await ask(port, '/api/doctor')).json).toMatchObject([{ level: 'ok', subject: 'node' }]);
  });
});

describe('verbs', () => {
  test('several at once, each noted as given from here', async () => {
    const answer = await post('/api/instances/pause', { ids: ['a', 'b'] });
    expect(answer.json).toMatchObject([{ id: 'a', ok: true }, { id: 'b', ok: true }]);
    expect(service.asked.at(-1)).toEqual({
      verb: 'pause',
      with: ['a', 'b'],
      actor: { who: 'loopback', from: 'console 127.0.0.1' },
    });
    expect((await post('/api/instances/panic', { ids: null })).json).toHaveLength(2);
  });

  test('a start takes ids, never a path and never a consent to trade live', async () => {
    expect((await post('/api/instances/start', { ids: ['a'], fresh: true })).json).toMatchObject([
      { id: 'a', ok: true },
    ]);
    expect(service.asked.at(-1)).toMatchObject({ verb: 'start', with: { ids: ['a'], fresh: true } });
    const count = service.asked.length;
    const path = await post('/api/instances/start', { targets: [{ config_file: '/etc/x.json' }] });
    expect(path.json).toMatchObject({ code: 'BAD_REQUEST' });
    expect(path.text).toContain('targets');
    const consent = { ids: ['a'], live: { confirmed: true, position: null } };
    const live = await post('/api/instances/start', consent);
    expect(live.json).toMatchObject({ code: 'LIVE_UNCONFIRMED' });
    expect(live.text).toContain('gridd start ID');
    expect(service.asked).toHaveLength(count);
  });

  test('with real money in the fleet a verb asks for the token, and is noted as given with it', async () => {
    const own = new SampleConsole();
    const token = 't'.repeat(43);
    const word = () => ({ token, missing: null });
    const { port: at } = await serve(own, { token: word, live: () => true });
    const verb = (headers: Record<string, string> = {}) =>
      ask(at, '/api/instances/resume', {
        method: 'POST',
        body: JSON.stringify({ ids: ['a'] }),
        headers: { 'content-type': 'application/json', ...headers },
      });
    expect((await ask(at, '/api/fleet')).status).toBe(200);
    expect((await verb()).json).toMatchObject({ code: 'TOKEN_NEEDED' });
    expect(own.asked).toEqual([]);
    expect((await verb({ authorization: `Bearer ${token}` })).status).toBe(200);
    expect(own.asked[0]?.actor).toEqual({ who: 'token', from: 'console 127.0.0.1' });
  });

  test('other sites and other names are refused before anything is done', async () => {
    const count = service.asked.length;
    const ids = { ids: ['a'] };
    const foreign: Record<string, string>[] = [
      { host: `evil.example:${port}` },
      { origin: 'http://evil.example' },
      { origin: `http://127.0.0.1:${port + 1}` },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) {
      const answer = await post('/api/instances/panic', ids, headers);
      expect(answer.json).toMatchObject({ code: 'HOST_FORBIDDEN' });
    }
    expect(service.asked).toHaveLength(count);
  });
});

describe('the stream', () => {
  test('begins whole, then holds what changed; nothing is read while nobody watches', async () => {
    const own = new SampleConsole();
    const { port: at } = await serve(own, { limits: { gapMs: 1 } });
    own.earn(0, '5');
    expect({ reads: own.reads, watchers: own.watchers }).toEqual({ reads: 0, watchers: 0 });
    const reader = await EventReader.open(at);
    const first = (await reader.next('topics')).data as FleetTopics;
    expect(Object.keys(first).sort()).toEqual(['accounts', 'marks', 'rows', 'supervisor', 'unstarted']);
    expect(first.rows[0]?.total_pnl).toBe('5');
    own.earn(1, '7');
    const next = (await reader.next('topics')).data as Partial<FleetTopics>;
    expect(Object.keys(next)).toEqual(['rows']);
    expect(next.rows?.[1]?.total_pnl).toBe('7');
    reader.close();
    await reader.ended;
  });

  test('ends when the server closes, which then answers nobody', async () => {
    const closing = await serve(new SampleConsole());
    const reader = await EventReader.open(closing.port);
    await reader.next('topics');
    await closing.close();
    await reader.ended;
    await expect(ask(closing.port, '/api/info')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('its port', () => {
  function hold(at: number): Promise<Server> {
    const server = createServer();
    return new Promise((resolve) => server.listen(at, '127.0.0.1', () => resolve(server)));
  }

  test('taken: the next free one that nobody claims, and it says who holds the wanted one', async () => {
    const [first = 0, second = 0, third = 0] = await freePorts(3);
    const holder = await hold(first);
    try {
      const server = await serve(new SampleConsole(), { port: first, avoidPorts: [second] });
      expect(server.port).toBeGreaterThanOrEqual(third);
      expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
      expect(server.warning).toMatch(new RegExp(`Port ${first} is held by .*using ${server.port}`));
    } finally {
      holder.close();
    }
  });

  test('an address of the whole network is refused', async () => {
    await expect(serve(new SampleConsole(), { host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'BIND_REFUSED',
    });
  });
});
