/** The money verbs where they can be told without a bot: refusals, questions, the CSV. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderTable } from '../../src/cli/render.ts';
import { RECEIPT_COLUMNS, csvText } from '../../src/cli/verbs/receipts.ts';
import { openBooks } from '../../src/store/index.ts';
import { SAMPLE_RECEIPT, SAMPLE_STATUS } from '../web/sample-service.ts';
import { gridd, makeHome, recordOf, registryOf } from './cli-harness.ts';

const home = () => makeHome({ 'logs/instances.json': registryOf({ a: recordOf('a') }) });

describe('adjust', () => {
  test.each([
    [['adjust', 'a'], /^USAGE: An adjust needs one of --lower/],
    [['adjust', 'a', '--quantity', '1', '--investment', '9'], /^USAGE: --quantity and --invest/],
    [['adjust', 'a', '--investment', '-9'], /^USAGE: --investment takes a plain number above zero/],
  ])('%j is refused', async (words, told) => {
    const { exit, err } = await gridd(home(), words);
    expect({ exit, err }).toEqual({ exit: 2, err: expect.stringMatching(told) as string });
  });

  test('a size alone gets as far as the instance, which is not running', async () => {
    expect(await gridd(home(), ['adjust', 'a', '--quantity', '1'])).toMatchObject({ exit: 3 });
  });
});

describe('status', () => {
  test.each([
    [{ clock_offset_ms: 120, venue_requests: { per_minute: 600, left: 41 } }, 'behind', true],
    [{ clock_offset_ms: -3, venue_requests: { per_minute: 600, left: 0 } }, 'ahead of', true],
    [{ clock_offset_ms: null, venue_requests: null }, '', false],
  ])('%j: the clock against the venue, and what may still be asked', async (facts, side, told) => {
    const at = home();
    mkdirSync(join(at.folder, 'database'), { recursive: true });
    const binding = { instance_id: 'a', venue: 'v', mode: 'live', account: 'x', symbol: 'S' };
    const file = join(at.folder, 'database', 'a.db');
    const books = openBooks(file, { ...binding, direction: 'neutral' }, 'NORMAL');
    books.saveStatus({ ...SAMPLE_STATUS, ...facts });
    books.close();
    const { out } = await gridd(at, ['status', 'a'], { terminal: { columns: 200 } });
    const clock = `${Math.abs(facts.clock_offset_ms ?? 0)} ms ${side} the venue's`;
    expect(out).toMatch(/^open orders +\d/m);
    expect(new RegExp(`^clock +${clock}$`, 'm').test(out)).toBe(told);
    const left = `${facts.venue_requests?.left} left of 600 a minute`;
    expect(new RegExp(`^venue requests +${left}$`, 'm').test(out)).toBe(told);
  });
});

describe('panic', () => {
  test('asks on a terminal, and does nothing without a yes', async () => {
    const asked: string[] = [];
    const ask = (question: string) => {
      asked.push(question);
      return Promise.resolve('no');
    };
    const { exit, err } = await gridd(home(), ['panic', 'a'], {
      terminal: { interactive: true, ask },
    });
    expect(asked).toEqual([
      'Cancel all orders and close the position of a at market now? [y/N] ',
    ]);
    expect(exit).toBe(2);
    expect(err).toMatch(/^ANSWER_NEEDED: Nothing was done/);
  });

  test('knows no stranger, and has nothing to do in an empty home', async () => {
    expect(await gridd(home(), ['panic', 'b'])).toMatchObject({ exit: 3 });
    const empty = await gridd(makeHome(), ['panic', '--all', '--json']);
    expect(empty).toEqual({ exit: 0, out: '[]\n', err: '' });
  });
});

describe('receipts', () => {
  test('a series that does not exist, and two forms at once, are refused', async () => {
    expect(await gridd(home(), ['receipts', 'a', '--by', 'week'])).toMatchObject({ exit: 2 });
    expect(await gridd(home(), ['receipts', 'a', '--json', '--csv'])).toMatchObject({ exit: 2 });
  });

  test('80 columns break no word of why a receipt was written', () => {
    const reasons = ['stop_loss', 'take_profit', 'out_of_range', 'duration', 'safe mode', 'panic'];
    const rows = reasons.map((reason) => ({ ...SAMPLE_RECEIPT, reason }));
    const table = renderTable(rows, RECEIPT_COLUMNS, { width: 80, colours: false });
    for (const word of reasons.flatMap((reason) => reason.split(/[_ ]/))) {
      expect(table).toMatch(new RegExp(`(^| )${word}( |$)`, 'm'));
    }
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('the CSV quotes what would break it and leaves out what an old receipt lacks', () => {
    const { period: _none, ...old } = SAMPLE_RECEIPT;
    const rows = [{ ...SAMPLE_RECEIPT, reason: 'say "stop", now' }, old];
    const [names, first, second, end] = csvText(rows).split('\r\n');
    expect(names).toMatch(/^id,kind,reason,from,to,fills,.*,difference,.*,trade_ids$/);
    expect(first).toMatch(/^3,stop,"say ""stop"", now",2026-01-05T08:30:00.000Z,/);
    expect(first).toMatch(/,0\.2,-0\.0092,0\.1908,0,20,0,t1$/);
    expect(second).toMatch(/^3,stop,stop,,2026-01-05T12:30:00.000Z,,/);
    expect(end).toBe('');
  });
});
