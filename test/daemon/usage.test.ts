import { closeSync, fstatSync, openSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { UsageSampler } from '../../src/daemon/usage.ts';

const SECOND = 1000;

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}

/** A file left open for a process that was sampled once and has ended. */
async function losing() {
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? 0;
  const time = { monotonic: 100 * SECOND, now: Date.now() };
  const sampler = new UsageSampler({ monotonic: () => time.monotonic, now: () => time.now });
  const sampled = await sampler.sample(new Map([[pid, [pid]]]));
  expect(sampled.get(pid)).toMatchObject({ processes: 1 });
  const lost = openSync(`/proc/${pid}/stat`, 'r');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await sampler.sample(new Map([[pid, [pid]]]))).toEqual(new Map());
  const later = async () => {
    time.monotonic += 31 * SECOND;
    time.now += 31 * SECOND;
    await sampler.sample(new Map([[process.pid, [process.pid]]]));
  };
  return { lost, later, time };
}

test('a file that was lost for a process that ended is closed, that of a living one is not', async () => {
  const { lost, later } = await losing();
  // pidusage may still close it itself: not before it has let go for sure.
  const mine = openSync(`/proc/${process.pid}/stat`, 'r');
  for (const open of [true, true, false]) {
    await later();
    expect(isOpen(lost)).toBe(open);
  }
  expect(isOpen(mine)).toBe(true);
  closeSync(mine);
});

test('after a step back of the wall clock nothing is closed that pidusage may hold still', async () => {
  const { lost, later, time } = await losing();
  time.now -= 3600 * SECOND;
  for (let turn = 0; turn < 4; turn += 1) await later();
  expect(isOpen(lost)).toBe(true);
  time.now += 3600 * SECOND;
  await later();
  expect(isOpen(lost)).toBe(false);
});
