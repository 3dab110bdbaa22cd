/** Logs under a flood, without a supervisor, and with their files taken away. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { localDate } from '../../../src/platform/clock.ts';
import { logBytes } from '../../../src/platform/log-retention.ts';
import { SupervisedHome } from '../../fixtures/supervised-home.ts';
import { ROOT } from '../../source-tree.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const MIB = 1_048_576;
const LINE = 100;
const SOAK = process.env['GRIDD_SOAK'] === '1';
/** MiB in all, MiB a second, log_max_mb. */
const FLOOD = SOAK ? { total: 1024, rate: 100, most: 64 } : { total: 64, rate: 16, most: 8 };
/** Looks, 20 ms apart, within which a collection comes. */
const LAST_LOOKS = 40;
/** Noticed within 5 s is promised. */
const NOTICED_MS = 25_000;

const homes: SupervisedHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

function makeHome(): SupervisedHome {
  const home = new SupervisedHome();
  homes.push(home);
  return home;
}

/** An external program as an instance. */
function writeProgram(home: SupervisedHome, id: string, daemon: object): void {
  home.write(id, {
    python_path: process.execPath,
    script_path: join(ROOT, 'test', 'fixtures', 'flood-program.mjs'),
    ...daemon,
  });
}

function residentMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

/** What is left of a raw file: its content behind the hole. */
function content(file: string): string {
  const { size, blocks } = statSync(file);
  const text = Buffer.alloc(Math.min(size, blocks * 512));
  const fd = openSync(file, 'r');
  readSync(fd, text, 0, text.length, size - text.length);
  closeSync(fd);
  return text.toString('utf8').replace(/^\0+/, '');
}

test('a flood: disk in bounds, no line lost or torn, over the death of a supervisor', async () => {
  const home = makeHome();
  const { total, rate, most } = FLOOD;
  writeProgram(home, 'fl_01', {
    log_max_mb: most,
    environment: { FLOOD_MB: String(total), FLOOD_RATE: String(rate) },
  });
  const first = await home.supervise();
  await home.start('fl_01');
  const file = home.path('logs', 'fl_01', 'raw_stdout.log');
  const lines = Math.floor((total * MIB) / LINE);
  const disk = () => logBytes(home.path('logs', 'fl_01'));
  let mostBytes = 0;
  const resident: number[] = [];
  // From its first hole on: what it loads and compiles for that is no growth. What it gives back a
  // moment later is none either, but bounded all the same.
  await waitFor('its first hole', () => statSync(file).blocks * 512 < statSync(file).size);
  const before = residentMb(first.pid ?? 0);
  await waitFor(
    'half of it',
    () => {
      mostBytes = Math.max(mostBytes, disk());
      resident.push(residentMb(first.pid ?? 0));
      return statSync(file).size > (lines * LINE) / 2;
    },
    60_000,
  );
  // What stays: between two collections it holds more, and that is bounded, too.
  const grown = Math.min(...resident.slice(-LAST_LOOKS)) - before;
  const mostMb = Math.max(...resident);
  first.kill('SIGKILL');
  const { size } = statSync(file);
  await waitFor('more output without a supervisor', () => statSync(file).size > size);
  await home.supervise();
  await waitFor('its first look', () => disk() < (most + rate) * MIB, 5000);
  await waitFor(
    'the end of the flood',
    () => {
      mostBytes = Math.max(mostBytes, disk());
      return statSync(file).size === lines * LINE;
    },
    120_000,
  );
  console.log(
    `flood of ${total} MiB at ${rate} MiB/s: ${Math.round(mostBytes / MIB)} MiB on disk at most,`,
    `log_max_mb ${most}, supervisor ${before.toFixed(1)} MiB + ${grown.toFixed(1)}, at most ${mostMb.toFixed(1)}`,
  );
  // What is written between two looks, and once more for a look that comes late.
  expect(mostBytes).toBeLessThan((most + 2 * rate) * MIB);
  expect(grown).toBeLessThan(20);
  expect(mostMb).toBeLessThan(120);
  await waitFor('the bound', () => disk() <= most * MIB, 5000);
  const kept = content(file).trimEnd().split('\n');
  const from = lines - kept.length;
  expect(kept.length * LINE).toBeGreaterThan((most * MIB) / 9);
  expect(kept.findIndex((line, n) => line !== String(from + n).padStart(LINE - 1, '.'))).toBe(-1);
});

test('log files taken away are made anew, by the supervisor, and by a bot without one', async () => {
  const home = makeHome();
  home.write('bo_01', { log_max_mb: 2 });
  writeProgram(home, 'pr_01', { environment: { FLOOD_MB: '4', FLOOD_RATE: '0.05' } });
  const supervisor = await home.supervise();
  await home.start('bo_01', 'pr_01');
  const dated = (id: string, name: string) => home.path('logs', id, localDate(Date.now()), name);
  const raw = (id: string, name: string) => home.path('logs', id, `raw_${name}.log`);
  for (const id of ['bo_01', 'pr_01']) rmSync(home.path('logs', id), { recursive: true });
  const anew = [
    ...['daemon.log', 'bot_stdout.log', 'bot_stderr.log'].map((name) => dated('bo_01', name)),
    ...[dated('pr_01', 'daemon.log'), raw('pr_01', 'stdout'), raw('pr_01', 'stderr')],
    ...[raw('bo_01', 'stdout'), raw('bo_01', 'stderr'), dated('pr_01', 'bot_stdout.log')],
    home.path('logs', 'bo_01', 'bot.json'),
  ];
  await waitFor('every file', () => anew.every((file) => existsSync(file)), NOTICED_MS);
  const { size } = statSync(raw('pr_01', 'stdout'));
  await waitFor('what it prints', () => statSync(raw('pr_01', 'stdout')).size > size, NOTICED_MS);
  const numbers = content(raw('pr_01', 'stdout')).trimEnd().split('\n').map((line) => line.length);
  expect(new Set(numbers)).toEqual(new Set([LINE - 1]));

  supervisor.kill('SIGKILL');
  rmSync(home.path('logs', 'bo_01'), { recursive: true });
  const own = [dated('bo_01', 'bot_stdout.log'), raw('bo_01', 'stdout')];
  await waitFor('its own files', () => own.every((file) => existsSync(file)), NOTICED_MS);
  const line = `${'x'.repeat(LINE - 1)}\n`;
  appendFileSync(raw('bo_01', 'stdout'), line.repeat((2 * MIB) / LINE));
  await waitFor('its own bound', () => logBytes(home.path('logs', 'bo_01')) < MIB / 2, NOTICED_MS);
  expect(content(raw('bo_01', 'stdout')).startsWith(line)).toBe(true);
});
