/** Hints and stamps of files: every kind of write shows, and nothing here ever throws. */
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileStamp, watchFolder } from '../../src/platform/folder-watch.ts';
import { waitFor } from '../fixtures/wait-for.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-watch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a stamp', () => {
  test('differs after a write in place and after a rename of equal text', () => {
    const file = join(folder, 'a.json');
    expect(fileStamp(file)).toBeNull();
    writeFileSync(file, 'one');
    const first = fileStamp(file);
    expect(fileStamp(file)).toBe(first);
    appendFileSync(file, ' more');
    const second = fileStamp(file);
    expect(second).not.toBe(first);
    writeFileSync(join(folder, 'b'), 'one more');
    renameSync(join(folder, 'b'), file);
    expect(fileStamp(file)).not.toBe(second);
  });

  test('is null for what cannot be seen', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(fileStamp(join(folder, 'file', 'inside'))).toBeNull();
  });
});

describe('hints', () => {
  test('come for a rename into the folder and end when told', async () => {
    let hints = 0;
    const lost: Error[] = [];
    const end = watchFolder(folder, () => (hints += 1), (error) => lost.push(error));
    const outside = `${folder}.tmp`;
    writeFileSync(outside, 'text');
    renameSync(outside, join(folder, 'a.json'));
    await waitFor('a hint', () => hints > 0);
    end();
    expect(lost).toEqual([]);
  });

  test('that cannot be had are told of, once', () => {
    const lost: Error[] = [];
    watchFolder(join(folder, 'absent'), () => undefined, (error) => lost.push(error))();
    expect(lost.map(({ message }) => message).join()).toContain('ENOENT');
  });
});
