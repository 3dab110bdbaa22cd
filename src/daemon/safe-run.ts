/**
 * The one run in safe mode of an instance that failed: its bot reconciles, cancels our resting
 * orders, writes a receipt and ends; it places nothing. The instance stays failed, and the run is
 * not repeated until the user starts it anew.
 */
import { BOT_EXIT, errorBody } from '../contract/errors.ts';
import type { RegistryRecord, SafeRun } from '../contract/fleet-api.ts';
import { toldReason } from '../contract/state-reason.ts';
import { isoTime } from '../platform/clock.ts';
import { readExitRecord } from './bot-process.ts';
import { endProcess, within } from './instance-end.ts';
import type { Instance } from './instance.ts';
import type { RunningProcess } from './running-process.ts';

const UNDER_WAY = 'under way';
const RUN_LIMIT_MS = 60_000;
const END_GRACE_MS = 5_000;

/** Begins the run where one is due; never throws. */
export function runSafely(instance: Instance): void {
  if (!isDue(instance)) return;
  instance.enqueue(() => run(instance)).catch((error: unknown) => {
    instance.log.error({ err: error }, 'the safe run could not be carried out');
  });
}

function isDue({ loaded, record }: Instance): boolean {
  // What a program does with its orders is its own affair.
  if (loaded === null || record.ran_program || record.safe_run !== null) return false;
  const live = loaded.config.exchange_config.mode === 'live';
  const { on_failed = live ? 'cancel' : 'keep' } = loaded.config.daemon_config;
  return on_failed === 'cancel';
}

async function run(instance: Instance): Promise<void> {
  const { record, around } = instance;
  // The user may have acted meanwhile.
  if (record.state !== 'failed' || instance.process !== null) return;
  // On disk before the process: a supervisor that comes after this one must know what it is.
  const safe_run = { at: isoTime(around.clock.now()), outcome: UNDER_WAY };
  try {
    const process = await instance.launch('safe', false, { safe_run });
    await attend(instance, process, record);
  } catch (thrown) {
    conclude(instance, record, `it could not be made: ${errorBody(thrown).message}`);
  }
  await instance.writer.attempt();
}

/** Takes over the safe run of a supervisor that has died; never throws. */
export function resumeSafely(instance: Instance): void {
  const { process, record } = instance;
  if (process === null) return;
  process.intent = 'safe';
  instance.enqueue(() => attend(instance, process, record)).catch((error: unknown) => {
    instance.log.error({ err: error }, 'the safe run could not be carried on');
  });
}

/** Ends the record of a safe run whose process nobody saw end. */
export function endUnseenSafeRun(instance: Instance, reason: string): void {
  conclude(instance, instance.record, `unknown: its bot ${reason}`);
}

/** Whether this is the record of a run that has not ended. */
export function isUnderWay(run: SafeRun | null): boolean {
  return run?.outcome === UNDER_WAY;
}

async function attend(
  instance: Instance,
  process: RunningProcess,
  before: RegistryRecord,
): Promise<void> {
  process.intent = 'safe';
  const { clock } = instance.around;
  if (process.adopted) void instance.watchEnd(process);
  const ended = await within(process.ended.passed, RUN_LIMIT_MS, clock);
  if (!ended && !(await endProcess(instance, process, END_GRACE_MS))) {
    conclude(instance, before, `its process ${process.identity.pid} cannot be ended`);
    return;
  }
  const { last_exit } = instance.record;
  // A bot that did what it should says with its last word what that was.
  const said = readExitRecord(instance.logDir, process.identity.pid, process.generation);
  const done = said?.code === BOT_EXIT.clean;
  conclude(instance, before, done ? said.reason : `its bot ${last_exit?.reason ?? 'ended'}`);
}

/** The instance stays failed, and shows the end that made it fail, not this run's. */
function conclude(instance: Instance, before: RegistryRecord, outcome: string): void {
  const { last_exit, last_error, state } = before;
  const safe_run = { at: isoTime(instance.around.clock.now()), outcome };
  instance.writer.save({ last_exit, last_error, safe_run });
  instance.move('fail', state === 'failed' ? toldReason(before) : (last_error?.message ?? outcome));
  instance.log.warn(`safe run: ${outcome}`);
}
