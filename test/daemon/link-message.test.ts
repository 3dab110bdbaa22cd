/** Bytes of the bot link become the same messages however they are cut; broken ones never do. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineCutter, MAX_LINE_BYTES, parseBotLine } from '../../src/daemon/link-message.ts';

test('lines survive any cutting', () => {
  const line = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\n'));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 7 })), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const cutter = new LineCutter();
      const found: string[] = [];
      let at = 0;
      for (let turn = 0; at < bytes.length; turn += 1) {
        const length = cuts.length === 0 ? bytes.length : (cuts[turn % cuts.length] ?? 1);
        found.push(...(cutter.push(bytes.subarray(at, at + length)) ?? []));
        at += length;
      }
      expect(found).toEqual(lines.map((text) => Buffer.from(text).toString()));
    }),
  );
});

test('a line without end is not kept for ever', () => {
  const cutter = new LineCutter();
  const chunk = Buffer.alloc(MAX_LINE_BYTES / 4, 120);
  expect([1, 2, 3, 4].map(() => cutter.push(chunk))).toEqual([[], [], [], []]);
  expect(cutter.push(chunk)).toBeNull();
});

test('messages are checked; types of a newer protocol are told apart from broken ones', () => {
  const hello = {
    type: 'hello',
    protocol: 1,
    home: '/h',
    id: 'a',
    generation: 1,
    pid: 5,
    start_time: '1',
    boot_id: 'b',
  };
  expect(parseBotLine(JSON.stringify(hello))).toEqual(hello);
  expect(parseBotLine(JSON.stringify({ ...hello, pid: '5' }))).toBeNull();
  const ready = { type: 'ready', web_port: null };
  expect(parseBotLine(JSON.stringify(ready))).toEqual(ready);
  expect(parseBotLine('{"type":"ready","web_port":70000}')).toBeNull();
  expect(parseBotLine('{"type":"failed","error":{}}')).toBeNull();
  const budget = { type: 'budget', venue: 'v', key: 'k', share: null, used: 0.5, short: false };
  expect(parseBotLine(JSON.stringify(budget))).toEqual(budget);
  for (const odd of [{ share: 1.5 }, { used: -1 }, { used: null }, { short: 1 }, { key: 3 }]) {
    expect(parseBotLine(JSON.stringify({ ...budget, ...odd }))).toBeNull();
  }
  const beat = { type: 'beat', turn_age_ms: 1, web_port: null, status: null };
  const waits = { waits_for: 'VENUE_RATE: held', waits_code: 'VENUE_RATE' };
  for (const good of [{}, waits, { waits_for: 'of an older bot' }]) {
    expect(parseBotLine(JSON.stringify({ ...beat, ...good }))).toEqual({ ...beat, ...good });
  }
  for (const odd of [{ waits_for: 7 }, { ...waits, waits_code: null }]) {
    expect(parseBotLine(JSON.stringify({ ...beat, ...odd }))).toBeNull();
  }
  expect(parseBotLine('{"type":"dance"}')).toBe('unknown');
  for (const broken of ['', 'null', '[]', '{', '{"type":1}', '{"type":"toString"}', '7']) {
    expect(['unknown', null]).toContain(parseBotLine(broken));
  }
});

test('wishes and notes of a page are taken in their shape only', () => {
  const wish = { type: 'wish', wish_id: 1, verb: 'stop', on_stop: {} };
  expect(parseBotLine(JSON.stringify(wish))).toEqual(wish);
  for (const odd of [{ wish_id: -1 }, { verb: 'start' }, { on_stop: null }]) {
    expect(parseBotLine(JSON.stringify({ ...wish, ...odd }))).toBeNull();
  }
  const panic = { type: 'wish', wish_id: 1, verb: 'panic' };
  expect(parseBotLine(JSON.stringify(panic))).toEqual(panic);
  const judge = { type: 'judge', judge_id: 1, request: { grid_num: 9 } };
  expect(parseBotLine(JSON.stringify(judge))).toEqual(judge);
  for (const odd of [{ judge_id: 'a' }, { request: [] }, { request: undefined }]) {
    expect(parseBotLine(JSON.stringify({ ...judge, ...odd }))).toBeNull();
  }
  const texts = { verb: 'pause', what: '{}', outcome: 'ok', message: '', who: 'token' };
  const note = { at_ms: 1, instance: 'a', ...texts, from: 'page ::1', mark: 'a/1', before: null };
  const audit = { type: 'audit', note };
  expect(parseBotLine(JSON.stringify(audit))).toEqual(audit);
  for (const odd of [{ at_ms: 'now' }, { mark: null }, { who: 7 }, { before: {} }]) {
    expect(parseBotLine(JSON.stringify({ ...audit, note: { ...note, ...odd } }))).toBeNull();
  }
});
