/** A pid is trusted only with its start time and boot; nothing else is ever signalled. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import {
  findMarked,
  groupMembers,
  identify,
  isAlive,
  ownIdentity,
  processMark,
  signalProcess,
} from '../../src/platform/process-identity.ts';
import { waitFor } from '../fixtures/wait-for.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) {
    if (child.pid !== undefined && child.exitCode === null) child.kill('SIGKILL');
  }
});

function sleeper(options: { detached?: boolean; mark?: string } = {}): ChildProcess {
  const env = { PATH: process.env['PATH'], GRIDD_MARK: options.mark ?? 'none' };
  const detached = options.detached ?? false;
  const child = spawn('sleep', ['60'], { stdio: 'ignore', env, detached });
  children.push(child);
  return child;
}

test('this process is alive under its identity and under no other', () => {
  const own = ownIdentity();
  expect(isAlive(own)).toBe(true);
  expect(isAlive({ ...own, start_time: '1' })).toBe(false);
  expect(isAlive({ ...own, boot_id: 'another-boot' })).toBe(false);
});

test('pids that can be nobody are nobody', () => {
  for (const pid of [0, -1, 1.5, 2 ** 40, Number.NaN]) expect(identify(pid)).toBeNull();
});

test('a process with a reused pid or of another boot is not signalled', async () => {
  const child = sleeper();
  const identity = identify(child.pid ?? 0);
  if (identity === null) throw new Error('the child lives');
  expect(signalProcess({ ...identity, start_time: '7' }, 'SIGKILL')).toBe(false);
  expect(signalProcess({ ...identity, boot_id: 'x' }, 'SIGKILL', 'group')).toBe(false);
  expect(isAlive(identity)).toBe(true);
  expect(signalProcess(identity, 'SIGKILL')).toBe(true);
  await once(child, 'exit');
  expect(isAlive(identity)).toBe(false);
  expect(signalProcess(identity, 'SIGKILL')).toBe(false);
});

test('pid 1 is never signalled, whatever a record says', () => {
  const init = identify(1);
  if (init !== null) expect(signalProcess(init, 'SIGCONT')).toBe(false);
});

test('a group is signalled only through the process that leads it', async () => {
  const leader = sleeper({ detached: true });
  const member = sleeper();
  const led = identify(leader.pid ?? 0);
  const other = identify(member.pid ?? 0);
  if (led === null || other === null) throw new Error('both live');
  expect(groupMembers(led.pid).map(({ pid }) => pid)).toEqual([led.pid]);
  // The member is in the test's own group: only itself may be hit.
  expect(signalProcess(other, 'SIGKILL', 'group')).toBe(true);
  await once(member, 'exit');
  expect(signalProcess(led, 'SIGKILL', 'group')).toBe(true);
  await once(leader, 'exit');
});

test('a marked process is found by its mark', async () => {
  const mark = `test:${process.pid}:1`;
  const child = sleeper({ mark });
  await waitFor('its program', () => processMark(child.pid ?? 0) === mark);
  expect(findMarked((each) => each === mark).map(({ pid }) => pid)).toEqual([child.pid]);
});
