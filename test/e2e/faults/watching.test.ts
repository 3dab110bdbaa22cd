/** Watching the fleet: the table that is drawn again, and completion in the shells themselves. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FleetHome } from '../../fixtures/fleet-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { ROOT } from '../../source-tree.ts';

const ESCAPE = '\u001b';
const GRIDD = join(ROOT, 'bin', 'gridd.js');
let home: FleetHome;
const children: ChildProcess[] = [];

beforeAll(() => {
  home = new FleetHome();
  home.write('one_01');
  home.write('two_02');
  symlinkSync(GRIDD, home.path('gridd'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await home.dispose();
});

function environment(more: Record<string, string> = {}): Record<string, string> {
  const path = `${home.folder}:${process.env['PATH'] ?? ''}`;
  return { PATH: path, HOME: home.folder, GRIDD_HOME: home.folder, LANG: 'C.UTF-8', ...more };
}

function follow(program: string, words: readonly string[], env: Record<string, string>) {
  const child = spawn(program, words, { cwd: home.folder, env, stdio: 'pipe' });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const end = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, end, said: () => text };
}

const count = (text: string, part: string) => text.split(part).length - 1;

describe('gridd list --watch', () => {
  const words = ['list', '--watch', '--interval', '0.2'];

  test('prints on a pipe until Ctrl-C, which ends it with 0', async () => {
    const { child, end, said } = follow(process.execPath, [GRIDD, ...words], environment());
    await waitFor('two pictures', () => count(said(), '0 instances') >= 2);
    child.kill('SIGINT');
    expect(await end).toBe(0);
    expect(said()).not.toContain(ESCAPE);
    expect(said()).toMatch(/free: memory [\d.]+ of [\d.]+ GiB, disk [\d.]+ of [\d.]+ GiB/);
  });

  test('ends quietly when nobody reads any more', () => {
    const line = `'${GRIDD}' ${words.join(' ')} | head -n 3`;
    const { status, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', line], {
      cwd: home.folder,
      env: environment(),
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  const script = spawnSync('script', ['--version']).status === 0;
  test.skipIf(!script)('draws in place on a terminal (skipped without util-linux script)', async () => {
    const line = `stty rows 12 cols 90; exec '${process.execPath}' '${GRIDD}' ${words.join(' ')}`;
    const env = environment({ TERM: 'xterm', SHELL: '/bin/sh' });
    const { child, end, said } = follow('script', ['-qec', line, '/dev/null'], env);
    await waitFor('three pictures', () => count(said(), `${ESCAPE}[H`) >= 3);
    child.stdin.write('\u0003');
    expect(await end).toBe(0);
    for (const picture of said().split(`${ESCAPE}[H`).slice(1)) {
      expect(picture.split('\n').length).toBeLessThanOrEqual(13);
    }
  });
});

describe('completion in', () => {
  function shell(program: string, words: readonly string[], script: string): string[] {
    const env = environment({ TERM: 'dumb' });
    const options = { cwd: home.folder, env, encoding: 'utf8', input: '' } as const;
    const { status, stdout, stderr } = spawnSync(program, [...words, '-c', script], options);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout.trimEnd().split('\n').sort();
  }

  const has = (program: string) => spawnSync(program, ['--version']).status === 0;

  const CONFIGS = ['config/active/one_01.json', 'config/active/two_02.json'];

  test.skipIf(!has('bash'))('bash', () => {
    const asked = (...line: string[]) =>
      shell(
        'bash',
        ['--norc'],
        `source <(gridd completion bash) && complete -p gridd >/dev/null &&
         COMP_WORDS=(${line.join(' ')}) COMP_CWORD=${line.length - 1} &&
         { _gridd gridd ${line.at(-1) ?? ''} x; printf '%s\\n' "\${COMPREPLY[@]}"; }`,
      );
    expect(asked('gridd', 'res')).toEqual(['restart', 'restore', 'resume']);
    expect(asked('gridd', 'stop', "''")).toEqual(['one_01', 'two_02']);
    expect(asked('gridd', 'start', '--config', '=', 'config/a')).toEqual(
      ['config/active', ...CONFIGS].sort(),
    );
    expect(asked('gridd', '--home', 'conf')).toEqual(['config']);
  });

  test.skipIf(!has('zsh'))('zsh (skipped where it is not installed)', () => {
    // Its completion system needs a terminal; what it is handed is what counts.
    const asked = (...line: string[]) =>
      shell(
        'zsh',
        ['-f'],
        `compdef() { :; }; _files() { print -r -- files "$@"; }
         _describe() { print -rl -- "\${(@P)2}"; }
         source <(gridd completion zsh)
         words=(${line.join(' ')}); CURRENT=${line.length}; _gridd`,
      );
    expect(asked('gridd', 'resu')).toEqual(['resume:go on after a pause or a trip']);
    expect(asked('gridd', 'stop', "''")).toEqual([
      'one_01:not started yet',
      'two_02:not started yet',
    ]);
    expect(asked('gridd', 'start', '-c', "''")).toEqual([
      ...CONFIGS.map((file) => `${file}:config`),
      'files',
    ]);
    expect(asked('gridd', '--home', "''")).toEqual(['files -/']);
  });

  test.skipIf(!has('fish'))('fish (skipped where it is not installed)', () => {
    const asked = (line: string) =>
      shell('fish', ['--no-config'], `gridd completion fish | source; complete -C '${line}'`);
    expect(asked('gridd resu')).toEqual(['resume\tgo on after a pause or a trip']);
    expect(asked('gridd stop ')).toEqual(['one_01\tnot started yet', 'two_02\tnot started yet']);
    const configs = asked('gridd start -c config/active/').map((text) => text.split('\t')[0]);
    expect(configs).toEqual(expect.arrayContaining(CONFIGS));
  });
});
