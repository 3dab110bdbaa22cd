/** The picture of `gridd list --watch`: exact sums, nothing wider or longer than the screen. */
import { describe, expect, test } from 'vitest';
import { cutTo, redrawn, summaryLines } from '../../src/cli/watch-frame.ts';
import { intervalSeconds } from '../../src/cli/watch.ts';
import type { ListRow } from '../../src/contract/fleet-api.ts';
import { configOf, gridd, makeHome, recordOf, registryOf } from './cli-harness.ts';

const GIB = 1024 ** 3;
const ROOM = {
  memory: { free: 1.25 * GIB, total: 8 * GIB },
  disk: { free: 10 * GIB, total: 80 * GIB },
};

function row(more: Partial<ListRow>): ListRow {
  return {
    ...{ id: 'a', state: 'running', desired: 'running', grid_state: null, pid: null },
    ...{ web_port: null, venue: null, mode: 'paper', symbol: null, position: null },
    ...{ grid_profit: null, total_pnl: null, restarts: 0, cpu_percent: null, memory_mb: null },
    ...{ uptime_s: null, started_at: null, config_file: '', log_dir: '', last_error: null },
    ...more,
  };
}

describe('the sums', () => {
  test('are exact, and paper is not added to money', () => {
    const rows = [
      row({ grid_profit: '0.1', total_pnl: '1000000000000000.01', restarts: 2 }),
      row({ grid_profit: '1.2', total_pnl: '0.02', state: 'failed', restarts: 1 }),
      row({ grid_profit: '100', total_pnl: '-5.5', mode: 'live' }),
    ];
    expect(summaryLines(rows, ROOM)).toEqual([
      '3 instances: 2 running, 1 failed; restarts 3',
      'live: grid profit 100.00, total -5.50',
      'paper: grid profit 1.30, total 1000000000000000.03',
      'free: memory 1.3 of 8.0 GiB, disk 10.0 of 80.0 GiB',
    ]);
  });

  test('say what they do not know', () => {
    const lines = summaryLines([row({ grid_profit: '2', total_pnl: '2' }), row({})], ROOM);
    expect(lines[1]).toBe('paper: grid profit 2.00 (1 not known), total 2.00 (1 not known)');
    const counted = (per_minute: number, left: number) =>
      row({ venue_requests: { per_minute, left } });
    expect(summaryLines([counted(600, 150), counted(300, 20), row({})], ROOM)).toContain(
      'venue requests: 900 a minute for 2 bots, 170 left now',
    );
    expect(summaryLines([], ROOM)[0]).toBe('0 instances; restarts 0');
    expect(summaryLines([row({})], ROOM)[0]).toBe('1 instance: 1 running; restarts 0');
  });
});

test('a picture stays on the screen and says what does not', () => {
  const text = Array.from({ length: 10 }, (_, at) => `line ${at}`).join('\n');
  const drawn = redrawn(text, { rows: 6, columns: 4 });
  const lines = drawn.replace('\u001b[H', '').replaceAll('\u001b[K', '').split('\n');
  expect(lines).toEqual(['line', 'line', 'line', 'line', '... ', '\u001b[J']);
  expect(redrawn(text, { rows: 6, columns: 80 })).toContain('... 6 lines more');
  expect(redrawn(text, { rows: 11, columns: 80 })).not.toContain('more');
});

test('a line is cut by what is seen of it; its colours end', () => {
  expect(cutTo('\u001b[32mrunning\u001b[39m!', 3)).toBe('\u001b[32mrun\u001b[39m');
  expect(cutTo('a\u{1F600}b', 2)).toBe('a\u{1F600}');
});

test.each([
  ['2', 2],
  ['0.5', 0.5],
  ['3600', 3600],
])('an interval of %s is %d s', (text, seconds) => {
  expect(intervalSeconds(text)).toBe(seconds);
});

test.each(['0', '0.1', '3601', 'soon', '-1', '1e3', ''])('an interval of "%s" is refused', (text) => {
  expect(() => intervalSeconds(text)).toThrow(/--interval takes 0.2 to 3600 seconds/);
});

describe('watching', () => {
  const files = {
    'config/active/a.json': configOf('a', 5001),
    'logs/instances.json': registryOf({ a: recordOf('a') }),
  };

  /** Runs the watch until it has drawn twice. */
  async function twice(screen: object, words: readonly string[] = []) {
    let interrupt = () => {};
    let said = '';
    let pictures = 0;
    const terminal = {
      ...screen,
      out: (text: string) => void (said += text),
      draw: (picture: string) => {
        said += picture;
        if (!picture.includes('1 instance: 1 stopped')) return;
        pictures += 1;
        if (pictures === 2) interrupt();
      },
      onInterrupt: (fn: () => void) => {
        interrupt = fn;
        return () => undefined;
      },
    };
    const args = ['list', '--watch', '--interval', '0.2', ...words];
    const { exit, err } = await gridd(makeHome(files), args, { terminal });
    return { exit, err, said };
  }

  test('on a pipe prints picture after picture without a control code', async () => {
    const { exit, err, said } = await twice({});
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(said.match(/^a {3}stopped /gm)).toHaveLength(2);
    expect(said).toContain('no supervisor runs');
    expect(said).not.toContain('\u001b');
  });

  test('on a terminal draws over the last picture', async () => {
    const { exit, said } = await twice({ redraws: true, rows: 10, columns: 100 }, ['--wide']);
    expect(exit).toBe(0);
    expect(said.split('\u001b[H')).toHaveLength(3);
    expect(said.startsWith('\n'.repeat(10))).toBe(true);
    for (const picture of said.split('\u001b[H').slice(1)) {
      expect(picture.split('\n').length).toBeLessThanOrEqual(10);
    }
  });

  test.each([
    [['--watch', '--json'], '--watch and --json exclude each other'],
    [['--interval', '3'], '--interval goes with --watch'],
    [['--watch', '--interval', 'x'], '--interval takes'],
  ])('%j is refused', async (words, sentence) => {
    const { exit, err } = await gridd(makeHome(), ['list', ...words]);
    expect(exit).toBe(2);
    expect(err).toContain('USAGE');
    expect(err).toContain(sentence);
  });
});
