/** Who may see and change a page: at this machine, beyond it, with a token, and with a wrong one. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { judgeWebToken } from '../../src/contract/access.ts';
import { installAccess } from '../../src/web/server/access.ts';
import { makeHttpApp } from '../../src/web/server/error-reply.ts';
import { SESSION_MS, cookieName, makeSession } from '../../src/web/server/session-cookie.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import type { ManualClock } from '../exchange/manual-clock.ts';
import { ask, sendRaw } from './http-client.ts';
import type { HttpAnswer } from './http-client.ts';
import { serveSample } from './served.ts';
import type { Served } from './served.ts';

const TOKEN = 'T'.repeat(43);
const OTHER = 'U'.repeat(43);
const JSON_TYPE = { 'content-type': 'application/json' };
const NAME = 'grid.example.org';

let token = TOKEN;
let clock: ManualClock;
let paper: Served;
let live: Served;
let bare: Served;

beforeAll(async () => {
  clock = manualClock();
  const more = { token: () => judgeWebToken(token), allowedHosts: [NAME], clock };
  paper = await serveSample(more);
  live = await serveSample({ ...more, live: () => true });
  bare = await serveSample({ live: () => true, allowedHosts: [NAME] });
});
afterAll(async () => {
  for (const { server } of [paper, live, bare]) await server.close();
});
beforeEach(() => {
  token = TOKEN;
  // Earlier failures are forgotten.
  clock.advance(60_000);
});

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
const cookie = (port: number, value: string) => ({ cookie: `${cookieName(port)}=${value}` });
const code = ({ json }: HttpAnswer) => (json as { code?: string } | null)?.code ?? null;
const pause = (port: number, headers: Record<string, string> = {}) =>
  ask(port, '/api/pause', { method: 'POST', headers });
const signIn = (port: number, text: string, headers: Record<string, string> = {}) =>
  ask(port, '/api/session', {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify({ token: text }),
  });

function sessionOf(answer: HttpAnswer): string {
  return /^gridd_session_\d+=([^;]*);/.exec(answer.headers['set-cookie']?.[0] ?? '')?.[1] ?? '';
}

describe('at this machine', () => {
  it('a paper page asks nothing', async () => {
    expect((await pause(paper.port)).status).toBe(200);
    expect((await ask(paper.port, '/api/session')).json).toEqual({
      needs_token: 'never',
      signed_in: false,
      read_only: null,
    });
  });

  it('a live page shows everything and changes nothing without the token', async () => {
    expect((await ask(live.port, '/api/status')).status).toBe(200);
    for (const path of ['/api/pause', '/api/grid/adjust', '/api/later']) {
      const answer = await ask(live.port, path, { method: 'POST', headers: JSON_TYPE, body: '{}' });
      expect([path, answer.status, code(answer)]).toEqual([path, 401, 'TOKEN_NEEDED']);
    }
    expect(live.service.shown.grid_state).toBe('running');
    expect((await ask(live.port, '/api/session')).json).toMatchObject({ needs_token: 'changes' });
  });

  it('a live console judges a text without the token, and saves none', async () => {
    const app = makeHttpApp();
    const rules = { token: () => judgeWebToken(TOKEN), live: () => true, port: () => 5000 };
    installAccess(app, { ...rules, address: '127.0.0.1', clock });
    app.post('/api/configs/check', () => 'judged');
    app.put('/api/configs/:id', () => 'saved');
    const near = { host: '127.0.0.1:5000' };
    const check = { method: 'POST', url: '/api/configs/check' } as const;
    expect((await app.inject({ ...check, headers: near })).body).toBe('judged');
    const save = await app.inject({ method: 'PUT', url: '/api/configs/check', headers: near });
    expect(save.statusCode).toBe(401);
    // Through a proxy it shows nothing, so it judges nothing either.
    const far = { ...near, 'x-forwarded-for': '192.0.2.7' };
    expect((await app.inject({ ...check, headers: far })).statusCode).toBe(401);
    await app.close();
  });

  it('without any token it is read-only and says how to get one', async () => {
    const answer = await pause(bare.port);
    expect([answer.status, code(answer)]).toEqual([403, 'READ_ONLY']);
    expect((answer.json as { hint: string }).hint).toContain('gridd token');
    const { read_only } = (await ask(bare.port, '/api/session')).json as { read_only: string };
    expect(read_only).toBe(
      'This page moves real money, and GRIDD_WEB_TOKEN is not set in .env: it takes no change.',
    );
    expect(code(await signIn(bare.port, TOKEN))).toBe('READ_ONLY');
  });

  it.each(['', 'short', 'x'.repeat(31), `${'x'.repeat(40)} y`])('"%s" is no token', (text) => {
    expect(judgeWebToken(text).token).toBeNull();
  });
});

describe('beyond this machine', () => {
  const ways: [string, Record<string, string>][] = [
    ['by another name', { host: NAME }],
    ['through a proxy', { 'x-forwarded-for': '203.0.113.9' }],
    ['through a proxy that says it otherwise', { forwarded: 'for=203.0.113.9' }],
    ['through a proxy that says only itself', { via: '1.1 proxy' }],
  ];

  it.each(ways)('%s nothing is shown without the token', async (_way, headers) => {
    for (const path of ['/api/status', '/api/events', '/healthz', '/api/fills', '/nope']) {
      const answer = await ask(paper.port, path, { headers });
      expect([path, answer.status, code(answer)]).toEqual([path, 401, 'TOKEN_NEEDED']);
    }
    expect(code(await pause(paper.port, headers))).toBe('TOKEN_NEEDED');
    for (const path of ['/', '/health', '/gridd.svg', '/assets/none.js']) {
      expect([path, code(await ask(paper.port, path, { headers }))]).not.toEqual([path, 'TOKEN_NEEDED']);
    }
    const session = await ask(paper.port, '/api/session', { headers });
    expect(session.json).toMatchObject({ needs_token: 'always', signed_in: false });
    const given = { ...headers, ...bearer(TOKEN) };
    expect((await ask(paper.port, '/api/status', { headers: given })).status).toBe(200);
    expect((await pause(paper.port, given)).status).toBe(200);
  });

  it('through a proxy that says nothing, in its HTTP/1.0, nothing is shown either', async () => {
    const bytes = `GET /api/status HTTP/1.0\r\nHost: 127.0.0.1:${paper.port}\r\n\r\n`;
    const answer = await sendRaw(paper.port, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 401 [^]*TOKEN_NEEDED/);
    const given = bytes.replace(/\r\n$/, `Authorization: Bearer ${TOKEN}\r\n\r\n`);
    expect(await sendRaw(paper.port, given)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('with no token at all it stays closed', async () => {
    const answer = await ask(bare.port, '/api/status', { headers: { host: NAME } });
    expect([answer.status, code(answer)]).toEqual([403, 'READ_ONLY']);
  });

  it('a server bound to an address of the network asks always, by whatever name', async () => {
    const app = makeHttpApp();
    const rules = { token: () => judgeWebToken(TOKEN), live: () => false, port: () => 5001 };
    installAccess(app, { ...rules, address: '192.0.2.1', clock });
    app.get('/api/status', () => 'shown');
    for (const host of ['192.0.2.1:5001', '127.0.0.1:5001']) {
      const closed = await app.inject({ url: '/api/status', headers: { host } });
      expect(closed.statusCode).toBe(401);
      const open = await app.inject({ url: '/api/status', headers: { host, ...bearer(TOKEN) } });
      expect(open.statusCode).toBe(200);
    }
    await app.close();
  });
});

describe('the token itself', () => {
  it('moves a live grid as a Bearer header, without cookie and Origin', async () => {
    expect((await pause(live.port, bearer(TOKEN))).status).toBe(200);
    await live.service.resume();
  });

  it.each(['', 'x', OTHER, `${TOKEN}x`, TOKEN.slice(1), 'ü'])('"%s" is refused', async (text) => {
    const answer = await signIn(live.port, text);
    expect([answer.status, code(answer), sessionOf(answer)]).toEqual([401, 'TOKEN_WRONG', '']);
  });

  it('may be guessed ten times a minute, then not even the right one counts', async () => {
    for (let guess = 0; guess < 10; guess += 1) {
      expect(code(await signIn(live.port, `${OTHER}${guess}`))).toBe('TOKEN_WRONG');
    }
    for (const answer of [await signIn(live.port, TOKEN), await pause(live.port, bearer(TOKEN))]) {
      expect([answer.status, code(answer)]).toEqual([429, 'TOO_MANY_ATTEMPTS']);
      expect(Number(answer.headers['retry-after'])).toBe(60);
    }
    clock.advance(59_000);
    expect(code(await signIn(live.port, TOKEN))).toBe('TOO_MANY_ATTEMPTS');
    clock.advance(1000);
    expect((await signIn(live.port, TOKEN)).status).toBe(200);
  });

  it('is guessed no faster as a header', async () => {
    for (let guess = 0; guess < 10; guess += 1) {
      const answer = await ask(live.port, '/api/status', { headers: bearer(`${OTHER}${guess}`) });
      expect(code(answer)).toBe('TOKEN_WRONG');
    }
    expect(code(await signIn(live.port, TOKEN))).toBe('TOO_MANY_ATTEMPTS');
  });

  it.each([
    '{}',
    '{"token":1}',
    '{"token":null}',
    '{"token":["x"]}',
    '{"token":"x","more":1}',
    '',
  ])('%s is no sign-in', async (body) => {
    const request = { method: 'POST', headers: JSON_TYPE, body };
    expect(code(await ask(live.port, '/api/session', request))).toBe('BAD_REQUEST');
  });
});

describe('a session', () => {
  it('lasts seven days, in a cookie that no script and no other site can use', async () => {
    const answer = await signIn(live.port, TOKEN);
    expect(answer.json).toEqual({ needs_token: 'changes', signed_in: true, read_only: null });
    const value = sessionOf(answer);
    expect(answer.headers['set-cookie']).toEqual([
      `gridd_session_${live.port}=${value}; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict`,
    ]);
    expect(value).not.toContain(TOKEN);
    const headers = cookie(live.port, value);
    expect((await pause(live.port, headers)).status).toBe(200);
    await live.service.resume();
    clock.advance(SESSION_MS - 1000);
    expect((await pause(live.port, headers)).status).toBe(200);
    await live.service.resume();
    clock.advance(1000);
    expect(code(await pause(live.port, headers))).toBe('TOKEN_NEEDED');
  });

  it('is for encrypted connections only where a proxy says it is one', async () => {
    const { headers } = await signIn(live.port, TOKEN, { 'x-forwarded-proto': 'https' });
    expect(headers['set-cookie']?.[0]).toMatch(/; Secure$/);
  });

  it('ends with another token', async () => {
    const headers = cookie(live.port, sessionOf(await signIn(live.port, TOKEN)));
    token = OTHER;
    expect(code(await pause(live.port, headers))).toBe('TOKEN_NEEDED');
  });

  it('ends when it is signed out', async () => {
    const session = cookie(live.port, sessionOf(await signIn(live.port, TOKEN)));
    const out = await ask(live.port, '/api/session', { method: 'DELETE', headers: session });
    expect(out.headers['set-cookie']?.[0]).toMatch(/=; Path=\/; Max-Age=0; /);
  });

  it('is never one that came with the request', async () => {
    const fixed = makeSession({ token: OTHER, port: live.port }, clock.now());
    const headers = cookie(live.port, fixed);
    expect(code(await pause(live.port, headers))).toBe('TOKEN_NEEDED');
    const first = sessionOf(await signIn(live.port, TOKEN, headers));
    const second = sessionOf(await signIn(live.port, TOKEN, headers));
    expect(new Set([fixed, first, second]).size).toBe(3);
    expect(code(await pause(live.port, headers))).toBe('TOKEN_NEEDED');
  });

  it('is of one port: the cookie of another instance opens nothing', async () => {
    const other = sessionOf(await signIn(paper.port, TOKEN));
    expect(other).not.toBe('');
    for (const headers of [cookie(paper.port, other), cookie(live.port, other)]) {
      expect(code(await pause(live.port, headers))).toBe('TOKEN_NEEDED');
    }
  });

  it('is not shadowed by a second cookie of its name', async () => {
    const value = sessionOf(await signIn(live.port, TOKEN));
    const name = cookieName(live.port);
    const headers = { cookie: `x=1; ${name}=planted; ${name}=${value}` };
    expect((await pause(live.port, headers)).status).toBe(200);
    await live.service.resume();
  });

  it.each([
    ['nothing', ''],
    ['a version alone', '1'],
    ['too short', '1.a.b.c'],
    ['an escaped byte', '1.%00'],
    ['far too long', 'x'.repeat(4000)],
    ['a forged one', `1.zzzzzzzzzzz.${'A'.repeat(22)}.${'A'.repeat(43)}`],
  ])('is not %s', async (_what, value) => {
    expect(code(await pause(live.port, cookie(live.port, value)))).toBe('TOKEN_NEEDED');
  });

  it('does not let another page act: its Origin is refused before the cookie counts', async () => {
    const value = sessionOf(await signIn(live.port, TOKEN));
    for (const origin of ['http://evil.example', `http://localhost:${paper.port}`, 'null']) {
      const answer = await pause(live.port, { ...cookie(live.port, value), origin });
      expect(code(answer)).toBe('HOST_FORBIDDEN');
    }
    expect(live.service.shown.grid_state).toBe('running');
  });
});

it('a Basic login of a proxy in front is none of ours', async () => {
  const headers = { host: NAME, authorization: `Basic ${btoa('a:b')}` };
  expect(code(await ask(paper.port, '/api/status', { headers }))).toBe('TOKEN_NEEDED');
});
