import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogCursor, logSources } from '../../src/platform/log-reading/log-files.ts';
import { leadingTime, mergeLines, parseLogLine } from '../../src/platform/log-reading/log-lines.ts';
import type { LogLine, LogStream } from '../../src/platform/log-reading/log-lines.ts';
import { renderLogLine } from '../../src/cli/log-text.ts';
import { gridd, makeHome, recordOf, registryOf, temporaryFolder } from './cli-harness.ts';

function json(time: string, msg: string, more: object = {}): string {
  return `${JSON.stringify({ level: 'info', time, id: 'x', msg, ...more })}\n`;
}

/** A log folder with parts of two days, linked as the logger does it. */
function logFolder(): string {
  const folder = join(temporaryFolder(), 'logs', 'a');
  const files: Record<string, string> = {
    '2026-01-01/bot_stdout.log.1': json('2026-01-01T10:00:00.000Z', 'one'),
    '2026-01-01/bot_stdout.log.2': json('2026-01-01T23:00:00.000Z', 'three'),
    '2026-01-01/bot_stdout.log.10': json('2026-01-01T23:30:00.000Z', 'four'),
    '2026-01-01/daemon.log.1': json('2026-01-01T11:00:00.000Z', 'two'),
    '2026-01-02/bot_stdout.log.1': json('2026-01-02T00:00:01.000Z', 'five'),
    '2026-01-02/bot_stderr.log.1': json('2026-01-02T00:00:01.000Z', 'five', { level: 'warn' }),
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  symlinkSync('bot_stdout.log.10', join(folder, '2026-01-01', 'bot_stdout.log'));
  symlinkSync('bot_stdout.log.1', join(folder, '2026-01-02', 'bot_stdout.log'));
  return folder;
}

function messages(folder: string, count: number, stream?: LogStream): string[] {
  const cursors = logSources('a', folder, stream).map((source) => new LogCursor(source));
  const lines = mergeLines(cursors.map((cursor) => cursor.tail(count, false)));
  return lines.slice(-count).map(({ msg }) => msg);
}

describe('the end of a log', () => {
  it('is merged in time order over parts and days, each line once', () => {
    expect(messages(logFolder(), 100)).toEqual(['one', 'two', 'three', 'four', 'five']);
  });

  it('is cut to the count and to the stream', () => {
    const folder = logFolder();
    expect(messages(folder, 2)).toEqual(['four', 'five']);
    expect(messages(folder, 100, 'daemon')).toEqual(['two']);
    expect(messages(folder, 100, 'err')).toEqual(['five']);
  });

  it('shows raw output too, and skips the hole punched into its old part', () => {
    const folder = logFolder();
    const hole = '\0'.repeat(200_000);
    writeFileSync(join(folder, 'raw_stderr.log'), `old\n${hole}rest of a line\nlast words`);
    expect(messages(folder, 100, 'err')).toEqual(['five', 'rest of a line', 'last words']);
  });
});

describe('a followed log', () => {
  it('goes on in the next part and on the next day without loss or repetition', () => {
    const folder = logFolder();
    const [source] = logSources('a', folder, 'out');
    if (source === undefined) throw new Error('no source');
    const cursor = new LogCursor(source);
    expect(cursor.tail(1, true).map(({ msg }) => msg)).toEqual(['five']);
    expect(cursor.poll(0)).toEqual([]);
    const present = join(folder, '2026-01-02', 'bot_stdout.log.1');
    const whole = json('2026-01-02T00:00:02.000Z', 'six');
    appendFileSync(present, whole.slice(0, 20));
    expect(cursor.poll(0)).toEqual([]);
    appendFileSync(present, whole.slice(20) + json('2026-01-02T00:00:03.000Z', 'seven'));
    writeFileSync(`${present.slice(0, -1)}2`, json('2026-01-02T00:00:04.000Z', 'eight'));
    mkdirSync(join(folder, '2026-01-03'));
    const midnight = join(folder, '2026-01-03', 'bot_stdout.log.1');
    writeFileSync(midnight, json('2026-01-03T00:00:00.000Z', 'nine'));
    expect(cursor.poll(0).map(({ msg }) => msg)).toEqual(['six', 'seven', 'eight', 'nine']);
    rmSync(join(folder, '2026-01-02'), { recursive: true });
    appendFileSync(midnight, json('2026-01-03T00:00:01.000Z', 'ten'));
    expect(cursor.poll(0).map(({ msg }) => msg)).toEqual(['ten']);
    cursor.close();
  });

  it('reads the last words of a process and then the file of its successor', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'raw_stderr.log');
    const cursor = new LogCursor(lastOf(logSources('a', folder)));
    expect(cursor.tail(0, true)).toEqual([]);
    writeFileSync(file, 'first\n');
    expect(cursor.poll(1).map(({ msg }) => msg)).toEqual(['first']);
    appendFileSync(file, 'crash\n');
    renameSync(file, `${file}.gone`);
    writeFileSync(file, 'hello again\n');
    expect(cursor.poll(2).map(({ msg, at }) => [msg, at])).toEqual([
      ['crash', 2],
      ['hello again', 2],
    ]);
    cursor.close();
  });
});

function lastOf<T>(items: readonly T[]): T {
  const item = items.at(-1);
  if (item === undefined) throw new Error('nothing there');
  return item;
}

describe('log lines', () => {
  it('merge by time and never change the order within a file', () => {
    const files = fc.array(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(files, (given) => {
        const lists = given.map((times, file) =>
          times.map((at, index) => parseLogLine(String(file), 'out', `${index}`, at)),
        );
        const merged = mergeLines(lists);
        expect(merged).toHaveLength(lists.flat().length);
        lists.forEach((list, file) => {
          expect(merged.filter(({ id }) => id === String(file))).toEqual(list);
        });
        const sorted = given.every((times) => times.every((at, i) => at >= (times[i - 1] ?? 0)));
        if (sorted) {
          const times = merged.map(({ at }) => at);
          expect(times).toEqual([...times].sort((a, b) => a - b));
        }
      }),
    );
  });

  it('are shown with id, time, level, words and fields; raw ones as they are', () => {
    const look = { colours: false, idWidth: 4 };
    const text = json('2026-01-02T03:04:05.678Z', 'placed', { order: 7, why: 'a b' }).trim();
    expect(renderLogLine(parseLogLine('ab', 'out', text, 0), look)).toBe(
      'ab   2026-01-02T03:04:05.678Z info  placed order=7 why="a b"\n',
    );
    expect(renderLogLine(parseLogLine('ab', 'err', 'Error: \u001b[31mno', 0), look)).toBe(
      'ab   ~1970-01-01T00:00:00.000Z [err] Error: [31mno\n',
    );
    expect(parseLogLine('ab', 'out', '{"half', 9)).toMatchObject({ at: 9, msg: '{"half' });
    const foreign = parseLogLine('ab', 'out', '{"level":50,"time":1700000000000,"msg":"no"}', 0);
    expect(foreign).toMatchObject({ level: 'error', at: 1_700_000_000_000, approximate: false });
  });
});

describe('times of raw lines', () => {
  it('are read where a line begins with one', () => {
    const noon = new Date(2026, 0, 2, 12, 0, 0).getTime();
    expect(leadingTime('2026-01-02 12:00:00,123 - INFO - placed')).toBe(noon + 123);
    expect(leadingTime('[2026/01/02 12:00:00] placed')).toBe(noon);
    expect(leadingTime('2026-01-02T12:00:00.123456Z placed')).toBe(Date.UTC(2026, 0, 2, 12) + 123);
    expect(leadingTime('2026-01-02T12:00:00+02:00 x')).toBe(Date.UTC(2026, 0, 2, 10));
    for (const none of ['at 2026-01-02 12:00:00', '2026-13-45 12:00:00', '12:00:00 x', '']) {
      expect(leadingTime(none)).toBeNull();
    }
  });

  it('are those of the line before where they bear none, and marked', () => {
    const folder = temporaryFolder();
    const timed = (second: number) => `2026-01-02T00:00:0${second}Z failed`;
    const text = ['early', timed(3), 'Traceback:', '  line 7', timed(5), '  line 8', ''].join('\n');
    writeFileSync(join(folder, 'raw_stderr.log'), text);
    const between = json('2026-01-02T00:00:04.000Z', 'four');
    mkdirSync(join(folder, '2026-01-02'));
    writeFileSync(join(folder, '2026-01-02', 'bot_stdout.log.1'), between);
    const shown = (lists: readonly Iterable<LogLine>[]) =>
      mergeLines(lists).map(({ msg, approximate, at }) => {
        return `${approximate ? '~' : ''}${new Date(at).getUTCSeconds()} ${msg}`;
      });
    const expected = [
      ...['~3 early', '3 2026-01-02T00:00:03Z failed', '~3 Traceback:', '~3   line 7'],
      ...['4 four', '5 2026-01-02T00:00:05Z failed', '~5   line 8'],
    ];
    const cursors = () => logSources('a', folder).map((source) => new LogCursor(source));
    expect(shown(cursors().map((cursor) => cursor.tail(100, false)))).toEqual(expected);
    const followed = cursors();
    expect(shown(followed.map((cursor) => cursor.all(-Infinity, true)))).toEqual(expected);
    appendFileSync(join(folder, 'raw_stderr.log'), '  line 9\n');
    expect(shown(followed.map((cursor) => cursor.poll(0)))).toEqual(['~5   line 9']);
    // A last line that has not ended is shown where nothing will follow.
    appendFileSync(join(folder, 'raw_stderr.log'), 'half');
    const whole = mergeLines(cursors().map((cursor) => cursor.all(-Infinity, false)));
    expect(whole.at(-1)?.msg).toBe('half');
  });
});

describe('gridd logs', () => {
  const home = () =>
    makeHome({
      'logs/instances.json': registryOf({ a: recordOf('a'), b: recordOf('b') }),
      'logs/a/2026-01-01/bot_stdout.log.1': json('2026-01-01T00:00:02.000Z', 'two'),
      'logs/b/2026-01-01/daemon.log.1':
        json('2026-01-01T00:00:01.000Z', 'one') + json('2026-01-01T00:00:03.000Z', 'three'),
    });

  it('merges instances, each line with its id', async () => {
    const { exit, out } = await gridd(home(), ['logs', '--all']);
    expect(exit).toBe(0);
    expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(['b', 'a', 'b', '']);
    const last = await gridd(home(), ['logs', 'a', 'b', '-n', '1']);
    expect(last.out).toMatch(/^b 2026-01-01T00:00:03.000Z info {2}three\n$/);
  });

  it('is one JSON array with --json', async () => {
    const { out } = await gridd(home(), ['logs', '--all', '--json', '--stream', 'daemon']);
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({ id: 'b', stream: 'daemon', msg: 'one' }),
      expect.objectContaining({ id: 'b', stream: 'daemon', msg: 'three' }),
    ]);
  });

  it('refuses what it cannot show', async () => {
    expect(await gridd(home(), ['logs', 'nobody'])).toMatchObject({ exit: 3, out: '' });
    expect(await gridd(home(), ['logs', 'a', '--stream', 'x'])).toMatchObject({ exit: 2 });
    expect(await gridd(home(), ['logs', 'a', '-n', 'many'])).toMatchObject({ exit: 2 });
    expect(await gridd(home(), ['logs', 'a', '--level', 'loud'])).toMatchObject({ exit: 2 });
    expect(await gridd(home(), ['logs', 'a', '--since', '10x'])).toMatchObject({ exit: 2 });
    expect(await gridd(home(), ['logs', 'a', '--since', '1'])).toMatchObject({ exit: 2 });
    const bad = await gridd(home(), ['logs', 'a', '--grep', '(']);
    expect(bad).toMatchObject({ exit: 2, out: '' });
    expect(bad.err).toMatch(/USAGE.*regular expression/s);
  });

  it('shows a lone last word without time or newline with the time of its file', async () => {
    const files = {
      'logs/instances.json': registryOf({ a: recordOf('a') }),
      'logs/a/raw_stderr.log': 'killed',
    };
    for (const words of [['--grep', 'kill'], ['--since', '1h', '--grep', 'kill']]) {
      const { exit, out } = await gridd(makeHome(files), ['logs', 'a', ...words]);
      expect(exit).toBe(0);
      const [, time = ''] = /^a ~(\S+) \[err\] killed\n$/.exec(out) ?? [];
      expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000);
    }
  });

  it('leaves out what is too old, too harmless or does not match', async () => {
    const text = [
      json('2026-01-01T00:00:01.000Z', 'one', { order: 7 }),
      json('2026-01-01T00:00:02.000Z', 'two', { level: 'warn' }),
      json('2026-01-01T00:00:03.000Z', 'three', { level: 'fatal' }),
      json('2026-01-01T00:00:04.000Z', 'four', { order: 77 }),
    ];
    const now = json(new Date().toISOString(), 'now');
    const files = {
      'logs/instances.json': registryOf({ a: recordOf('a') }),
      'logs/a/2026-01-01/bot_stdout.log.1': text.join('') + now,
      'logs/a/raw_stdout.log': '2026-01-01T00:00:02Z said\n',
      'logs/a/raw_stderr.log': '2026-01-01T00:00:05Z broke\n',
    };
    const shown = async (...words: string[]) => {
      const { out } = await gridd(makeHome(files), ['logs', 'a', '--json', ...words]);
      return (JSON.parse(out) as { msg: string }[]).map(({ msg }) => msg.replace(/.* /, ''));
    };
    expect(await shown('--level', 'warn')).toEqual(['two', 'three', 'broke']);
    expect(await shown('--level', 'error', '-n', '1')).toEqual(['broke']);
    expect(await shown('--since', '2026-01-01T00:00:03Z', '--level', 'INFO')).toEqual([
      ...['three', 'four', 'broke', 'now'],
    ]);
    expect(await shown('--since', '10m')).toEqual(['now']);
    expect(await shown('--since', '1.5h', '--grep', 'nothing')).toEqual([]);
    expect(await shown('--grep', 'order=7$')).toEqual(['one']);
    expect(await shown('--grep', '^\\S+ warn|said')).toEqual(['two', 'said']);
    expect(await shown('--grep', '.', '-n', '2')).toEqual(['broke', 'now']);
  });
});
