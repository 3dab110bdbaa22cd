/** What follows from an end that no supervisor saw. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BOT_EXIT } from '../../src/contract/errors.ts';
import { wasThere } from '../../src/daemon/bot-process.ts';
import { decideUnseenEnd } from '../../src/daemon/unseen-end.ts';
import { makeHome } from '../cli/cli-harness.ts';

const crash = { desired: 'running', code: null, external: false, auto_restart: true } as const;

test('a crash is a crash, whoever saw it', () => {
  expect(decideUnseenEnd(crash, true)).toBe('retry');
  expect(decideUnseenEnd({ ...crash, code: 1 }, true)).toBe('retry');
  expect(decideUnseenEnd({ ...crash, auto_restart: false }, true)).toBe('fail');
  expect(decideUnseenEnd({ ...crash, desired: 'stopped' }, true)).toBe('end');
});

test('what went down with the machine or was being restarted comes back uncounted', () => {
  expect(decideUnseenEnd(crash, false)).toBe('relaunch');
  expect(decideUnseenEnd({ ...crash, auto_restart: false }, false)).toBe('relaunch');
  expect(decideUnseenEnd({ ...crash, code: 0 }, false)).toBe('relaunch');
  expect(decideUnseenEnd({ ...crash, desired: 'stopped' }, false)).toBe('end');
});

test('what a bot said by its code holds, counted or not; of a program it is a crash', () => {
  for (const counts of [true, false]) {
    const of = (code: number) => decideUnseenEnd({ ...crash, code }, counts);
    expect(of(BOT_EXIT.done)).toBe('finish');
    expect(of(BOT_EXIT.configuration)).toBe('fail');
  }
  const program = { ...crash, external: true, code: BOT_EXIT.done };
  expect(decideUnseenEnd(program, true)).toBe('retry');
  expect(decideUnseenEnd(program, false)).toBe('relaunch');
});

test('a lock whose holder is not to be found is tried again, counted', () => {
  expect(decideUnseenEnd({ ...crash, code: BOT_EXIT.lock_held }, true)).toBe('retry');
});

test('a bot was there where it left its record or its exit, of this launch', () => {
  const was = (name: string, generation: number) => {
    const who = { id: 'a', home: '/h', pid: 7, start_time: '1', boot_id: 'b', web_port: null };
    const home = makeHome({ [`logs/a/${name}`]: { ...who, generation: 3, code: 0 } });
    return wasThere(join(home.folder, 'logs', 'a'), generation);
  };
  expect([was('exit.json', 3), was('bot.json', 3)]).toEqual([true, true]);
  expect([was('exit.json', 4), was('bot.json', 4), was('other.json', 3)]).not.toContain(true);
});
