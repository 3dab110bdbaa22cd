import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeWebToken } from '../../src/contract/access.ts';
import { GriddError } from '../../src/contract/errors.ts';
import { addressToBind } from '../../src/web/server/http-guard.ts';
import { ask, sendRaw } from './http-client.ts';
import { serveSample } from './served.ts';
import type { Served } from './served.ts';

const TOKEN = 'T'.repeat(43);
let served: Served;
let named: Served;

beforeAll(async () => {
  served = await serveSample();
  named = await serveSample({
    allowedHosts: ['Grid.example.org', 'other.example.org:8443'],
    token: () => judgeWebToken(TOKEN),
  });
});
afterAll(async () => {
  await served.server.close();
  await named.server.close();
});

/** Headers in which PORT stands for the port bound and NEXT for another. */
function fill(headers: Record<string, string>, port: number): Record<string, string> {
  const put = (text: string) =>
    text.replace('PORT', String(port)).replace('NEXT', String(port === 65535 ? 1 : port + 1));
  return Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, put(text)]));
}

const GOOD: Record<string, string>[] = [
  { host: '127.0.0.1:PORT' },
  { host: 'localhost:PORT' },
  { host: 'LOCALHOST:PORT' },
  { host: '[::1]:PORT' },
  { host: '127.0.0.1:PORT', origin: 'http://127.0.0.1:PORT' },
  { host: 'localhost:PORT', origin: 'http://localhost:PORT', 'sec-fetch-site': 'same-origin' },
  { host: 'localhost:PORT', 'sec-fetch-site': 'none' },
];

const FORBIDDEN: Record<string, string>[] = [
  // DNS rebinding: the attacker's name resolves to 127.0.0.1.
  { host: 'evil.example:PORT' },
  { host: 'evil.example' },
  { host: '127.0.0.1' },
  { host: '127.0.0.1:NEXT' },
  { host: 'localhost' },
  { host: 'localhost.evil.example:PORT' },
  { host: 'evil.example#127.0.0.1:PORT' },
  { host: '127.0.0.1.:PORT' },
  { host: '0.0.0.0:PORT' },
  // A page of another site, of another port of this machine, over another scheme, or of no origin.
  { host: '127.0.0.1:PORT', origin: 'http://evil.example' },
  { host: '127.0.0.1:PORT', origin: 'http://127.0.0.1:NEXT' },
  { host: '127.0.0.1:PORT', origin: 'http://127.0.0.1' },
  { host: '127.0.0.1:PORT', origin: 'https://127.0.0.1:PORT' },
  { host: '127.0.0.1:PORT', origin: 'http://localhost:PORT' },
  { host: '127.0.0.1:PORT', origin: 'http://127.0.0.1:PORT.evil.example' },
  { host: '127.0.0.1:PORT', origin: 'null' },
  { host: '127.0.0.1:PORT', origin: '' },
  { host: '127.0.0.1:PORT', 'sec-fetch-site': 'cross-site' },
  { host: '127.0.0.1:PORT', 'sec-fetch-site': 'same-site' },
];

describe('who may move a grid', () => {
  it.each(GOOD)('lets through %o', async (headers) => {
    const asked = { method: 'POST', headers: fill(headers, served.port) };
    expect((await ask(served.port, '/api/pause', asked)).status).toBe(200);
  });

  it.each(FORBIDDEN)('refuses %o, reading and writing', async (headers) => {
    await served.service.resume();
    const filled = fill(headers, served.port);
    for (const [method, path] of [['POST', '/api/pause'], ['GET', '/api/status'], ['GET', '/']]) {
      const answer = await ask(served.port, path ?? '', { method: method ?? '', headers: filled });
      expect(answer).toMatchObject({ status: 403, json: { code: 'HOST_FORBIDDEN' } });
    }
    expect(served.service.shown.grid_state).toBe('running');
  });

  it('refuses a foreign Host on unknown addresses and the event stream too', async () => {
    const headers = { host: 'evil.example' };
    for (const path of ['/nope', '/api/events', '/health']) {
      expect((await ask(served.port, path, { headers })).status).toBe(403);
    }
  });

  it('lets a link of another site open the page, but not its forms', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask(served.port, '/health', { headers: link })).status).toBe(200);
    const form = await ask(served.port, '/api/pause', { method: 'POST', headers: link });
    expect(form.status).toBe(403);
  });

  it('lets no other site put the server to work by links and frames', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const statusOf = async (path: string, dest: string) =>
      (await ask(served.port, path, { headers: { ...link, 'sec-fetch-dest': dest } })).status;
    for (const path of ['/', '/api/docs']) {
      expect([path, await statusOf(path, 'document')]).toEqual([path, 200]);
      expect([path, await statusOf(path, 'iframe')]).toEqual([path, 403]);
    }
    for (const path of ['/api/events', '/api/log', '/api/status', '/nope']) {
      expect([path, await statusOf(path, 'document')]).toEqual([path, 403]);
    }
    const own = { ...link, 'sec-fetch-site': 'none' };
    expect((await ask(served.port, '/api/status', { headers: own })).status).toBe(200);
  });

  it.each([
    'GET /api/status HTTP/1.0\r\n\r\n',
    'GET /api/status HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n',
    'GET http://evil.example/api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  ])('refuses a request that names no host of ours: %j', async (bytes) => {
    expect(await sendRaw(served.port, bytes)).toMatch(/^HTTP\/1\.1 403 /);
  });

  it.each([
    [{ host: 'grid.example.org' }, 200],
    [{ host: 'grid.example.org:8443', origin: 'https://grid.example.org:8443' }, 200],
    [{ host: 'other.example.org:8443' }, 200],
    [{ host: 'other.example.org' }, 403],
    [{ host: 'evil.grid.example.org' }, 403],
    [{ host: 'grid.example.org', origin: 'https://evil.example' }, 403],
  ])('with allowed names, %o is %d', async (headers, status) => {
    const given = { ...headers, authorization: `Bearer ${TOKEN}` };
    expect((await ask(named.port, '/api/status', { headers: given })).status).toBe(status);
  });
});

describe('headers of every answer', () => {
  it.each(['/api/status', '/nope', '/assets/%zz'])('%s is locked down', async (path) => {
    const { headers } = await ask(served.port, path);
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
        "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('the address to bind', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', '127.0.0.1'],
    ['127.0.0.2', '127.0.0.2'],
    ['::1', '::1'],
    ['[::1]', '::1'],
  ])('%s is bound as %s', (host, bound) => expect(addressToBind(host, false)).toBe(bound));

  it.each(['0.0.0.0', '::', '192.168.1.5'])('with a token %s may be bound', (host) => {
    expect(addressToBind(host, true)).toBe(host);
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', '', '127.1', '127.0.0.256', '127.0.0.1.evil', 'host'])(
    'refuses "%s" before anything listens',
    async (host) => {
      const refusal: unknown = await serveSample({ host }).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(GriddError);
      expect(refusal).toMatchObject({ code: 'BIND_REFUSED' });
    },
  );
});
