/**
 * The stop of an instance: the one verb that may touch orders, then the end of everything it runs.
 * It says "stopped" only when the process group is empty and no leftover holds the port; what left
 * the group is named, and ended when asked. A stop that wishes the same as one under way joins it.
 */
import { isDeepStrictEqual } from 'node:util';
import { GriddError, errorBody } from '../contract/errors.ts';
import type { StopRequest, VerbResult } from '../contract/fleet-api.ts';
import type { ProcessIdentity } from '../contract/instance-api.ts';
import { codedSaid, withNotes } from '../contract/said-codes.ts';
import { quoted, say, sentenceOf } from '../contract/sentences.ts';
import { portHolder } from '../platform/port-holder.ts';
import { endDescendants, findDescendants, namesOf } from './descendants.ts';
import { DEAF_MS, TERM_GRACE_MS, endIfDeaf, endProcess } from './instance-end.ts';
import { stopProcess, stopWith } from './instance-end.ts';
import type { StopOutcome } from './instance-end.ts';
import type { Instance } from './instance.ts';
import type { RunningProcess } from './running-process.ts';
import { stopGraceMs } from './stop-grace.ts';
import { done, retold, toldBy } from './verb-outcome.ts';

type Result = Omit<VerbResult, 'row'>;
/** What a stop is told. */
export type StopWish = Omit<StopRequest, 'ids'>;

/**
 * Stops the instance for good; INSTANCE_BUSY while a stop with other wishes is under way,
 * INSTANCE_NOT_RUNNING, STOP_INCOMPLETE.
 */
export async function stopInstance(instance: Instance, wish: StopWish): Promise<Result> {
  const { id, stopping } = instance;
  // One that a start was asked for after is not the one that is meant now.
  if (stopping !== null && stopping.last) {
    if (isDeepStrictEqual(stopping.wish, wish)) return stopping.result;
    throw new GriddError('INSTANCE_BUSY', `${id} is being stopped with other wishes.`);
  }
  // A start that waits for its bot gives way at once.
  instance.process?.started.open({ kind: 'interrupted' });
  instance.stopsWanted += 1;
  const result = instance
    .enqueue(() => {
      instance.stopsWanted -= 1;
      return stopNow(instance, wish);
    })
    .finally(() => {
      if (instance.stopping === mine) instance.stopping = null;
    });
  const mine = { wish, result, last: true };
  instance.stopping = mine;
  return result;
}

async function stopNow(instance: Instance, wish: StopWish): Promise<Result> {
  const { id, process, record } = instance;
  const endsAll = wish.all_descendants === true;
  if (process === null && record.desired === 'stopped') {
    const found = endsAll ? findDescendants(instance) : [];
    if (found.length > 0) return afterStop(instance, wish, done(id, say('stopped')));
    throw new GriddError('INSTANCE_NOT_RUNNING', `${id} is not running (${record.state}).`);
  }
  // With how it is to stop: a supervisor that comes after this one must not close less, or more.
  const stop_wish = process === null ? null : { ...wish, generation: process.generation };
  instance.writer.save({ desired: 'stopped', stop_wish });
  await instance.writer.attempt();
  instance.cancelRestart();
  if (process === null) {
    instance.move('stop', say('stop_asked'));
    const unstarted = say('stopped_unstarted', { state: say(record.state) });
    const notes = record.ran_program ? [] : [codedSaid(say('orders_may_rest', { id }))];
    const stopped = done(id, unstarted, { receipt: null });
    return afterStop(instance, wish, withNotes(stopped, notes));
  }
  process.intent = 'stop';
  process.intentReason = null;
  instance.move('stop', say('stop_asked'));
  const { timeout_s } = wish;
  const granted = stopTimeoutMs(instance);
  const needed = () => stopGraceMs(granted, process.status);
  const timeout = timeout_s === undefined ? needed() : timeout_s * 1000;
  // The time that many orders need is not for one that hangs.
  const longer = timeout_s === undefined && timeout > granted;
  const given = longer ? endIfDeaf(instance, process, Math.max(granted, DEAF_MS)) : null;
  const asked = stopProcess(instance, process, stopWith(wish.on_stop), timeout);
  const outcome = await asked.finally(() => given?.());
  if (outcome.ended) instance.writer.save({ stop_wish: null });
  return afterStop(instance, wish, stopResult(instance, process, outcome));
}

/** What a program left outside its group is named or ended; a port it still holds is told. */
async function afterStop(instance: Instance, wish: StopWish, stopped: Result): Promise<Result> {
  const { id } = instance;
  // A disk that takes nothing must not keep a bot trading that was told to stop.
  const fault = await instance.writer.attempt();
  const unkept = fault === null ? [] : [say('stop_unkept', { fault: quoted(errorBody(fault)) })];
  const result = withNotes(stopped, unkept.map((said) => codedSaid(said)));
  const found = findDescendants(instance);
  if (found.length > 0) {
    const names = namesOf(found);
    instance.log.warn(`left outside its process group: ${names}`);
    if (wish.all_descendants !== true) {
      await refuseHeldPort(instance, found);
      return withNotes(result, [codedSaid(say('left_group', { names, id }))]);
    }
    const left = await endDescendants(instance, found);
    if (left.length > 0) {
      throw new GriddError('STOP_INCOMPLETE', `${namesOf(left)} of ${id} cannot be ended.`);
    }
    return retold(result, say('ended_outside', { stopped: toldBy(result), names }));
  }
  return result;
}

/** A port that a leftover holds is not free: then the stop is not whole. */
async function refuseHeldPort(
  instance: Instance,
  found: readonly ProcessIdentity[],
): Promise<void> {
  const { web_port: port } = instance.record;
  const holder = port === null ? null : portHolder(port);
  const holds = found.find(({ pid }) => pid === holder?.pid);
  if (port === null || holds === undefined) return;
  const message = `${namesOf([holds])}, started by ${instance.id}, still holds port ${port}.`;
  throw new GriddError('STOP_INCOMPLETE', message, {
    hint: `\`gridd stop ${instance.id} --all-descendants\` ends it.`,
  });
}

/** A stop that was to close and left something is no success, though its process has ended. */
function stopResult(instance: Instance, process: RunningProcess, outcome: StopOutcome): Result {
  const { id } = instance;
  const { ended, receipt, error } = outcome;
  if (!ended) throw notEnded(instance, process);
  if (process.external) return done(id, say('stopped'), { receipt: null });
  if (receipt !== null) {
    const { orders_cancelled: cancelled, orders_left: left, position } = receipt;
    const clean = say('stopped_clean', { cancelled, left, position });
    const { why_not_flat: why } = receipt;
    if (why === undefined) return done(id, clean, { receipt });
    const whole = `${id} was to be closed and is not flat, ${sentenceOf(clean)}: ${why}`;
    const told = new GriddError('NOT_FLAT', whole).toBody();
    return { id, ok: false, message: whole, error: told, receipt };
  }
  const why = error === null ? 'it gave no receipt' : error.message;
  const code = error === null || error.code === 'BOT_UNREACHABLE' ? 'STOP_INCOMPLETE' : error.code;
  throw new GriddError(code, `The process of ${id} was ended without a clean stop: ${why}`, {
    hint: 'Its orders may still rest; `gridd status ID` shows them, a start and stop clears them.',
  });
}

/** Carries on the stop of a supervisor that has died, as that was told to stop. */
export function resumeStop(instance: Instance): Promise<Result> {
  const { process, record } = instance;
  const { generation = null, ...wish } = record.stop_wish ?? { on_stop: {} };
  // An older gridd knows nothing of it, and leaves that of an earlier process.
  const known = generation === process?.generation;
  return stopInstance(instance, known ? wish : { on_stop: {} });
}

/** Ends a process without touching orders, for the supervisor's own end with its bots. */
export function endForShutdown(instance: Instance): Promise<void> {
  instance.process?.started.open({ kind: 'interrupted' });
  return instance.enqueue(async () => {
    instance.cancelRestart();
    const { process } = instance;
    if (process === null) return;
    process.intent = 'shutdown';
    instance.move('stop', say('supervisor_stops'));
    // Before it ends: to a supervisor that comes after a kill it must not look like a crash.
    await instance.writer.attempt();
    const grace = Math.max(stopTimeoutMs(instance), TERM_GRACE_MS);
    const ended = await endProcess(instance, process, grace);
    await instance.writer.attempt();
    if (!ended) throw notEnded(instance, process);
  });
}

/** What the config grants a stop, ms. */
export function stopTimeoutMs(instance: Instance): number {
  return (instance.loaded?.config.daemon_config.stop_timeout ?? 15) * 1000;
}

/** STOP_INCOMPLETE: even SIGKILL left somebody. */
export function notEnded(instance: Instance, process: RunningProcess): GriddError {
  const { pid } = process.identity;
  return new GriddError('STOP_INCOMPLETE', `Process ${pid} of ${instance.id} cannot be ended.`);
}
