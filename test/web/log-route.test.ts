/** The log of an instance over HTTP: its own folder and no other, cursors, refusals. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LogPage } from '../../src/contract/page-api.ts';
import { ask } from './http-client.ts';
import { serveSample } from './served.ts';
import type { Served } from './served.ts';

const logDir = mkdtempSync(join(tmpdir(), 'gridd-log-route-'));
let served: Served;
beforeAll(async () => {
  mkdirSync(join(logDir, '2026-01-01'));
  const line = (msg: string) =>
    `${JSON.stringify({ level: 'info', time: '2026-01-01T10:00:00.000Z', id: 'x', msg })}\n`;
  const path = join(logDir, '2026-01-01', 'bot_stdout.log.1');
  writeFileSync(path, line('one') + line('<script>\u0007two'));
  served = await serveSample({ logDir });
});
afterAll(async () => {
  await served.server.close();
  rmSync(logDir, { recursive: true, force: true });
});

test('the lines, harmless, and what came since', async () => {
  const { status, json } = await ask(served.port, '/api/log?limit=5&level=info&q=W');
  expect(status).toBe(200);
  const page = json as LogPage;
  expect(page.lines).toMatchObject([{ instance: 'bp_sol_01', text: '<script> two' }]);
  const next = await ask(served.port, `/api/log?after=${page.cursor}`);
  expect(next.json).toMatchObject({ lines: [] });
});

test.each([
  ['after=nonsense', 'after'],
  ['before=nonsense', 'before'],
  ['level=loud', 'level'],
  ['limit=5000', 'limit'],
  ['stream=syslog', 'stream'],
])('%s is refused', async (query, path) => {
  const { status, json } = await ask(served.port, `/api/log?${query}`);
  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'BAD_REQUEST', problems: [{ path }] });
});
