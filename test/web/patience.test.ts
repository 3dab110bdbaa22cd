/** A server that hangs: how long a page waits for it, and what it says then. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { get, post, question, tryOut } from '../../src/web/ui/shell/api.ts';
import { patienceFor } from '../../src/web/ui/shell/patience.ts';

const read = (path: string) => get(path);

describe('an answer that does not come', () => {
  let server: Server;
  let origin: string;
  let asked: () => void;

  beforeEach(async () => {
    // Each path hangs: at once, or within what it says.
    server = createServer((request, response) => {
      if (request.url === '/half') response.write('{"half":');
      asked();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ['a reading', '/none', read, 15_000, 'NO_ANSWER'],
    ['an answer that stops half-way', '/half', read, 15_000, 'NO_ANSWER'],
    ['a question with a long text', '/none', question, 15_000, 'NO_ANSWER'],
    ['a preview', '/none', tryOut, 60_000, 'NO_ANSWER'],
    ['a deed', '/none', post, 60_000, 'OUTCOME_UNKNOWN'],
  ] as const)('%s (%s) is given up in time', async (_name, path, ask, ms, code) => {
    const arrived = new Promise<void>((resolve) => (asked = resolve));
    let failed: string | null = null;
    const answer = ask(`${origin}${path}`, {});
    void answer.then((given) => (failed = given.ok ? null : given.error.code));
    await arrived;
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(failed).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toMatchObject({ ok: false, error: { code } });
  });

  it('is no longer waited for by a page that turned away', async () => {
    const arrived = new Promise<void>((resolve) => (asked = resolve));
    const leaving = new AbortController();
    const answer = get(`${origin}/none`, leaving.signal);
    await arrived;
    leaving.abort();
    expect(await answer).toMatchObject({ ok: false });
  });
});

describe('the patience of a page', () => {
  it.each([
    ['/api/stop', 240_000],
    ['/api/panic', 240_000],
    ['/api/instances/restart', 240_000],
    ['/api/configs', 240_000],
    ['/api/configs/a_01/rollback', 240_000],
    ['/api/archived/a_01.2026-01-05.json/restore', 240_000],
    ['/api/pause', 60_000],
    ['/api/grid/adjust', 60_000],
  ])('with %s that acts is %i ms', (path, ms) => {
    expect(patienceFor('deed', path)).toBe(ms);
  });

  it('is short with what is only read, but for the doctor', () => {
    const paths = ['/api/configs', '/api/log?limit=500', '/api/doctor'];
    const waits = paths.map((path) => patienceFor('question', path));
    expect(waits).toEqual([15_000, 15_000, 150_000]);
  });
});
