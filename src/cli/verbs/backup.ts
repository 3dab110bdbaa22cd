/**
 * `gridd backup [DIR]` and `gridd restore DIR`: the books and configs of a home, copied and put
 * back.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT, GriddError } from '../../contract/errors.ts';
import { isoTime, systemClock } from '../../platform/clock.ts';
import type { LifetimeLock } from '../../platform/lifetime-lock.ts';
import { userName } from '../../platform/machine.ts';
import { fromHome } from '../../platform/paths.ts';
import { finishRestore, finishedSentence, unfinishedRestore } from '../../registry/index.ts';
import type { StagedRestore } from '../../registry/index.ts';
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
    // Before the lock one of them may have begun.
    await refuseWhileRunning(context);
    const finished = await finishRestore(home);
    if (finished !== null) tellFinished(context, finished);
    const { taken_at } = manifest;
    if (finished?.from === from && finished.taken_at === taken_at) {
      const aside = fromHome(home, finished.aside);
      const kept = existsSync(aside) ? aside : null;
      tellRestored(context, options, { taken_at, plan: [], aside: kept });
    } else await restoreNow(context, lock, { from, manifest, options, finished });
    return EXIT.done;
  } finally {
    lock.release();
  }
}

const CUT_OFF = 'a restore was cut off here; the next restore or start finishes it first';

function tellFinished(context: Context, finished: StagedRestore): void {
  context.terminal.err(`${finishedSentence(finished)}\n`);
  const { from, taken_at } = finished;
  noteOwnDeed(context, 'restore', null, { from, taken_at, cut_off: true });
}

interface Wanted {
  readonly from: string;
  readonly manifest: Manifest;
  readonly options: RestoreOptions;
  /** One that was cut off, and is finished now. */
  readonly finished: StagedRestore | null;
}

async function restoreNow(context: Context, lock: LifetimeLock, wanted: Wanted): Promise<void> {
  const { home, terminal } = context;
  const { from, manifest, options, finished } = wanted;
  const plan = await planRestore(home, manifest);
  if (options.json !== true) tellPlan(context, plan);
  const { taken_at } = manifest;
  const newer = plan.filter(({ difference }) => difference === 'newer' || difference === 'unknown');
  if (newer.length > 0 && options.force !== true) {
    const names = newer.map(({ file }) => file.path).join(', ');
    const message = `The home has books that have gone on since ${taken_at}: ${names}.`;
    const hint = 'The one that was cut off is finished, this one is not begun; --force begins it.';
    throw new GriddError('RESTORE_REFUSED', message, finished === null ? {} : { hint });
  }
  const who = userName();
  const { aside, notices } = await applyRestore(home, lock, { from, manifest, plan, who });
  noteOwnDeed(context, 'restore', null, { from, taken_at, force: options.force === true });
  for (const notice of notices) terminal.err(`${notice}\n`);
  tellRestored(context, options, { taken_at, plan, aside });
}

interface Restored {
  readonly taken_at: string;
  readonly plan: readonly PlannedFile[];
  readonly aside: string | null;
}

function tellRestored(context: Context, options: RestoreOptions, restored: Restored): void {
  const { terminal } = context;
  if (options.json === true) return tellJson(context, restored);
  terminal.out(`restored the backup of ${restored.taken_at}; all its instances are stopped\n`);
  if (restored.aside !== null) terminal.out(`what was there is in ${restored.aside}\n`);
}

function tellPlan({ terminal }: Context, plan: readonly PlannedFile[]): void {
  for (const { file, difference, what } of plan) {
    terminal.out(`${difference.padEnd(8)}  ${file.path}${what === '' ? '' : `  (${what})`}\n`);
  }
}
