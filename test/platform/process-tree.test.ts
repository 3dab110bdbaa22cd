/** Which processes belong to a root, with real ones. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { processMark, processStat } from '../../src/platform/process-identity.ts';
import { ProcessTrees } from '../../src/platform/process-tree.ts';
import { waitFor } from '../fixtures/wait-for.ts';

const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
});

/** A shell that leads a group, runs `script` and prints the pids it is asked to. */
async function shell(script: string, mark: string): Promise<{ root: ChildProcess; pid: number }> {
  const root = spawn('sh', ['-c', script], {
    detached: true,
    env: { PATH: process.env['PATH'], GRIDD_MARK: mark },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(root.pid ?? 0);
  const [line] = (await once(root.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  started.push(pid);
  return { root, pid };
}

const root = (child: ChildProcess, mark = 'none') => ({ pid: child.pid ?? 0, mark });

test('a child and a neighbour: each to its own, nobody else', async () => {
  const trees = new ProcessTrees();
  const one = await shell('sleep 60 & echo $!; wait', 'h:a:1');
  const two = await shell('sleep 60 & echo $!; wait', 'h:b:1');
  const found = trees.members([root(one.root), root(two.root)]);
  expect(found.get(one.root.pid ?? 0)).toEqual([one.root.pid, one.pid]);
  expect(found.get(two.root.pid ?? 0)).toEqual([two.root.pid, two.pid]);
  process.kill(one.pid, 'SIGKILL');
  await waitFor('its end', () => processStat(one.pid) === null);
  expect(trees.members([root(one.root)]).get(one.root.pid ?? 0)).toEqual([one.root.pid]);
});

test('an orphan in a session of its own is known by its mark, and only by it', async () => {
  const script = 'setsid sh -c "sleep 60 & echo \\$!"; sleep 60';
  const { root: leader, pid } = await shell(script, 'h:c:4');
  await waitFor('it to lose its parent', () => processStat(pid)?.parent !== leader.pid);
  expect(processStat(pid)?.group).not.toBe(leader.pid);
  // In the midst of its exec there is no environment to be read.
  await waitFor('its mark', () => processMark(pid) === 'h:c:4');
  const members = (mark: string) =>
    new ProcessTrees().members([root(leader, mark)]).get(leader.pid ?? 0);
  await waitFor('the shell between them to end', () => !members('h:c:5')?.includes(pid));
  expect(members('h:c:4')).toContain(pid);
});

test('a member stays one when its parent dies, without mark or group', async () => {
  const trees = new ProcessTrees();
  const script = 'env -u GRIDD_MARK setsid sh -c "sleep 60 & echo \\$!; sleep 60"; sleep 60';
  const { root: leader, pid } = await shell(script, 'h:d:1');
  const members = () => trees.members([root(leader, 'h:d:1')]).get(leader.pid ?? 0) ?? [];
  expect(members()).toContain(pid);
  const parent = processStat(pid)?.parent ?? 0;
  process.kill(parent, 'SIGKILL');
  await waitFor('another parent', () => (processStat(pid)?.parent ?? parent) !== parent);
  for (let look = 0; look < 25; look += 1) expect(members()).toContain(pid);
  expect(trees.members([])).toEqual(new Map());
});
