/**
 * The end of a process that no supervisor saw: what can still be known of it, and what follows. It
 * counts like any other end, except where the whole machine went down or a restart had been asked
 * for. A record that is `failed` stays so: a new supervisor is no new chance.
 */
import { BOT_EXIT } from '../contract/errors.ts';
import type { ErrorBody } from '../contract/errors.ts';
import type { LastExit } from '../contract/fleet-api.ts';
import { END_SENTENCES } from '../contract/read-back.ts';
import { plainSaid, saidAs, say, textOf } from '../contract/sentences.ts';
import type { Telling } from '../contract/sentences.ts';
import { ageAt, isoTime } from '../platform/clock.ts';
import { currentBootId } from '../platform/process-identity.ts';
import {
  describeExit,
  exitError,
  killMarked,
  processMarkOf,
  readExitRecord,
  removePids,
  secretsNow,
  stderrTail,
} from './bot-process.ts';
import { decideExit } from './exit-decision.ts';
import type { EndedProcess, ExitDecision } from './exit-decision.ts';
import type { Instance } from './instance.ts';
import { launchFault } from './instance-config.ts';
import { isUp } from './lifecycle.ts';
import { remainingWait } from './restart-policy.ts';
import { endUnseenSafeRun, isUnderWay } from './safe-run.ts';

/** What is known of such an end. `up_ms`: how long the process ran, at most. */
export interface UnseenEnd {
  readonly last_exit: LastExit;
  /** The reason of that, as data where it is known as such. */
  readonly reason: Telling;
  readonly error: ErrorBody;
  readonly up_ms: number;
  /** False where the end says nothing against the bot. */
  readonly counts: boolean;
}

/**
 * What follows from such an end. PURE. `relaunch`: started at once and uncounted, whatever
 * auto_restart says; the rest as in `decideExit`.
 */
export function decideUnseenEnd(
  ended: Omit<EndedProcess, 'intent'>,
  counts: boolean,
): ExitDecision | 'relaunch' {
  const { desired, code, external } = ended;
  const codes: readonly (number | null)[] = [BOT_EXIT.configuration, BOT_EXIT.done];
  const told = !external && codes.includes(code);
  if (desired === 'running' && !counts && !told) return 'relaunch';
  const decision = decideExit({ ...ended, intent: null });
  // Whoever holds the lock would have been found alive before.
  return decision === 'adopt' ? 'retry' : decision;
}

/**
 * The end of the process on record; null when none is on record. The record keeps its pid until
 * `followUnseenEnd` writes what follows with it: a supervisor that is killed between the two must
 * not leave an end that counts for nothing.
 */
export function noteUnseenEnd(instance: Instance): UnseenEnd | null {
  const { id, record, around } = instance;
  const { pid, generation } = record;
  if (pid === null) return null;
  const written = readExitRecord(instance.logDir, pid, generation);
  const rebooted = record.boot_id !== currentBootId();
  const asked = record.state === 'stopping';
  // A supervisor that was killed may have kept the end, and not got to the record.
  const kept = around.history.kept(id, pid, generation);
  const code = written?.code ?? kept?.code ?? null;
  const anew = rebooted ? say('machine_anew') : null;
  const why = written === null ? anew : plainSaid(written.reason, END_SENTENCES);
  const unseen = say('unseen', { end: describeExit(code, null) });
  const plain = kept === null ? unseen : keptReason(kept);
  const reason = kept !== null || why === null ? plain : say('because', { end: plain, why });
  const secrets = secretsNow(around, instance.loaded);
  const tail = code === 0 ? [] : stderrTail(instance.logDir, secrets);
  const last_exit: LastExit = {
    at: kept?.at ?? written?.at ?? isoTime(around.clock.now()),
    code,
    signal: kept?.signal ?? null,
    reason: textOf(reason),
    stderr_tail: tail,
  };
  const entry = { ...last_exit, generation, pid, adopted: true };
  if (kept === null) around.history.exit(id, entry);
  instance.log.warn({ pid, code }, `pid ${pid} ${last_exit.reason}`);
  removePids(instance.logDir, pid);
  if (record.ran_program) killMarked(processMarkOf(around.hash, id, generation));
  // Its end may be older than this moment: then it ran for less.
  const { start_time } = record;
  const known = !rebooted && start_time !== null;
  const up_ms = known ? ageAt(around.clock.sinceBoot(), start_time) : 0;
  const error = exitError(id, textOf(plain), tail, written?.error ?? null);
  return { last_exit, reason, error, up_ms, counts: !rebooted && !asked };
}

/** How a kept end was told, as data where that follows from what is kept with it. */
function keptReason({ code, signal, reason }: Pick<LastExit, 'code' | 'signal' | 'reason'>) {
  const end = describeExit(code, signal);
  return saidAs(end, reason) ?? saidAs(say('unseen', { end }), reason) ?? reason;
}

/** Does what follows for an instance that has no process; `end`: the one nobody saw, if any. */
export async function followUnseenEnd(instance: Instance, end: UnseenEnd | null): Promise<void> {
  // It may have called home since.
  if (instance.process !== null) return;
  const { desired, state, stop_wish } = instance.record;
  // It ended, if not through whoever was to see to it.
  if (stop_wish !== null) instance.writer.save({ stop_wish: null });
  const nobody = { pid: null, start_time: null, boot_id: null };
  if (isUnderWay(instance.record.safe_run)) {
    instance.writer.save(nobody);
    endUnseenSafeRun(instance, end?.last_exit.reason ?? 'is gone');
    return;
  }
  if (end === null) {
    // Through backoff, as everything that is started again: no state says "up" without a process.
    if (desired === 'running' && isUp(state)) instance.move('retry', say('process_gone'));
    if (desired === 'running' && state !== 'failed') await resumeWait(instance);
    if (desired === 'stopped' && (isUp(state) || state === 'backoff')) {
      instance.move('end', say('ended_meanwhile'));
    }
    return;
  }
  const { last_exit, reason, error } = end;
  const { code } = last_exit;
  instance.writer.save({ ...nobody, last_exit });
  const external = instance.record.ran_program && instance.loaded?.program !== null;
  const auto_restart = instance.loaded?.config.daemon_config.auto_restart ?? true;
  switch (decideUnseenEnd({ desired, code, external, auto_restart }, end.counts)) {
    case 'finish':
      instance.writer.save({ desired: 'stopped' });
      instance.move('finish', reason);
      break;
    case 'fail':
      instance.fail(error, error.message);
      break;
    case 'relaunch':
      await startAgain(instance, reason);
      break;
    case 'retry':
      instance.retryAfter(end.up_ms, error, reason);
      break;
    default:
      instance.move('end', reason);
  }
}

/** Starts it at once and uncounted, whatever its state says. */
export async function startAgain(instance: Instance, reason: Telling): Promise<void> {
  instance.move('retry', reason);
  // Live bots of a machine that was started anew ask their venue a few a second.
  if (instance.loaded?.config.exchange_config.mode === 'live') instance.wait.begin(0);
  else await instance.relaunch();
}

/** Waits for what is left of a wait that an earlier supervisor began; starts it where none is. */
async function resumeWait(instance: Instance): Promise<void> {
  const { id, around, record } = instance;
  const { state, restart_at: due, restart_boot_id: boot } = record;
  const present = { now: around.clock.sinceBoot(), boot: currentBootId() };
  const left = state === 'backoff' ? remainingWait({ due, boot }, present) : 0;
  if (left === 0 || launchFault(around, id, record) !== null) return instance.relaunch();
  instance.log.info(`its restart goes on waiting: ${Math.round(left / 100) / 10} s are left`);
  instance.wait.begin(left);
}
