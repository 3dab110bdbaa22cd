/**
 * What `gridd cleanup` does, with or without a supervisor: clears dead pids, removes what dead
 * processes left, drops records that nobody wants running. It never touches a living process or
 * its record, and keeps the record of an id that ran an external program while its config is
 * there.
 */
import { existsSync, rmSync } from 'node:fs';
import type { CleanupAction, RegistryFile, RegistryRecord } from '../contract/fleet-api.ts';
import { say } from '../contract/sentences.ts';
import { stateReason } from '../contract/state-reason.ts';
import { fromHome, toHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { isAlive } from '../platform/process-identity.ts';
import { findLeftovers } from './leftovers.ts';
import { readBotRecord } from './registry-rebuild.ts';
import type { Registry } from './registry-file.ts';
import { takenFile } from './taken-text.ts';

/** What decides about one record. */
export interface CleanupFacts {
  readonly record: RegistryRecord;
  readonly alive: boolean;
  readonly config_exists: boolean;
}

/** What happens to one record, with the words for it. */
export type RecordStep =
  | { readonly kind: 'keep' }
  | { readonly kind: 'drop' | 'clear'; readonly action: string };

const UP = ['starting', 'running', 'degraded', 'unhealthy', 'stopping', 'backoff'];

/** The decision about one record. PURE. */
export function judgeRecord({ record, alive, config_exists }: CleanupFacts): RecordStep {
  if (alive) return { kind: 'keep' };
  if (!config_exists) {
    return { kind: 'drop', action: `dropped its record: ${record.config_file} is gone` };
  }
  if (record.desired === 'stopped' && !record.ran_program) {
    return { kind: 'drop', action: 'dropped its record: it was stopped by the user' };
  }
  if (record.pid !== null) {
    return { kind: 'clear', action: `cleared pid ${record.pid}: no such process lives` };
  }
  return UP.includes(record.state)
    ? { kind: 'clear', action: `state was ${record.state}, but no process lives` }
    : { kind: 'keep' };
}

/** The record without its dead process. PURE. */
export function clearedRecord(record: RegistryRecord): RegistryRecord {
  const state = UP.includes(record.state) ? 'stopped' : record.state;
  const reason = state === record.state ? {} : stateReason(say('process_was_gone'));
  return { ...record, pid: null, start_time: null, boot_id: null, state, ...reason };
}

/** Whether the process on record, or the one that wrote bot.json, lives. */
export function recordLives(home: Home, record: RegistryRecord): boolean {
  const bot = readBotRecord(fromHome(home, record.log_dir));
  if (bot !== null && isAlive(bot)) return true;
  const { pid, start_time, boot_id } = record;
  if (pid === null || start_time === null || boot_id === null) return false;
  return isAlive({ pid, start_time, boot_id });
}

/** The ids of those whose process lives. */
export function livingIds(home: Home, instances: RegistryFile['instances']): string[] {
  return Object.keys(instances).filter((id) => {
    const record = instances[id];
    return record !== undefined && recordLives(home, record);
  });
}

/** Cleans up, or with `dryRun` says what it would do. `inUse`: ids a supervisor is working on. */
export async function cleanUp(
  home: Home,
  registry: Registry,
  inUse: ReadonlySet<string>,
  dryRun: boolean,
): Promise<CleanupAction[]> {
  const file = registry.read();
  const actions: CleanupAction[] = [];
  for (const leftover of findLeftovers(home, file)) {
    if (inUse.has(leftover.id)) continue;
    actions.push({
      id: leftover.id,
      action: `removed ${toHome(home, leftover.file)}: ${leftover.what}`,
    });
    if (!dryRun) rmSync(leftover.file, { recursive: true, force: true });
  }
  const changes: Promise<unknown>[] = [];
  for (const [id, seen] of Object.entries(file.instances)) {
    const judge = (record: RegistryRecord) => {
      const config_exists = existsSync(fromHome(home, record.config_file));
      const alive = inUse.has(id) || recordLives(home, record);
      return judgeRecord({ record, alive, config_exists });
    };
    const step = judge(seen);
    if (step.kind === 'keep') continue;
    if (!dryRun) {
      // Judged again under the lock: it may have been started since.
      const change = registry.update(id, (record) => {
        const now = record === null ? null : judge(record);
        if (record === null || now === null || now.kind === 'keep') return record;
        if (now.kind === 'clear') return clearedRecord(record);
        // Its next start keeps its own.
        rmSync(takenFile(fromHome(home, record.log_dir)), { force: true });
        return null;
      });
      changes.push(change);
    }
    actions.push({ id, action: step.action });
  }
  // Asked for together they are one write.
  await Promise.all(changes);
  return actions;
}
