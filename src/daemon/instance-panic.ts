/**
 * The panic of an instance: its orders cancelled and its position closed now, whether its bot
 * runs, hangs, is stopped or has failed. It ends flat, or in NOT_FLAT with the reason. Only the
 * built-in bot can do it: a program is ended, and its position is its own affair. That it was asked
 * for is on disk before anything is done; a supervisor that comes later carries it on.
 */
import { GriddError, errorBody } from '../contract/errors.ts';
import { parseMoney } from '../contract/decimal.ts';
import type { PendingPanic, VerbResult } from '../contract/fleet-api.ts';
import type { StopReceipt } from '../contract/instance-api.ts';
import { quoted, say, textOf } from '../contract/sentences.ts';
import type { Said, Telling } from '../contract/sentences.ts';
import { stateReason, toldReason } from '../contract/state-reason.ts';
import { isoTime } from '../platform/clock.ts';
import { DEAF_MS, askForPanic, endIfDeaf, stopProcess } from './instance-end.ts';
import type { StopOutcome } from './instance-end.ts';
import type { Instance } from './instance.ts';
import { notEnded, stopTimeoutMs } from './instance-stop.ts';
import type { RunningProcess } from './running-process.ts';
import { done, toldBy } from './verb-outcome.ts';

type Result = Omit<VerbResult, 'row'>;

/**
 * Time for a bot to cancel, close and end, also to recover first: on a small share of a key its
 * requests take two minutes. One that hangs is deaf, and killed sooner.
 */
const PANIC_LIMIT_MS = 180_000;

/** Cancels and closes; a panic under way is joined. Rejects with NOT_FLAT or STOP_INCOMPLETE. */
export function panicInstance(instance: Instance): Promise<Result> {
  if (instance.panicking !== null) return instance.panicking;
  // A start that waits for its bot gives way at once.
  instance.process?.started.open({ kind: 'interrupted' });
  if (instance.stopping !== null) instance.stopping.last = false;
  hurry(instance);
  instance.stopsWanted += 1;
  const panicking = instance
    .enqueue(() => {
      instance.stopsWanted -= 1;
      return panicNow(instance);
    })
    .finally(() => {
      instance.panicking = null;
    });
  instance.panicking = panicking;
  return panicking;
}

/** A stop under way may last minutes: its bot is told at once. */
function hurry({ process, log }: Instance): void {
  if (process === null || process.intent !== 'stop' || process.connection === null) return;
  askForPanic(process.connection, PANIC_LIMIT_MS).catch((error: unknown) => {
    log.warn({ err: error }, 'the stop under way did not become a panic');
  });
}

/** Carries on the panic of a supervisor that has died; its outcome becomes the state's reason. */
export async function resumePanic(instance: Instance): Promise<void> {
  const { panic } = instance.record;
  if (panic === null) return;
  instance.log.warn(`the panic of ${panic.at} is carried on`);
  const told = await panicInstance(instance).then(outcomeOf, (thrown: unknown) =>
    quoted(errorBody(thrown)),
  );
  const outcome = say('panic_carried_on', { outcome: told });
  instance.log.warn(textOf(outcome));
  // Nobody waits for an answer: what a failed instance shows stays, the log has the rest.
  if (instance.record.state === 'stopped') {
    instance.writer.save(stateReason(outcome));
  }
}

function outcomeOf(result: Result): Telling {
  return result.error === undefined ? toldBy(result) : quoted(result.error);
}

async function panicNow(instance: Instance): Promise<Result> {
  const { record, around } = instance;
  const { state, state_reason, state_said = null, last_exit, last_error } = record;
  const shown = { state_reason, state_said, last_exit, last_error };
  const failed = state === 'failed' ? shown : null;
  const panic = record.panic ?? { at: isoTime(around.clock.now()), failed };
  instance.writer.save({ desired: 'stopped', panic });
  await instance.writer.attempt();
  instance.cancelRestart();
  try {
    return await closeNow(instance, panic);
  } finally {
    // Whoever asked is told how it ended.
    instance.writer.save({ panic: null });
    await instance.writer.attempt();
  }
}

async function closeNow(instance: Instance, panic: PendingPanic): Promise<Result> {
  const { process, record } = instance;
  if (process !== null) {
    const outcome = await endBy(instance, process, panic);
    if (process.external) return endedProgram(instance, 'was ended');
    if (outcome.receipt !== null) return concluded(instance, outcome.receipt);
    // Killed, crashed or deaf: what it left is closed by a new one.
    instance.log.warn(`panic: its bot gave no receipt (${outcome.error?.message ?? 'it ended'})`);
  }
  if (record.ran_program) return endedProgram(instance, 'does not run');
  return runPanic(instance, panic);
}

async function endBy(
  instance: Instance,
  process: RunningProcess,
  panic: PendingPanic,
): Promise<StopOutcome> {
  process.intent = panic.failed === null ? 'stop' : 'panic';
  process.intentReason = null;
  if (panic.failed === null) instance.move('stop', say('panic_asked'));
  const limit = process.external ? stopTimeoutMs(instance) : PANIC_LIMIT_MS;
  const given = endIfDeaf(instance, process, DEAF_MS);
  const outcome = await stopProcess(instance, process, askForPanic, limit).finally(given);
  if (!outcome.ended) throw notEnded(instance, process);
  if (panic.failed !== null) restore(instance, panic, say('panic_asked'));
  return outcome;
}

/** A bot that does nothing else is started, asked, and ends; a failed instance stays failed. */
async function runPanic(instance: Instance, panic: PendingPanic): Promise<Result> {
  const { id } = instance;
  let outcome: StopOutcome;
  try {
    const process = await instance.launch('panic', false, {});
    process.intent = 'panic';
    outcome = await stopProcess(instance, process, askForPanic, PANIC_LIMIT_MS);
    if (!outcome.ended) throw notEnded(instance, process);
  } catch (thrown) {
    restore(instance, panic, say('panic_not_started'));
    const { code, message, hint, problems = [] } = errorBody(thrown);
    if (code === 'STOP_INCOMPLETE') throw thrown;
    const why = `its bot cannot be started: ${message}`;
    throw new GriddError('NOT_FLAT', notFlat(id, why), { hint, problems });
  }
  const ended = instance.record.last_exit?.reason ?? 'ended';
  restore(instance, panic, say('panic_asked'));
  await instance.writer.attempt();
  if (outcome.receipt !== null) return concluded(instance, outcome.receipt);
  throw new GriddError('NOT_FLAT', notFlat(id, `its bot ${reasonOf(outcome, ended)}`));
}

/** A refusal in its own words, else how its process ended. */
function reasonOf({ error }: StopOutcome, ended: string): string {
  if (error === null || error.code === 'BOT_UNREACHABLE') return ended;
  return `says: ${error.message}`;
}

/** A failed instance shows the end that made it fail, not this run's. */
function restore(instance: Instance, { failed }: PendingPanic, reason: Said): void {
  if (failed === null) {
    instance.move('end', reason);
    return;
  }
  const { last_exit, last_error } = failed;
  instance.writer.save({ last_exit, last_error });
  instance.move('fail', toldReason(failed));
}

async function concluded(instance: Instance, receipt: StopReceipt): Promise<Result> {
  const { id } = instance;
  await instance.writer.attempt();
  const { orders_cancelled: cancelled, orders_left: left, position } = receipt;
  instance.log.warn({ position, left }, 'panic: the bot has ended');
  if (left === 0 && parseMoney(position) === 0n) {
    return done(id, say('flat', { cancelled }), { receipt });
  }
  const rest = `${left} orders left, position ${position}`;
  const why = receipt.why_not_flat ?? 'its bot does not say why';
  const error = new GriddError('NOT_FLAT', notFlat(id, `${rest}: ${why}`)).toBody();
  return { id, ok: false, message: error.message, error, receipt };
}

function endedProgram({ id }: Instance, what: string): never {
  const why = `its program ${what}, and gridd cannot close the position of a program`;
  throw new GriddError('NOT_FLAT', notFlat(id, why), {
    hint: 'Look at the venue itself; what the program left there is not known to gridd.',
  });
}

function notFlat(id: string, why: string): string {
  return `${id} may not be flat: ${why}${why.endsWith('.') ? '' : '.'}`;
}
