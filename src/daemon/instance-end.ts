/**
 * Ending a process: asked first (a stop command, or SIGTERM), then made to. It has ended when its
 * process group is empty. Every signal goes to a proved process, or to a group of which a member
 * is proved. SIGTERM never touches orders; only a stop command does.
 */
import { GriddError } from '../contract/errors.ts';
import type { StopReceipt } from '../contract/instance-api.ts';
import type { OnStop } from '../contract/trading.ts';
import type { Telling } from '../contract/sentences.ts';
import type { Clock } from '../platform/clock.ts';
import {
  groupIsEmpty,
  processMark,
  signalGroup,
  signalProcess,
} from '../platform/process-identity.ts';
import type { BotConnection } from './bot-link.ts';
import { processMarkOf } from './bot-process.ts';
import type { Instance } from './instance.ts';
import type { RunningProcess } from './running-process.ts';

/** Time between SIGTERM and SIGKILL for a hung bot. */
export const TERM_GRACE_MS = 5_000;
/** The last part of a stop's time that belongs to SIGTERM. */
const TERM_PART_MS = 2_000;
const KILL_GRACE_MS = 5_000;
const POLL_MS = 50;
/** A bot that has said nothing for so long since it was to end hangs. */
export const DEAF_MS = 10_000;
const DEAF_LOOK_MS = 500;
/** A look at a group may walk over /proc: more seldom the longer it lasts. */
const LONGEST_GROUP_PAUSE_MS = 400;

/** Whether `passed` comes true within `ms`. */
export async function within(passed: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  let cancel = () => {};
  const late = new Promise<false>((resolve) => {
    cancel = clock.after(ms, () => resolve(false));
  });
  const result = await Promise.race([passed.then(() => true), late]);
  cancel();
  return result;
}

/** Waits for the end of a process; looks itself where nobody tells. */
async function waitEnd(
  instance: Instance,
  process: RunningProcess,
  until: number,
): Promise<boolean> {
  const { clock } = instance.around;
  for (;;) {
    if (process.gone || instance.noteIfGone(process)) return true;
    const left = until - clock.monotonic();
    if (left <= 0) return false;
    await within(process.ended.passed, process.adopted ? Math.min(POLL_MS, left) : left, clock);
  }
}

/** Waits until nobody lives in the process's group. */
async function waitEmpty(
  instance: Instance,
  process: RunningProcess,
  until: number,
): Promise<boolean> {
  const { clock } = instance.around;
  for (let pause = 5; ; pause = Math.min(2 * pause, LONGEST_GROUP_PAUSE_MS)) {
    if (groupIsEmpty(process.identity.pid)) return true;
    const left = until - clock.monotonic();
    if (left <= 0) return false;
    await clock.delay(Math.min(pause, left));
  }
}

/** Waits for the end of a process and of everybody in its group. */
async function waitGone(
  instance: Instance,
  process: RunningProcess,
  until: number,
): Promise<boolean> {
  return (await waitEnd(instance, process, until)) && waitEmpty(instance, process, until);
}

/** SIGTERM, and after `graceMs` SIGKILL; false when even that left somebody of its group. */
export async function endProcess(
  instance: Instance,
  process: RunningProcess,
  graceMs: number,
): Promise<boolean> {
  const { clock } = instance.around;
  const { pid } = process.identity;
  // A program may be a shell around the real one: all of its group are asked.
  if (process.external) signalOurs(instance, process, 'SIGTERM');
  else signalProcess(process.identity, 'SIGTERM');
  if (await waitGone(instance, process, clock.monotonic() + graceMs)) return true;
  const who = process.gone ? `what pid ${pid} left in its group` : `pid ${pid}`;
  instance.log.warn({ pid }, `${who} ignores SIGTERM; killing it`);
  signalOurs(instance, process, 'SIGKILL');
  return waitGone(instance, process, clock.monotonic() + KILL_GRACE_MS);
}

function signalOurs(instance: Instance, process: RunningProcess, signal: NodeJS.Signals): void {
  const { identity, generation } = process;
  const mark = processMarkOf(instance.around.hash, instance.id, generation);
  const sent = signalGroup(identity.pid, signal, (member) => {
    const leader = member.pid === identity.pid && member.start_time === identity.start_time;
    return leader || processMark(member.pid) === mark;
  });
  // One that leads no group of its own was not started by us; it alone is proved.
  if (!sent) signalProcess(identity, signal);
}

/** Ends a hung or oversized process, so that its exit starts the next one. */
export async function replaceProcess(
  instance: Instance,
  process: RunningProcess,
  reason: Telling,
): Promise<void> {
  if (process.gone || process.intent !== null) return;
  process.intent = 'replace';
  process.intentReason = reason;
  const timeout = instance.loaded?.config.daemon_config.stop_timeout ?? 15;
  await endProcess(instance, process, Math.min(TERM_GRACE_MS, timeout * 1000));
}

/** Acts once a bot has said nothing for `deafMs` from now on; answers how to leave off. */
export function whenDeaf(
  clock: Clock,
  process: Pick<RunningProcess, 'heardAt'>,
  deafMs: number,
  act: () => void,
): () => void {
  let since = clock.monotonic();
  let lookedAt = since;
  const cancel = clock.every(DEAF_LOOK_MS, () => {
    const now = clock.monotonic();
    // Of a time in which we ourselves stood still nothing was read.
    if (now - lookedAt > 4 * DEAF_LOOK_MS) since = now;
    lookedAt = now;
    if (now - Math.max(since, process.heardAt) < deafMs) return;
    cancel();
    act();
  });
  return cancel;
}

/** Ends a bot that hangs long before the limit of a stop or panic; answers how to leave off. */
export function endIfDeaf(
  instance: Instance,
  process: RunningProcess,
  deafMs: number,
): () => void {
  if (process.external) return () => undefined;
  return whenDeaf(instance.around.clock, process, deafMs, () => {
    instance.log.warn(`its bot has said nothing for ${deafMs / 1000} s; it is ended`);
    void endProcess(instance, process, DEAF_LOOK_MS);
  });
}

/** How a stop came out. `error`: what the bot said, or that it did not answer. */
export interface StopOutcome {
  readonly ended: boolean;
  readonly receipt: StopReceipt | null;
  readonly error: GriddError | null;
}

/** Whom a request is sent to. */
type BotLine = Pick<BotConnection, 'request'>;
/** What a bot is told so that it ends; resolves with its receipt within `timeoutMs`. */
export type EndRequest = (line: BotLine, timeoutMs: number) => Promise<StopReceipt>;

/** The stop command. */
export function stopWith(onStop: Partial<OnStop>): EndRequest {
  return (connection, timeoutMs) => connection.request('stop', onStop, timeoutMs);
}

/** Panic; a bot of an older gridd, which knows no such request, is told to cancel and close. */
export const askForPanic: EndRequest = async (connection, timeoutMs) => {
  try {
    return await connection.request('panic', {}, timeoutMs);
  } catch (thrown) {
    if (!(thrown instanceof GriddError) || thrown.code !== 'BAD_REQUEST') throw thrown;
    return stopWith({ orders: 'cancel', position: 'close' })(connection, timeoutMs);
  }
};

/**
 * The stop command, the bot's own end, SIGTERM for the last part of `timeoutMs`, then SIGKILL.
 * Programs get SIGTERM at once.
 */
export async function stopProcess(
  instance: Instance,
  process: RunningProcess,
  request: EndRequest,
  timeoutMs: number,
): Promise<StopOutcome> {
  if (process.external) {
    const ended = await endProcess(instance, process, timeoutMs);
    return { ended, receipt: null, error: null };
  }
  const { clock } = instance.around;
  const forTerm = Math.min(TERM_PART_MS, timeoutMs / 4);
  const deadline = clock.monotonic() + timeoutMs - forTerm;
  const asked = await askToEnd(instance, process, request, deadline);
  const own = await waitGone(instance, process, deadline);
  const ended = own || (await endProcess(instance, process, forTerm));
  return { ended, ...asked };
}

async function askToEnd(
  instance: Instance,
  process: RunningProcess,
  request: EndRequest,
  deadline: number,
): Promise<{ receipt: StopReceipt | null; error: GriddError | null }> {
  const { clock } = instance.around;
  let error = new GriddError('BOT_UNREACHABLE', `The bot of ${instance.id} did not call home.`);
  while (!process.gone && !instance.noteIfGone(process)) {
    const left = deadline - clock.monotonic();
    if (left <= 0) break;
    const { connection } = process;
    if (connection === null) {
      // In short steps: the end of the process must be noticed here too.
      await within(process.connected.passed, Math.min(200, left), clock);
      continue;
    }
    try {
      return { receipt: await request(connection, left), error: null };
    } catch (thrown) {
      if (!(thrown instanceof GriddError)) throw thrown;
      error = thrown;
      // A bot that still recovers is asked again, a broken line is opened again by the bot; any
      // other refusal is its answer.
      if (thrown.code === 'INSTANCE_BUSY') await within(process.ended.passed, 200, clock);
      else if (thrown.code !== 'BOT_UNREACHABLE') break;
    }
  }
  return { receipt: null, error };
}
