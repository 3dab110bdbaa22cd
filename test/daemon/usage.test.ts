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

test('a file that was lost for a process that ended is closed, that of a living one is not', async () => {
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? 0;
  let now = 100 * SECOND;
  const sampler = new UsageSampler(() => now);
  const sampled = await sampler.sample(new Map([[pid, [pid]]]));
  expect(sampled.get(pid)).toMatchObject({ processes: 1 });
  const lost = openSync(`/proc/${pid}/stat`, 'r');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await sampler.sample(new Map([[pid, [pid]]]))).toEqual(new Map());

  // pidusage may still close it itself: not before it has let go for sure.
  const mine = openSync(`/proc/${process.pid}/stat`, 'r');
  for (const open of [true, true, false]) {
    now += 31 * SECOND;
    await sampler.sample(new Map([[process.pid, [process.pid]]]));
    expect(isOpen(lost)).toBe(open);
  }
  expect(isOpen(mine)).toBe(true);
  closeSync(mine);
});
