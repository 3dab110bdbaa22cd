/** What `npm run test:node` leaves in the folder for temporary files. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../source-tree.ts';

test('folders of runs that were killed go at the next start, those of others stay', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gridd-test-node-'));
  try {
    // This one has ended when it is back.
    const { pid: dead } = spawnSync(process.execPath, ['--version']);
    const left = join(folder, `gridd-node-${dead}-abcdef`);
    mkdirSync(join(left, 'tree'), { recursive: true });
    writeFileSync(join(left, 'tree', 'file'), '');
    const others = [`gridd-node-${process.pid}-abcdef`, 'gridd-node-old'];
    for (const name of others) mkdirSync(join(folder, name));
    // Without npm it comes no further than that.
    const ran = spawnSync(process.execPath, [join(ROOT, 'scripts', 'test-node.js'), '99'], {
      env: { PATH: '', TMPDIR: folder },
      encoding: 'utf8',
    });
    expect(ran.status).not.toBe(0);
    expect(ran.stdout).toContain(`removing ${left}, left by a run that was killed`);
    expect(readdirSync(folder).sort()).toEqual(others.sort());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
