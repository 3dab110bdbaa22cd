/** The mark of restored books: how far they knew, and which numbers are used up all the same. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { markRestored, openBooks } from '../../src/store/index.ts';
import type { Books } from '../../src/store/index.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gridd-restored-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What `ask` finds in the books of `file`, which are closed afterwards. */
function inBooks<T>(file: string, mode: 'live' | 'paper', ask: (books: Books) => T): T {
  const binding = { instance_id: 'a', venue: 'backpack', mode, account: 'one' } as const;
  const books = openBooks(file, { ...binding, symbol: 'SOL_USDC_PERP', direction: 'long' }, 'NORMAL');
  try {
    return ask(books);
  } finally {
    books.close();
  }
}

test('books restored again without a start between keep the numbers that the first ones used', () => {
  const folder = temporaryFolder();
  const [home, backup] = [join(folder, 'a.db'), join(folder, 'backup.db')];
  inBooks(home, 'live', (books) => books.reserveIds(300));
  copyFileSync(home, backup);
  inBooks(home, 'live', (books) => books.reserveIds(900));
  for (const name of ['first', 'second']) {
    const ready = join(folder, name);
    copyFileSync(backup, ready);
    markRestored(ready, home);
    expect(inBooks(ready, 'live', (books) => books.restored())).toMatchObject({ reserved: 900 });
    copyFileSync(ready, home);
  }
});

test('paper books are restored as they were', () => {
  const file = join(temporaryFolder(), 'a.db');
  inBooks(file, 'paper', (books) => books.reserveIds(300));
  markRestored(file, file);
  expect(inBooks(file, 'paper', (books) => books.restored())).toBeNull();
});
