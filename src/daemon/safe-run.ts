/**
 * The one run in safe mode of an instance that failed: its bot reconciles, cancels our resting
 * orders, writes a receipt and ends; it places nothing. The instance stays failed, and the run is
 * not repeated until the user starts it anew.
 */
import { BOT_EXIT, errorBody } from '../contract/errors.ts';
import { isoTime } from '../platform/clock.ts';
import { readExitRecord } from './bot-process.ts';
import { endProcess, within } from './instance-end.ts';
import type { Instance } from './instance.ts';

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
  const { record, around, writer, log } = instance;
  // The user may have acted meanwhile.
  if (record.state !== 'failed' || instance.process !== null) return;
  const { last_exit, last_error, state_reason } = record;
  let outcome: string;
  try {
    outcome = await runOnce(instance);
  } catch (thrown) {
    outcome = `it could not be made: ${errorBody(thrown).message}`;
  }
  const safe_run = { at: isoTime(around.clock.now()), outcome };
  // The end that made it fail is the one to show, not this run's.
  writer.save({ last_exit, last_error, safe_run });
  instance.move('fail', state_reason);
  log.warn(`safe run: ${outcome}`);
  await writer.settled();
}

async function runOnce(instance: Instance): Promise<string> {
  const process = await instance.launch('safe', false, {});
  process.intent = 'safe';
  const ended = await within(process.ended.passed, RUN_LIMIT_MS, instance.around.clock);
  if (!ended && !(await endProcess(instance, process, END_GRACE_MS))) {
    return `its process ${process.identity.pid} cannot be ended`;
  }
  const { last_exit } = instance.record;
  // A bot that did what it should says with its last word what that was.
  const said = readExitRecord(instance.logDir, process.identity.pid, process.generation);
  return said?.code === BOT_EXIT.clean ? said.reason : `its bot ${last_exit?.reason ?? 'ended'}`;
}
