/**
 * `gridd backup [DIR]` and `gridd restore DIR`: the books and configs of a home, copied and put
 * back.
 */
import { join, resolve } from 'node:path';
import { EXIT, GriddError } from '../../contract/errors.ts';
import { isoTime, systemClock } from '../../platform/clock.ts';
import { finishRestore, finishedSentence, unfinishedRestore } from '../../registry/index.ts';
import { takeBackup } from '../backup/take.ts';
import { readBackup } from '../backup/manifest.ts';
import type { Manifest } from '../backup/manifest.ts';
import { planRestore } from '../backup/restore-plan.ts';
import type { PlannedFile } from '../backup/restore-plan.ts';
import { applyRestore, lockHome, refuseWhileRunning } from '../backup/restore.ts';
import type { Context } from '../context.ts';
import { noteOwnDeed } from '../own-deeds.ts';
import { tellJson } from '../results.ts';

/** Backs the home up while it trades; exit 2 when a database had to be left out. */
export async function backup(
  context: Context,
  folder: string | undefined,
  options: { readonly withEnv?: boolean; readonly json?: boolean },
): Promise<number> {
  const { home, terminal, cwd } = context;
  const stamp = isoTime(systemClock.now()).replace(/[:.]/g, '-');
  const target =
    folder === undefined ? join(home.folder, 'backups', stamp) : resolve(cwd, folder);
  const manifest = await takeBackup(home, target, options.withEnv === true);
  const { files, left_out: left } = manifest;
  if (options.json === true) tellJson(context, { folder: target, ...manifest });
  else {
    const count = (kind: string) => files.filter((file) => file.kind === kind).length;
    const sums = `${count('database')} databases, ${count('config')} config files`;
    terminal.out(`${target}: ${sums}\n`);
    if (count('env') === 0) terminal.out('.env is not in it (--with-env): keep your keys apart.\n');
  }
  for (const { path, why } of left) terminal.err(`${path} is NOT in the backup: ${why}\n`);
  return left.length === 0 ? EXIT.done : EXIT.input;
}

interface RestoreOptions {
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Puts a backup back where nothing runs; over newer books only with `force`. */
export async function restore(
  context: Context,
  folder: string,
  options: RestoreOptions,
): Promise<number> {
  const { terminal, cwd, home } = context;
  const from = resolve(cwd, folder);
  const manifest = readBackup(from);
  if (options.dryRun === true) {
    if (unfinishedRestore(home) !== null) terminal.err(`${CUT_OFF}\n`);
    const plan = await planRestore(home, manifest);
    const { taken_at } = manifest;
    if (options.json === true) tellJson(context, { taken_at, plan, aside: null });
    else tellPlan(context, plan);
    return EXIT.done;
  }
  await refuseWhileRunning(context);
  const lock = await lockHome(home);
  try {
    const finished = await finishRestore(home);
    if (finished !== null) terminal.err(`${finishedSentence(home, finished)}\n`);
    return await restoreNow(context, from, manifest, options);
  } finally {
    lock.release();
  }
}

const CUT_OFF = 'a restore was cut off here; the next restore or start finishes it first';

async function restoreNow(
  context: Context,
  from: string,
  manifest: Manifest,
  options: RestoreOptions,
): Promise<number> {
  const { terminal, home } = context;
  const plan = await planRestore(home, manifest);
  if (options.json !== true) tellPlan(context, plan);
  const { taken_at } = manifest;
  const newer = plan.filter(({ difference }) => difference === 'newer' || difference === 'unknown');
  if (newer.length > 0 && options.force !== true) {
    const names = newer.map(({ file }) => file.path).join(', ');
    const message = `The home has books that have gone on since ${taken_at}: ${names}.`;
    throw new GriddError('RESTORE_REFUSED', message);
  }
  const aside = await applyRestore(home, from, manifest, plan);
  noteOwnDeed(context, 'restore', null, { from, taken_at, force: options.force === true });
  if (options.json === true) tellJson(context, { taken_at, plan, aside });
  else {
    terminal.out(`restored the backup of ${taken_at}; all its instances are stopped\n`);
    if (aside !== null) terminal.out(`what was there is in ${aside}\n`);
  }
  return EXIT.done;
}

function tellPlan({ terminal }: Context, plan: readonly PlannedFile[]): void {
  for (const { file, difference, what } of plan) {
    terminal.out(`${difference.padEnd(8)}  ${file.path}${what === '' ? '' : `  (${what})`}\n`);
  }
}
