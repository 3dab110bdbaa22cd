/** The terminal as the user has it: keys pressed at a question, and refusals of the machine. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findingText } from '../../src/cli/doctor/finding-text.ts';
import { exitOfThrown, thrownText } from '../../src/cli/failure.ts';
import { csvText } from '../../src/cli/verbs/receipts.ts';
import type { Home } from '../../src/platform/paths.ts';
import { escapeUnseen } from '../../src/platform/terminal.ts';
import { openBooks, readBooks } from '../../src/store/index.ts';
import { ROOT } from '../source-tree.ts';
import { SAMPLE_RECEIPT } from '../web/sample-service.ts';
import { gridd, makeHome, recordOf, registryOf } from './cli-harness.ts';

/** The CLI as a process on a terminal of its own; `key` is pressed once `question` stands there. */
async function atTerminal(home: Home, words: string[], question: string, key: string) {
  const run = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
  const gridd = [process.execPath, join(ROOT, 'bin', 'gridd.js'), ...words];
  const child = spawn('python3', ['-c', run, ...gridd], {
    env: { PATH: process.env['PATH'], GRIDD_HOME: home.folder, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const asked = said.includes(question);
    said += chunk.toString();
    if (!asked && said.includes(question)) child.stdin.write(key);
  });
  const [exit] = (await once(child, 'close')) as [number | null];
  return { exit, said };
}

it.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s at a question is a no, not a bug, and starts nothing', async (_name, key) => {
  const home = makeHome({ 'logs/instances.json': registryOf({ gone: recordOf('gone') }) });
  const { exit, said } = await atTerminal(home, ['panic', 'gone'], '[y/N]', key);
  expect(said).toContain('ANSWER_NEEDED: Nothing was done: the answer was not yes.');
  expect(said).toContain('`gridd panic gone --yes` does not ask.');
  expect(said).not.toMatch(/INTERNAL|\n {4}at /);
  expect(exit).toBe(2);
  expect(existsSync(home.endpoint)).toBe(false);
});

it('a terminal that does not know its size is 80 by 24, not nothing', async () => {
  const home = makeHome({ 'logs/instances.json': registryOf({ gone: recordOf('gone') }) });
  // A new pseudo-terminal is 0 by 0.
  const { said } = await atTerminal(home, ['list', '--watch'], 'gone', '\u0003');
  expect(said).toContain('gone');
});

it('too few files to load the program itself: the hint is not to build it anew', ({ skip }) => {
  const home = makeHome();
  const audit = `exec "${process.execPath}" "${join(ROOT, 'bin', 'gridd.js')}" --home "$1" audit`;
  const run = (most: number) => {
    const words = ['-c', `ulimit -n ${most}; ${audit}`, 'sh', home.folder];
    return spawnSync('sh', words, { encoding: 'utf8' });
  };
  // How many a Node needs for itself differs; the first that is too few here is the one meant.
  const failed = [36, 32, 28, 26, 24, 22, 20].map(run).find(({ status }) => status !== 0);
  expect(failed).toBeDefined();
  // Node 26 needs more for itself than the program does after it: then that speaks alone.
  skip(failed?.stderr.startsWith('node:internal') === true, 'Node itself has too few first');
  expect(failed?.stderr).toContain('(ulimit -n)');
  expect(failed?.stderr).not.toContain('npm ci');
});

it.each([
  ['ENOSPC', 'Free space on its disk'],
  ['EMFILE', 'ulimit -n'],
  ['EACCES', 'Make the home folder writable'],
  ['ELOOP', 'Make the home folder writable'],
])('what the machine refuses with %s is no bug, and the hint says what to do', (code, hint) => {
  const thrown = Object.assign(new Error(`${code}: refused`), { code });
  expect(thrownText(thrown)).toMatch(/^HOME_UNUSABLE: A file or folder cannot be used: /);
  expect(thrownText(thrown)).toContain(hint);
  expect(exitOfThrown(thrown)).toBe(2);
});

/** What stands in a text that would steer a terminal, colour what follows, or turn a line. */
const TRICK = 'SOL\u202eLOS\u2066\u0007\u001b[2J\u001b[H\u001b[J\u001b[31m\u009b1m\r\ufeff\u{e0041}';
const MOVES = String.raw`SOL\u202eLOS\u2066\u0007\u001b[2J\u001b[H\u001b[J\u001b[31m\u009b1m`;
const SHOWN = String.raw`${MOVES}\u000d\ufeff\udb40\udc41`;

it('what cannot be seen is shown as JSON would', () => {
  expect(escapeUnseen(TRICK)).toBe(SHOWN);
  expect(JSON.parse(escapeUnseen(JSON.stringify(TRICK)))).toBe(TRICK);
  const plain = '網格 क्‍ष ¥\t12\r\n';
  expect(escapeUnseen(plain)).toBe(plain);
});

it('a CSV leaves the process as it was written, its line ends too', () => {
  const home = makeHome({ 'logs/instances.json': registryOf({ a: recordOf('a') }) });
  const file = join(home.folder, 'database', 'a.db');
  const to = { instance_id: 'a', venue: 'paper', mode: 'paper', account: 'paper', symbol: 'S' };
  const books = openBooks(file, { ...to, direction: 'neutral' }, 'NORMAL');
  const receipt = { kind: 'stop', after_fill: 0, last_fill: 0, body: SAMPLE_RECEIPT } as const;
  books.commit({ at_ms: 1, state: '{}', intents: [], updates: [], notes: [], receipt });
  books.close();
  const words = ['--home', home.folder, 'receipts', 'a', '--csv'];
  const run = [join(ROOT, 'bin', 'gridd.js'), ...words];
  const { stdout } = spawnSync(process.execPath, run, { encoding: 'utf8' });
  const read = readBooks(file);
  expect(stdout).toBe(csvText(read?.receipts(9, 'stop') ?? []));
  expect(stdout.split('\r\n')).toHaveLength(3);
  read?.close();
});

const failed = {
  state: 'failed',
  state_reason: TRICK,
  last_error: { code: 'INTERNAL', message: TRICK, hint: TRICK },
};
const trickHome = () =>
  makeHome({
    'config/active/bad.json': { metadata: { symbol: TRICK } },
    'logs/instances.json': registryOf({ a: recordOf('a', failed) }),
    'logs/a/2026-01-02/daemon.log.1': { time: 1, level: 50, msg: TRICK, [TRICK]: TRICK },
  });

it.each([
  ['list', [], MOVES],
  ['list', ['--json'], MOVES],
  ['status', ['a'], MOVES],
  ['doctor', [], ''],
  ['logs', ['a'], String.raw`SOL\u202eLOS`],
  ['validate', [], ''],
  ['stop', [TRICK], MOVES],
])('%s %j: no config, error, log or argument steers the terminal', async (verb, words, shown) => {
  const { said } = await atTerminal(trickHome(), [verb, ...words], '\u0000', '');
  expect(said).toContain(shown);
  expect(steering(said)).toEqual([]);
});

it('a finding of the doctor shows a trick as text, within its own colour', () => {
  const terminal = { colours: true };
  const finding = { name: 'a', verdict: 'fail', found: TRICK, advice: TRICK } as const;
  const text = findingText({ terminal }, finding);
  expect(text).toContain(`  ${SHOWN}\n`);
  expect(steering(text)).toEqual([]);
});

it('a watched list shows a trick as text, cut to the width that it takes', async () => {
  const pictures: string[] = [];
  let interrupt = () => {};
  const terminal = {
    ...{ redraws: true, colours: true, columns: 40, rows: 20 },
    draw(picture: string) {
      pictures.push(picture);
      interrupt();
    },
    onInterrupt(fn: () => void) {
      interrupt = fn;
      return () => undefined;
    },
  };
  await gridd(trickHome(), ['list', '--watch'], { terminal });
  const line = pictures[0]?.split('\n').find((one) => one.startsWith('a failed: '));
  expect(line).toBe(`${`a failed: ${SHOWN}`.slice(0, 40)}\u001b[K`);
});

/** The marks of the trick that went through, and control codes that are not ours. */
function steering(said: string): string[] {
  const ours = new RegExp(String.raw`\u001b\[(?:1|2|22|31|32|33|36|39)m(?!\\u009b)`, 'g');
  const own = said.replace(ours, '');
  const marks = ['\u001b', '\u202e', '\u2066', '\u0007', '\u009b', '\ufeff', '\u{e0041}'];
  return marks.filter((mark) => own.includes(mark));
}
