/**
 * What a restore would change: each file of a backup against the home as it is. Books that have
 * gone on since are found by what they hold, not by times of files. It changes nothing.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Home } from '../../platform/paths.ts';
import { booksExtent, copyDatabase, isClosed } from '../../store/index.ts';
import type { BooksExtent } from '../../store/index.ts';
import { fingerprint } from './manifest.ts';
import type { BackupFile, Manifest } from './manifest.ts';

/**
 * `new`: the home has none; `newer`: the home's books have gone on since the backup; `unknown`: the
 * home's database cannot be read.
 */
export type Difference = 'new' | 'same' | 'differs' | 'newer' | 'unknown';

export interface PlannedFile {
  readonly file: BackupFile;
  readonly difference: Difference;
  /** In a sentence, empty where the word says all. */
  readonly what: string;
}

/** Compares every file. */
export async function planRestore(home: Home, manifest: Manifest): Promise<PlannedFile[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'gridd-restore-'));
  try {
    const planned: PlannedFile[] = [];
    for (const file of manifest.files) planned.push(await compare(home, file, scratch));
    return planned;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function compare(home: Home, file: BackupFile, scratch: string): Promise<PlannedFile> {
  const present = join(home.folder, file.path);
  if (!existsSync(present)) return { file, difference: 'new', what: '' };
  if (file.kind !== 'database') {
    const same = fingerprint(present).sha256 === file.sha256;
    return { file, difference: same ? 'same' : 'differs', what: '' };
  }
  // Nobody has it open, and it is what was restored once: a copy of a copy is of other bytes.
  if (isClosed(present) && fingerprint(present).sha256 === file.sha256) {
    return { file, difference: 'same', what: '' };
  }
  const copy = join(scratch, 'copy.db');
  rmSync(copy, { force: true });
  try {
    await copyDatabase(present, copy);
    if (fingerprint(copy).sha256 === file.sha256) return { file, difference: 'same', what: '' };
    return { file, ...compareBooks(booksExtent(copy), file.books ?? null) };
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return { file, difference: 'unknown', what };
  }
}

/** PURE. How books of the home stand to those of the backup. */
export function compareBooks(
  home: BooksExtent | null,
  backup: BooksExtent | null,
): Pick<PlannedFile, 'difference' | 'what'> {
  if (home === null || backup === null) return { difference: 'differs', what: '' };
  const newer = home.fills > backup.fills || home.orders > backup.orders;
  const later = (home.at ?? '') > (backup.at ?? '');
  const what = `home ${textOf(home)}; backup ${textOf(backup)}`;
  return { difference: newer || later ? 'newer' : 'differs', what };
}

function textOf({ fills, orders, at }: BooksExtent): string {
  return `${fills} fills, ${orders} orders${at === null ? '' : `, until ${at}`}`;
}
