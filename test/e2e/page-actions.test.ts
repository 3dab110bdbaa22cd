/**
 * Stop and panic from a bot's own page, and the audit of what is done there: real bot and
 * supervisor processes.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StopReceipt } from '../../src/contract/instance-api.ts';
import { openReadOnly } from '../../src/platform/sqlite.ts';
import { readBooks } from '../../src/store/index.ts';
import { SupervisedHome, freePort } from '../fixtures/supervised-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { ask } from '../web/http-client.ts';

let home: SupervisedHome;
let port: number;

beforeEach(async () => {
  home = new SupervisedHome();
  port = await freePort();
  home.write('a', { web_port: port });
});
afterEach(() => home.close());

const post = (path: string, body: object = {}) =>
  ask(port, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

interface Row {
  readonly verb: string;
  readonly outcome: string;
  readonly who: string;
  readonly origin: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly mark: string;
}

function audited(): Row[] {
  const db = openReadOnly(home.path('database', 'gridd.db'));
  try {
    const rows = db.prepare<[], Row>(
      `SELECT verb, outcome, who, origin, before, after, mark FROM audit
       WHERE origin LIKE 'page%' ORDER BY id`,
    );
    return rows.all();
  } finally {
    db.close();
  }
}

const auditOf = (count: number) =>
  waitFor(`${count} lines of the audit`, () => {
    const rows = audited();
    return rows.length >= count ? rows : null;
  });

test('two stops at once: one receipt for both before the page closes; the start goes on', async () => {
  const supervisor = await home.supervise();
  await home.start('a');
  // Neither is begun before both are there: on a busy machine one would come to a closed page.
  supervisor.kill('SIGSTOP');
  const asked = [post('/api/stop'), post('/api/stop')];
  for (let look = 0; look < 3; look += 1) await ask(port, '/api/status');
  supervisor.kill('SIGCONT');
  const answers = await Promise.all(asked);
  const [first, second] = answers.map(({ status, json }) => ({ status, json }));
  expect(first?.status).toBe(200);
  expect(second).toEqual(first);
  const receipt = first?.json as StopReceipt;
  expect(receipt).toMatchObject({ reason: 'stop', orders_left: 0 });
  expect(receipt.orders_cancelled).toBeGreaterThan(0);
  await home.state('a', 'stopped');
  // Written a moment after it is shown.
  await waitFor('the record of the stop', () => {
    const record = home.record('a');
    return record?.desired === 'stopped' && record.pid === null;
  });
  const books = readBooks(home.path('database', 'a.db'));
  expect(books?.orders()).toEqual([]);
  expect(books?.receipts(5, 'stop')).toHaveLength(1);
  books?.close();
  await home.start('a');
  const rows = await auditOf(2);
  expect(rows).toMatchObject([
    { verb: 'stop', outcome: 'ok', who: 'loopback', origin: 'page 127.0.0.1' },
    { verb: 'stop', outcome: 'ok' },
  ]);
  const panic = await post('/api/panic');
  expect(panic).toMatchObject({ status: 200, json: { reason: 'panic', position: '0' } });
  await home.state('a', 'stopped');
});

test('what was done while the supervisor was away is in the audit when it is back, once', async () => {
  const supervisor = await home.supervise();
  await home.start('a');
  supervisor.kill('SIGKILL');
  await new Promise((resolve) => supervisor.once('exit', resolve));
  await waitFor('the bot to notice', async () => {
    const { status, json } = await post('/api/stop');
    return status === 503 && (json as { code: string }).code === 'SUPERVISOR_NOT_RUNNING';
  });
  expect((await post('/api/pause')).status).toBe(200);
  expect((await post('/api/grid/adjust', { grid_upper_price: 162, grid_num: 11 })).status).toBe(200);
  expect((await ask(port, '/api/status')).json).toMatchObject({ grid_state: 'paused' });
  await home.supervise();
  const done = await waitFor('the audit', () => {
    const rows = audited().filter(({ outcome }) => outcome === 'ok');
    return rows.length >= 2 ? rows : null;
  });
  expect(done.map(({ verb }) => verb)).toEqual(['pause', 'adjust']);
  expect(JSON.parse(done[1]?.before ?? '')).toMatchObject({ upper: '160', grids: 10 });
  expect(JSON.parse(done[1]?.after ?? '')).toMatchObject({ upper: '162', grids: 11 });
  const db = openReadOnly(home.path('database', 'a.db'));
  await waitFor('the bot to hear the confirmations', () => {
    return db.prepare('SELECT count(*) FROM audit_waiting').pluck().get() === 0;
  });
  db.close();
  const marks = audited().map(({ mark }) => mark);
  expect(new Set(marks).size).toBe(marks.length);
});
