/** Logs in pages: the newest, what follows over rotation, what came before, within bounds. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogPage } from '../../src/contract/page-api.ts';
import { readLogPage } from '../../src/platform/log-reading/log-page.ts';
import type { LogQuery } from '../../src/platform/log-reading/log-page.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gridd-log-page-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const time = (second: number) => new Date(Date.UTC(2026, 0, 1, 10, 0, second)).toISOString();
const line = (second: number, msg: string, more: object = {}) =>
  `${JSON.stringify({ level: 'info', time: time(second), id: 'a', msg, ...more })}\n`;

function write(path: string, text: string): void {
  mkdirSync(join(dir, path, '..'), { recursive: true });
  appendFileSync(join(dir, path), text);
}

function read(more: Partial<LogQuery> = {}): LogPage {
  const page = readLogPage({
    ...{ folders: [{ id: 'a', dir }], after: null, before: null, limit: 10 },
    ...{ level: 'trace', text: '', stream: null },
    ...more,
  });
  if (page === null) throw new Error('refused');
  return page;
}
const texts = (page: LogPage) => page.lines.map(({ text }) => text);
const OUT = '2026-01-01/bot_stdout.log.1';

test('the newest lines of all files in time order, each with stream and level', () => {
  write(OUT, line(1, 'one') + line(3, 'three', { level: 'warn', price: '1.5' }));
  write('2026-01-01/daemon.log.1', line(2, 'two'));
  write('raw_stderr.log', `${time(4)} Error: boom\n    at somewhere\n`);
  const page = read();
  expect(page.lines).toEqual([
    { ...shown(1, 'one'), stream: 'stdout' },
    { ...shown(2, 'two'), stream: 'daemon' },
    { ...shown(3, 'three price=1.5'), level: 'warn' },
    { ...shown(4, `${time(4)} Error: boom`), stream: 'stderr', level: 'error' },
    { ...shown(4, '    at somewhere'), stream: 'stderr', level: 'error', near: true },
  ]);
  expect(page).toMatchObject({ more: false, older: null });
});

function shown(second: number, text: string) {
  return { instance: 'a', at: time(second), near: false, stream: 'stdout', level: 'info', text };
}

test('what follows comes once, over rolled parts, new days and a line that was half written', () => {
  write(OUT, `${line(1, 'one')}{"level":"info","time":"${time(2)}",`);
  let page = read();
  expect(texts(page)).toEqual(['one']);
  write(OUT, '"msg":"two"}\n');
  write('2026-01-01/bot_stdout.log.2', line(3, 'three'));
  write('2026-01-02/bot_stdout.log.1', line(4, 'four'));
  write('raw_stdout.log', 'new file\n');
  page = read({ after: page.cursor });
  expect(texts(page)).toEqual(['new file', 'two', 'three', 'four']);
  page = read({ after: page.cursor });
  expect(texts(page)).toEqual([]);
  write('2026-01-02/bot_stdout.log.1', line(5, 'five'));
  expect(texts(read({ after: page.cursor }))).toEqual(['five']);
});

test('a part that retention removed is passed; a replaced file begins anew', () => {
  write(OUT, line(1, 'one'));
  write('raw_stdout.log', 'old process\n');
  const { cursor } = read();
  rmSync(join(dir, '2026-01-01'), { recursive: true });
  write('2026-01-02/bot_stdout.log.1', line(2, 'two'));
  rmSync(join(dir, 'raw_stdout.log'));
  writeFileSync(join(dir, 'raw_stdout.log'), 'new process, longer than before\n');
  expect(texts(read({ after: cursor })).sort()).toEqual([
    'new process, longer than before',
    'two',
  ]);
});

test('pages backward meet without a gap, and pages forward hand out the rest', () => {
  for (let n = 0; n < 25; n += 1) write(n % 3 === 0 ? '2026-01-01/daemon.log.1' : OUT, line(n, `${n}`));
  const all = Array.from({ length: 25 }, (_, n) => `${n}`);
  const last = read({ limit: 10 });
  expect(texts(last)).toEqual(all.slice(15));
  const middle = read({ limit: 10, before: last.older });
  expect(texts(middle)).toEqual(all.slice(5, 15));
  const first = read({ limit: 10, before: middle.older });
  expect(texts(first)).toEqual(all.slice(0, 5));
  expect(first).toMatchObject({ more: false, older: null });
  const { cursor } = read();
  for (let n = 30; n < 45; n += 1) write(n % 2 === 0 ? OUT : '2026-01-01/daemon.log.1', line(n, `${n}`));
  const next = read({ after: cursor, limit: 10 });
  const rest = read({ after: next.cursor, limit: 10 });
  const added = Array.from({ length: 15 }, (_, n) => `${n + 30}`);
  expect([...texts(next), ...texts(rest)]).toEqual(added);
});

test('level, stream and a plain text in whatever case choose lines', () => {
  write(OUT, line(1, 'Filled') + line(2, 'refused', { level: 'warn', why: 'a.b' }));
  write('2026-01-01/bot_stderr.log.1', line(2, 'refused', { level: 'warn', why: 'a.b' }));
  write('2026-01-01/daemon.log.1', line(3, 'started'));
  expect(texts(read({ level: 'warn' }))).toEqual(['refused why=a.b']);
  expect(texts(read({ text: 'FILL' }))).toEqual(['Filled']);
  expect(texts(read({ text: 'a.b' }))).toEqual(['refused why=a.b']);
  expect(texts(read({ text: 'a*' }))).toEqual([]);
  expect(texts(read({ stream: 'daemon' }))).toEqual(['started']);
  expect(texts(read({ stream: 'stderr' }))).toEqual(['refused why=a.b']);
});

test('nothing steers who reads: colours go, control and direction marks become spaces', () => {
  write('raw_stdout.log', '\u001b[31mred\u001b[0m\u0007bell \u202eback <b>\n');
  write(OUT, line(1, `x${'y'.repeat(9000)}`));
  const [raw, long] = read().lines;
  expect(raw?.text).toBe('red bell  back <b>');
  expect(long?.text).toHaveLength(4001);
});

test('a search through a large log reads a bounded part and says where to go on', () => {
  write(OUT, line(0, 'the needle'));
  write(OUT, line(1, 'hay'.repeat(20)).repeat(30_000));
  const first = read({ text: 'needle' });
  expect(first).toMatchObject({ lines: [], more: true });
  let [page, asked] = [first, 1];
  for (; page.older !== null; asked += 1) page = read({ text: 'needle', before: page.older });
  expect(texts(page)).toEqual(['the needle']);
  expect(asked).toBeGreaterThan(3);
  expect(asked).toBeLessThan(20);
});

test('a line longer than a page does not stand in the way of what follows', () => {
  write(OUT, line(1, 'one'));
  let { cursor } = read();
  write(OUT, line(2, 'x'.repeat(2_000_000)) + line(3, 'after it'));
  const met: string[] = [];
  for (let k = 0; k < 20; k += 1) {
    const page = read({ after: cursor });
    met.push(...texts(page));
    ({ cursor } = page);
  }
  expect(met.at(-1)).toBe('after it');
});

test.each(['', 'x', Buffer.from('[["a/b","../../etc/passwd",-1,2]]').toString('base64url')])(
  'a cursor that is none of ours is refused: %s',
  (after) => {
    write(OUT, line(1, 'one'));
    const query = { folders: [{ id: 'a', dir }], after, before: null, limit: 5 };
    expect(readLogPage({ ...query, level: 'trace', text: '', stream: null })).toBeNull();
  },
);

test('a cursor that names another file reads no other than the listed ones', () => {
  write(OUT, line(1, 'one'));
  writeFileSync(join(dir, 'secret'), 'secret\n');
  const row = ['a/bot_stdout.log', 'secret', 1, 0];
  const after = Buffer.from(JSON.stringify([row])).toString('base64url');
  expect(texts(read({ after })).join()).not.toContain('secret');
});
