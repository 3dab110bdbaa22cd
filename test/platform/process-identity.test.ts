/** A pid is trusted only with its start time and boot; nothing else is ever signalled. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { ageAt, systemClock } from '../../src/platform/clock.ts';
import {
  findMarked,
  groupIsEmpty,
  groupMembers,
  identify,
  isAlive,
  ownIdentity,
  processMark,
  signalGroup,
  signalProcess,
} from '../../src/platform/process-identity.ts';
import { slowness } from '../fixtures/machine-pace.ts';
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
  expect(signalProcess({ ...identity, boot_id: 'x' }, 'SIGKILL')).toBe(false);
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

test('a group is signalled only while a living member of it is proved ours', async () => {
  // The shell leads a group, leaves a sleeper in it and ends: the number alone proves nothing.
  const mark = `test:${process.pid}:group`;
  const env = { PATH: process.env['PATH'], GRIDD_MARK: mark };
  const shell = spawn('sh', ['-c', 'sleep 60 & echo $!'], { env, detached: true });
  children.push(shell);
  const [printed] = (await once(shell.stdout, 'data')) as [Buffer];
  const sleeper = identify(Number(printed));
  const group = shell.pid ?? 0;
  await waitFor('the end of the shell', () => identify(group) === null);
  if (sleeper === null) throw new Error('the sleeper lives');
  expect(groupMembers(group)).toEqual([sleeper]);
  expect(groupIsEmpty(group)).toBe(false);
  expect(signalGroup(group, 'SIGKILL', () => false)).toBe(false);
  expect(isAlive(sleeper)).toBe(true);
  expect(signalGroup(group, 'SIGKILL', ({ pid }) => processMark(pid) === mark)).toBe(true);
  await waitFor('its end', () => groupIsEmpty(group));
  expect(isAlive(sleeper)).toBe(false);
  expect(signalGroup(group, 'SIGKILL', () => true)).toBe(false);
});

test('our own group and everybody are no groups to signal', () => {
  for (const group of [0, 1, -1, 1.5, Number.NaN]) {
    expect(signalGroup(group, 'SIGCONT', () => true)).toBe(false);
    expect(groupIsEmpty(group)).toBe(true);
  }
});

test('ages are told on the scale of kernel start times', async () => {
  const before = systemClock.sinceBoot();
  const child = sleeper();
  const after = systemClock.sinceBoot();
  const start = identify(child.pid ?? 0)?.start_time ?? '';
  // Start times are cut to hundredths of a second, and Node's clock begins a part of its own start
  // after that of its process.
  const slack = 40 * slowness();
  expect(Number(start) * 10).toBeGreaterThanOrEqual(before - slack);
  expect(Number(start) * 10).toBeLessThanOrEqual(after + slack);
  expect(ageAt(after + 1_000, start)).toBeGreaterThan(900);
  expect(ageAt(after, 'ended')).toBe(0);
});

test('a marked process is found by its mark', async () => {
  const mark = `test:${process.pid}:1`;
  const child = sleeper({ mark });
  await waitFor('its program', () => processMark(child.pid ?? 0) === mark);
  expect(findMarked((each) => each === mark).map(({ pid }) => pid)).toEqual([child.pid]);
});
