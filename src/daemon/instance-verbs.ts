/**
 * The user's verbs on one instance. Each runs in the instance's queue and tells the truth about
 * how it came out. The wish (`desired`) is on disk before anything is done about it.
 */
import { GriddError, errorBody } from '../contract/errors.ts';
import type { VerbResult } from '../contract/fleet-api.ts';
import type {
  AcceptPositionAnswer,
  AcceptPositionRequest,
  AdjustAnswer,
  AdjustRequest,
  BotMethod,
  BotRequests,
  CloseCarryAnswer,
} from '../contract/instance-api.ts';
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { codedSaid, warningsIn, withNotes } from '../contract/said-codes.ts';
import { quoted, say } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';
import { stateReason } from '../contract/state-reason.ts';
import { isUp } from './lifecycle.ts';
import { endProcess, within } from './instance-end.ts';
import { notEnded, stopTimeoutMs } from './instance-stop.ts';
import type { Instance } from './instance.ts';
import { pageUrl } from './instance-watch.ts';
import { portNotes, refuseHeldPort } from './port-notes.ts';
import { postToProgram } from './program-port.ts';
import type { RunningProcess } from './running-process.ts';
import { isUserFault, startFault } from './start-fault.ts';
import { done, standsAs } from './verb-outcome.ts';

const READY_TIMEOUT_MS = 30_000;
export const REQUEST_TIMEOUT_MS = 15_000;
const CALL_HOME_MS = 5_000;

type Result = Omit<VerbResult, 'row'>;

/** What a start takes; `patch`: the record's new facts. */
export interface StartWish {
  readonly fresh: boolean;
  readonly allowRunning: boolean;
  readonly patch: Partial<RegistryRecord>;
}

/** Starts the instance and waits until it is ready. */
export function startInstance(instance: Instance, wish: StartWish): Promise<Result> {
  if (instance.stopping !== null) instance.stopping.last = false;
  return instance.enqueue(async () => {
    giveWayToStop(instance);
    const { process, id, record } = instance;
    if (process !== null) {
      if (!wish.allowRunning) {
        const pid = process.identity.pid;
        throw new GriddError('INSTANCE_RUNNING', `${id} is already ${record.state} (pid ${pid}).`);
      }
      if (!process.ready) return { ...(await untilReady(instance, process)), unchanged: true };
      const already = say('already', { state: where(instance) });
      return done(id, already, { unchanged: true });
    }
    return launchAndWait(instance, wish, false);
  });
}

/**
 * Ends the process with SIGTERM, which touches no order, and starts it anew; starts a stopped one.
 */
export function restartInstance(instance: Instance): Promise<Result> {
  if (instance.stopping !== null) instance.stopping.last = false;
  return instance.enqueue(async () => {
    giveWayToStop(instance);
    // A config that cannot start must not cost the bot that runs.
    instance.checkLaunch();
    if (instance.process !== null) await refuseHeldPort(instance, instance.process);
    return restartNow(instance, say('restart_asked'));
  });
}

/** INSTANCE_BUSY where a stop was asked for since: the last word counts. */
function giveWayToStop(instance: Instance): void {
  if (instance.stopsWanted === 0) return;
  throw new GriddError('INSTANCE_BUSY', `${instance.id} was told to stop before it was ready.`);
}

/** A restart whose checks are done. Only to be called from the queue. */
export async function restartNow(instance: Instance, reason: Said): Promise<Result> {
  const { process } = instance;
  if (process !== null) {
    // What cannot be recorded is refused now: afterwards it would have cost the bot that runs.
    instance.writer.save(stateReason(reason));
    await instance.writer.settled();
    if (process.gone) return restartNow(instance, reason);
    process.intent = 'restart';
    process.intentReason = reason;
    instance.move('stop', reason);
    // Before it ends: to a supervisor that comes after a kill it must not look like a crash.
    await instance.writer.attempt();
    if (!(await endProcess(instance, process, stopTimeoutMs(instance)))) {
      process.intent = null;
      throw notEnded(instance, process);
    }
  }
  // What was said to a start that came to nothing is not said to this one.
  const patch = process === null ? { live_start: null } : {};
  return launchAndWait(instance, { fresh: false, patch }, process !== null);
}

/** `ended`: a process was ended for it, which is owed a next one. */
async function launchAndWait(
  instance: Instance,
  { fresh, patch }: Pick<StartWish, 'fresh' | 'patch'>,
  ended: boolean,
): Promise<Result> {
  const anew = { restarts: 0, restart_times: [], last_error: null, safe_run: null };
  const asked = { desired: 'running', ...anew } as const;
  try {
    const kept = instance.record.web_port;
    const process = await instance.launch('start', fresh, { ...asked, ...patch });
    const result = await untilReady(instance, process);
    return withNotes(result, portNotes(instance, kept));
  } catch (caught) {
    const thrown = startFault(instance.id, caught);
    // Refused before a process existed: what had been ended for it is tried again where only the
    // machine refused; where the user must act, and at a mere start, it stays down and says so.
    if (instance.process === null && isUp(instance.record.state)) {
      const error = errorBody(thrown);
      if (isUserFault(thrown) || !ended) instance.fail(error, error.message);
      else instance.retryAfter(0, error, quoted(error));
    }
    throw thrown;
  }
}

async function untilReady(instance: Instance, first: RunningProcess): Promise<Result> {
  const { id } = instance;
  const { clock } = instance.around;
  const deadline = clock.monotonic() + READY_TIMEOUT_MS;
  let process: RunningProcess | null = first;
  while (process !== null) {
    giveWayToStop(instance);
    const left = deadline - clock.monotonic();
    if (left <= 0 || !(await within(process.started.passed, left, clock))) {
      throw notReady(id, process.waitsFor);
    }
    const outcome = await process.started.passed;
    switch (outcome.kind) {
      case 'ready':
        await instance.writer.settled();
        return withNotes(done(id, where(instance), { warnings: [] }), instance.warnings);
      case 'interrupted':
        throw new GriddError('INSTANCE_BUSY', `${id} was told to stop before it was ready.`);
      case 'adopted':
        process = instance.process;
        break;
      case 'ended':
        throw startFailed(instance, GriddError.fromBody(outcome.error));
    }
  }
  throw new GriddError('LOCK_HELD', `Another process ran ${id} and has ended.`);
}

function notReady(id: string, waitsFor: string | null): GriddError {
  const late = `${id} is not ready after ${READY_TIMEOUT_MS / 1000} s`;
  if (waitsFor === null) return new GriddError('START_FAILED', `${late}; it goes on starting.`);
  const message = `${late} and goes on trying: ${waitsFor}`;
  const hint = '`gridd status ID` says whether it still waits; `gridd stop ID` ends that.';
  return new GriddError('VENUE_UNREACHABLE', message, { hint });
}

function startFailed(instance: Instance, error: GriddError): GriddError {
  const { state, state_reason } = instance.record;
  if (state !== 'backoff') return error;
  const { problems, hint } = error;
  return new GriddError(error.code, `${error.message} (${state_reason})`, { problems, hint });
}

function where(instance: Instance): Said {
  return standsAs(instance.record, pageUrl(instance));
}

/** Pauses or resumes the grid. */
export async function switchGrid(instance: Instance, verb: 'pause' | 'resume'): Promise<Result> {
  const { id } = instance;
  const process = await readyProcess(instance);
  if (process.external) {
    await postToProgram(programUrlOf(instance), `/api/${verb}`, {});
    return done(id, say(verb === 'pause' ? 'paused' : 'resumed'));
  }
  const line = lineOf(instance, process);
  if (verb === 'pause') {
    await line.request('pause', {}, REQUEST_TIMEOUT_MS);
    return done(id, say('paused'));
  }
  const code = process.status?.tripped?.reason;
  const { was_tripped: trip } = await line.request('resume', {}, REQUEST_TIMEOUT_MS);
  if (trip === null || trip === undefined) return done(id, say('resumed'));
  const told = code === undefined ? trip : { code, text: trip };
  return done(id, say('resumed_tripped', { trip: told }));
}

/** Closes inventory that no grid holds, at market. */
export function closeCarry(instance: Instance): Promise<CloseCarryAnswer> {
  return askBot(instance, 'close_carry', {});
}

/** Shows or books the difference between the venue's position and the books'. */
export function acceptPosition(
  instance: Instance,
  request: AcceptPositionRequest,
): Promise<AcceptPositionAnswer> {
  return askBot(instance, 'accept_position', request);
}

/** Asks what only the built-in bot answers. */
async function askBot<M extends BotMethod>(
  instance: Instance,
  method: M,
  params: BotRequests[M]['params'],
): Promise<BotRequests[M]['result']> {
  const process = await readyProcess(instance);
  if (!process.external) {
    return lineOf(instance, process).request(method, params, REQUEST_TIMEOUT_MS);
  }
  throw new GriddError('PROGRAM_UNSUPPORTED', `The program of ${instance.id} offers no such verb.`);
}

/** Adjusts the grid. */
export async function adjustGrid(
  instance: Instance,
  request: AdjustRequest,
  key: string | null,
): Promise<AdjustAnswer> {
  const process = await readyProcess(instance);
  if (!process.external) {
    return lineOf(instance, process).request('adjust', { request, key }, REQUEST_TIMEOUT_MS);
  }
  const url = programUrlOf(instance);
  const answer = await postToProgram(url, '/api/grid/adjust', request);
  return programAnswer(request, answer);
}

/** What a program answered, with the words of the request where it says nothing itself. */
function programAnswer(request: AdjustRequest, answer: unknown): AdjustAnswer {
  const said = typeof answer === 'object' && answer !== null ? answer : {};
  return {
    applied: request.dry_run !== true,
    unchanged: false,
    converged: true,
    pending: 0,
    orders_kept: 0,
    orders_cancelled: 0,
    orders_placed: 0,
    parcels_moved: 0,
    carry: '0',
    market_trade: '0',
    profit_per_grid: { min: '0', max: '0' },
    lower: String(request.grid_lower_price ?? '-'),
    upper: String(request.grid_upper_price ?? '-'),
    grids: request.grid_num ?? 0,
    quantity_per_grid: '0',
    ...warningsIn([codedSaid(say('taken_by_program'))]),
    ...said,
  };
}

/** The process once it obeys: one that was just adopted calls home within a second. */
export async function readyProcess(instance: Instance): Promise<RunningProcess> {
  const { id } = instance;
  const { clock } = instance.around;
  const deadline = clock.monotonic() + CALL_HOME_MS;
  for (;;) {
    const { process, record } = instance;
    if (process === null) {
      throw new GriddError('INSTANCE_NOT_RUNNING', `${id} is not running (${record.state}).`);
    }
    if (process.intent !== null) throw new GriddError('INSTANCE_BUSY', `${id} is being ended.`);
    if (process.ready) return process;
    if (clock.monotonic() > deadline) {
      throw new GriddError('INSTANCE_BUSY', `${id} is ${record.state} and not ready yet.`);
    }
    await clock.delay(50);
  }
}

/** The line to the bot; BOT_UNREACHABLE when there is none. */
export function lineOf(instance: Instance, process: RunningProcess) {
  if (process.connection !== null) return process.connection;
  throw new GriddError('BOT_UNREACHABLE', `The bot of ${instance.id} is not on the line.`);
}

function programUrlOf(instance: Instance): string {
  const url = pageUrl(instance);
  if (url !== null) return url;
  throw new GriddError('PROGRAM_UNSUPPORTED', `The program of ${instance.id} has no port.`);
}
