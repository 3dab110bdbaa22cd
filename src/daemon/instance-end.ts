/**
 * Ending a process: asked first (a stop command, or SIGTERM), then made to. Every signal goes to a
 * proved process; SIGKILL goes to its whole group. SIGTERM never touches orders; only a stop
 * command does.
 */
import { GriddError } from '../contract/errors.ts';
import type { StopReceipt } from '../contract/instance-api.ts';
import type { OnStop } from '../contract/trading.ts';
import type { Clock } from '../platform/clock.ts';
import { signalProcess } from '../platform/process-identity.ts';
import type { Instance } from './instance.ts';
import type { RunningProcess } from './running-process.ts';

/** Time between SIGTERM and SIGKILL after a stop command was not obeyed, or for a hung bot. */
export const TERM_GRACE_MS = 5_000;
const KILL_GRACE_MS = 5_000;
const POLL_MS = 50;

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
export async function waitEnd(
  instance: Instance,
  process: RunningProcess,
  ms: number,
): Promise<boolean> {
  const { clock } = instance.around;
  const deadline = clock.monotonic() + ms;
  for (;;) {
    if (process.gone || instance.noteIfGone(process)) return true;
    const left = deadline - clock.monotonic();
    if (left <= 0) return false;
    await within(process.ended.passed, process.adopted ? Math.min(POLL_MS, left) : left, clock);
  }
}

/** SIGTERM, and after `graceMs` SIGKILL to the group; false when even that did not end it. */
export async function endProcess(
  instance: Instance,
  process: RunningProcess,
  graceMs: number,
): Promise<boolean> {
  const { identity } = process;
  signalProcess(identity, 'SIGTERM');
  if (await waitEnd(instance, process, graceMs)) return true;
  instance.log.warn({ pid: identity.pid }, `pid ${identity.pid} ignores SIGTERM; killing it`);
  signalProcess(identity, 'SIGKILL', 'group');
  return waitEnd(instance, process, KILL_GRACE_MS);
}

/** Ends a hung or oversized process, so that its exit starts the next one. */
export async function replaceProcess(
  instance: Instance,
  process: RunningProcess,
  reason: string,
): Promise<void> {
  if (process.gone || process.intent !== null) return;
  process.intent = 'replace';
  process.intentReason = reason;
  const timeout = instance.loaded?.config.daemon_config.stop_timeout ?? 15;
  await endProcess(instance, process, Math.min(TERM_GRACE_MS, timeout * 1000));
}

/** How a stop came out. `error`: what the bot said, or that it did not answer. */
export interface StopOutcome {
  readonly ended: boolean;
  readonly receipt: StopReceipt | null;
  readonly error: GriddError | null;
}

/** The stop command, the bot's own end, then SIGTERM and SIGKILL. Programs get SIGTERM at once. */
export async function stopProcess(
  instance: Instance,
  process: RunningProcess,
  onStop: Partial<OnStop>,
  timeoutMs: number,
): Promise<StopOutcome> {
  if (process.external) {
    const ended = await endProcess(instance, process, timeoutMs);
    return { ended, receipt: null, error: null };
  }
  const { clock } = instance.around;
  const deadline = clock.monotonic() + timeoutMs;
  const asked = await askToStop(instance, process, onStop, deadline);
  const own = await waitEnd(instance, process, Math.max(0, deadline - clock.monotonic()));
  const ended = own || (await endProcess(instance, process, TERM_GRACE_MS));
  return { ended, ...asked };
}

async function askToStop(
  instance: Instance,
  process: RunningProcess,
  onStop: Partial<OnStop>,
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
      return { receipt: await connection.request('stop', onStop, left), error: null };
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
