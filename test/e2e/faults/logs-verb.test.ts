/** `gridd logs` as a process: it follows a restart, and a reader that goes away ends it quietly. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { FleetHome } from '../../fixtures/fleet-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { ROOT } from '../../source-tree.ts';

const GRIDD = join(ROOT, 'bin', 'gridd.js');
/** Nothing but the note that the files were read without a supervisor. */
const QUIET = /^no supervisor runs[^\n]*\n$/;

const homes: FleetHome[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const home of homes.splice(0)) await home.dispose();
});

function makeHome(): FleetHome {
  const home = new FleetHome();
  homes.push(home);
  return home;
}

/** Runs words of a shell in which `$gridd` is ours. */
function shell(home: FleetHome, words: string) {
  const gridd = `${process.execPath} ${GRIDD}`;
  const child = spawn('bash', ['-c', words], {
    env: { gridd, PATH: process.env['PATH'], HOME: home.folder, GRIDD_HOME: home.folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  return { child, said };
}

interface Line {
  readonly time: string;
  readonly msg: string;
  readonly pid?: number;
}

test('follows a restart in time order, one JSON object a line', async () => {
  const home = makeHome();
  home.write('lo_01');
  await home.ok(['start', 'lo_01']);
  const { said } = shell(home, 'exec $gridd logs lo_01 -f --json -n 1');
  await waitFor('its first line', () => said.out !== '');
  await home.ok(['restart', 'lo_01']);
  const { pid } = await home.row('lo_01');
  const lines = await waitFor('the new process', () => {
    const all = said.out.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Line);
    return all.some((line) => line.msg === 'the grid is ready' && line.pid === pid) && all;
  });
  const times = lines.map(({ time }) => time);
  expect(times).toEqual([...times].sort());
  expect(lines.some(({ msg }) => msg.startsWith('the bot ends'))).toBe(true);
  expect(said.err).toBe('');
});

test('a closed pipe ends it with 0 and without a word', async () => {
  const home = makeHome();
  const day = home.path('logs', 'lo_02', '2026-01-01');
  mkdirSync(day, { recursive: true });
  const line = (msg: string) =>
    `${JSON.stringify({ level: 'info', time: '2026-01-01T00:00:00.000Z', id: 'lo_02', msg })}\n`;
  const part = join(day, 'bot_stdout.log.1');
  writeFileSync(part, line('first') + line('x'.repeat(400)).repeat(20_000));
  const status = 'echo "${PIPESTATUS[0]}"';
  const whole = shell(home, `$gridd logs lo_02 --since 2026-01-01 | head -n 1; ${status}`);
  await waitFor('the end', () => whole.child.exitCode !== null);
  expect(whole.said.out).toMatch(/^lo_02 \S+ info {2}first\n0\n$/);
  expect(whole.said.err).toMatch(QUIET);

  const followed = shell(home, `$gridd logs lo_02 -f -n 1 | head -n 2; ${status}`);
  await waitFor('the first line', () => {
    appendFileSync(part, line('more'));
    return followed.child.exitCode !== null;
  });
  expect(followed.said.out).toMatch(/more\n0\n$/);
  expect(followed.said.err).toMatch(QUIET);
});
