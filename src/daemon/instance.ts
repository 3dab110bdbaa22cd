/**
 * One instance under the supervisor: its record, its process, and what follows from each thing
 * that happens to that process. Invariants: at most one process; the record is on disk before a
 * spawn; every operation that starts or ends a process goes through one queue, one at a time;
 * facts (an exit, a message) are taken at once.
 */
import { GriddError, errorBody } from '../contract/errors.ts';
import type { ErrorBody, ErrorCode } from '../contract/errors.ts';
import type { RegistryRecord, StopRequest, VerbResult } from '../contract/fleet-api.ts';
import type { BotLaunch, ProcessIdentity, StatusView } from '../contract/instance-api.ts';
import { assert } from '../contract/assert.ts';
import { textOfNote } from '../contract/said-codes.ts';
import { quoted, say, sentenceOf } from '../contract/sentences.ts';
import type { Said, Telling } from '../contract/sentences.ts';
import { LAUNCH_REASONS, stateReason } from '../contract/state-reason.ts';
import { ageAt, isoTime } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { fromHome, toHome } from '../platform/paths.ts';
import { INSTANCE_LOGS, LogWatch } from '../platform/log-watch.ts';
import { identify, isAlive, currentBootId } from '../platform/process-identity.ts';
import { spawnDetached } from '../platform/spawn.ts';
import { readBotRecord, sameClaims } from '../registry/index.ts';
import type { LoadedConfig } from '../registry/index.ts';
import {
  checkLaunch,
  findLiving,
  killMarked,
  planLaunch,
  processMarkOf,
  removePids,
  secretsNow,
  writePids,
} from './bot-process.ts';
import type { LaunchPlan } from './bot-process.ts';
import { decideExit, endsByStep } from './exit-decision.ts';
import { exitFacts } from './exit-facts.ts';
import { releasePort } from './free-port.ts';
import { freshHealth } from './health-policy.ts';
import { launchFault, readInstanceConfig, readLaunchConfig, takeText } from './instance-config.ts';
import type { InstanceSurroundings } from './instance-surroundings.ts';
import { nextState } from './lifecycle.ts';
import type { LifecycleEvent } from './lifecycle.ts';
import type { RecordWriter } from './record-writer.ts';
import { decideRestart } from './restart-policy.ts';
import { RestartWait } from './restart-wait.ts';
import { newProcess } from './running-process.ts';
import type { RunningProcess } from './running-process.ts';
import { isUserFault, spawnAdvice } from './start-fault.ts';

const NO_FAULT: readonly ErrorCode[] = ['REGISTRY_UNWRITABLE', 'REGISTRY_LOCKED', 'INSTANCE_BUSY'];
const NO_FAULT_MS = 5_000;

export class Instance {
  readonly id: string;
  log: Logger;
  readonly writer: RecordWriter;
  readonly around: InstanceSurroundings;
  /** As of the last launch; null when the file could not be read. */
  loaded: LoadedConfig | null;
  process: RunningProcess | null = null;
  /** Figures of the books while no process lives; undefined: to be read. */
  saved: StatusView | null | undefined = undefined;
  /** Monotonic moment of the last warning about CPU use. */
  cpuWarnedAt: number | null = null;
  readonly logWatch = new LogWatch(INSTANCE_LOGS);
  /** Looks at its logs so far. */
  logLooks = 0;
  /** What its config file says beside what was taken from it, as a sentence. */
  fileNote: string | null = null;
  /** Warnings of the last launch. */
  warnings: LaunchPlan['warnings'] = [];
  /** The stop under way, with what it was told to do; `last`: nothing else was asked for since. */
  stopping: {
    readonly wish: Omit<StopRequest, 'ids'>;
    readonly result: Promise<Omit<VerbResult, 'row'>>;
    last: boolean;
  } | null = null;
  /** The panic under way. */
  panicking: Promise<Omit<VerbResult, 'row'>> | null = null;
  /** Stops that wait for their turn: whatever would start a process before them gives way. */
  stopsWanted = 0;
  #queue: Promise<unknown> = Promise.resolve();
  /** Its wait for a restart. */
  readonly wait: RestartWait;
  /** What the last launch of this supervisor was checked for. */
  #claims: LoadedConfig | null = null;

  constructor(
    id: string,
    writer: RecordWriter,
    loaded: LoadedConfig | null,
    log: Logger,
    around: InstanceSurroundings,
  ) {
    this.id = id;
    this.writer = writer;
    this.loaded = loaded;
    this.log = log;
    this.around = around;
    this.wait = new RestartWait(around.clock, around.restarts, () => this.#relaunchSoon());
  }

  get record(): RegistryRecord {
    return this.writer.record;
  }

  get logDir(): string {
    return fromHome(this.around.home, this.record.log_dir);
  }

  /** Runs `work` after every operation asked for before it. */
  enqueue<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(work);
    this.#queue = run.catch(() => null);
    return run;
  }

  /** Takes an event of the lifecycle: the state it leads to, if any, with its reason. */
  move(event: LifecycleEvent, reason: Telling): void {
    const { state } = this.record;
    const next = nextState(state, event);
    if (next === null) return;
    const told = stateReason(reason);
    if (next === state && told.state_reason === this.record.state_reason) return;
    this.writer.save({ state: next, ...told });
    const level = next === 'failed' || next === 'unhealthy' ? 'error' : 'info';
    const words = `${state} -> ${next}: ${told.state_reason}`;
    this.log[level]({ state: next, from: state, event }, words);
  }

  /** Reads its config file as it is now. Throws what the registry room throws. */
  readConfig(): LoadedConfig {
    this.around.configSeen(this.id);
    return readInstanceConfig(this.around.home, this.id, this.record).loaded;
  }

  /** Throws what a launch would refuse before it touches anything. */
  checkLaunch(): void {
    const loaded = this.readConfig();
    this.around.refuseConflicts(loaded, true);
    checkLaunch(this.around, loaded, this.record);
  }

  /**
   * Starts a process; `patch` goes into the record with it. A `GriddError` before the spawn leaves
   * everything as it was. Only to be called from the queue.
   */
  async launch(
    cause: BotLaunch['cause'],
    fresh: boolean,
    patch: Partial<RegistryRecord>,
  ): Promise<RunningProcess> {
    assert(this.process === null, `${this.id}: launch beside a living process`);
    const { around, record } = this;
    if (around.closing()) throw new GriddError('INSTANCE_BUSY', 'The supervisor is ending.');
    const now = around.clock.now();
    around.configSeen(this.id);
    const next = { ...record, ...patch };
    const config = readLaunchConfig(around, this.id, next, cause);
    const { loaded } = config;
    // What it claimed before is kept from the others while it should run: a restart looks only at
    // what is new, and is not held up by reading every other config.
    const held = cause === 'restart' && this.#claims !== null && sameClaims(loaded, this.#claims);
    if (!held) around.refuseConflicts(loaded, false);
    this.#claims = loaded;
    const generation = record.generation + 1;
    const surroundings = { ...around, portsInUse: around.portsInUse(this.id), now };
    const notes = [...config.notes];
    const started_at = isoTime(now);
    const take = async () => {
      // Without a log nothing is started: then the text that was kept stays as well.
      this.log = await around.openLog(this.id, loaded.logDir);
      return takeText(config, { generation, started_at }, notes);
    };
    const planning = planLaunch(surroundings, loaded, next, { cause, fresh, generation, take });
    // It may wait for I/O: the end of the last process is still written with this start, at once.
    const plan = await this.writer.holdFor(planning);
    this.loaded = loaded;
    this.warnings = [...notes, ...plan.warnings];
    for (const warning of this.warnings) this.log.warn(textOfNote(warning));
    this.cancelRestart();
    this.writer.save({
      ...patch,
      generation,
      pid: null,
      start_time: null,
      boot_id: null,
      log_dir: toHome(around.home, loaded.logDir),
      db_path: toHome(around.home, loaded.dbPath),
      web_port: plan.port ?? record.web_port,
      restart_at: null,
      started_at,
      ran_program: record.ran_program || plan.external,
      config_taken: plan.taken,
      begins_anew: fresh ? generation : null,
    });
    this.move('spawn', LAUNCH_REASONS[cause]);
    await this.writer.settled();
    if (this.writer.dropped) {
      const message = `The record of ${this.id} was dropped while it was being started.`;
      throw new GriddError('INSTANCE_BUSY', message);
    }
    return this.#spawn(plan, generation);
  }

  async #spawn(plan: LaunchPlan, generation: number): Promise<RunningProcess> {
    const spawned = spawnDetached(plan.spawn);
    if (spawned.pid === null) {
      const { error } = await spawned.ended;
      const reason = `${plan.spawn.program} ${error ?? 'could not be started'}`;
      const message = `The process of ${this.id} was not started: ${reason}.`;
      throw new GriddError('START_FAILED', message, spawnAdvice(reason));
    }
    const { pid } = spawned;
    // Null when it has ended already: its exit is told in a moment, and nobody can be mistaken for
    // it.
    const identity = identify(pid) ?? { pid, start_time: 'ended', boot_id: currentBootId() };
    const process = this.#take(identity, generation, plan.external, false, plan.secrets);
    this.log.info({ pid, generation, external: plan.external }, `started pid ${pid}`);
    void spawned.ended.then(({ code, signal }) => this.noteExit(process, code, signal));
    return process;
  }

  #take(
    identity: ProcessIdentity,
    generation: number,
    external: boolean,
    adopted: boolean,
    secrets: readonly string[] | null,
  ): RunningProcess {
    const heardAt = this.around.clock.monotonic();
    const health = freshHealth(heardAt, this.healthIntervalMs);
    const parts = { identity, generation, external, adopted, secrets, heardAt, health };
    this.process = newProcess(parts);
    // Nothing else of it: what a bot says of itself has a home, an id and a port as well.
    const { pid, start_time, boot_id } = identity;
    this.writer.save({ pid, start_time, boot_id, generation, begins_anew: null });
    writePids(this.logDir, pid, external, this.log);
    return this.process;
  }

  /** Takes over a living process. */
  adopt(identity: ProcessIdentity, generation: number, reason: Said): RunningProcess {
    assert(this.process === null, `${this.id}: adoption beside a living process`);
    this.cancelRestart();
    // What this process is, not what the config's script file says today: a bot left its record.
    const own = readBotRecord(this.logDir);
    const external = this.record.ran_program && own?.pid !== identity.pid;
    const secrets = secretsNow(this.around, this.loaded);
    const adopted = this.#take(identity, generation, external, true, secrets);
    const { pid } = identity;
    this.log.info({ pid, generation }, `adopted pid ${pid}: ${sentenceOf(reason)}`);
    this.move('adopt', reason);
    // A program says nothing by itself; a bot repeats that it is ready when it calls home.
    adopted.ready = external && ['running', 'degraded'].includes(this.record.state);
    return adopted;
  }

  /** Finds and adopts a process that an earlier supervisor started. */
  adoptLiving(reason: Said): boolean {
    const { home, hash } = this.around;
    const living = findLiving(home, hash, this.id, this.record);
    if (living === null) return false;
    const { pid, start_time, boot_id, generation } = living;
    this.adopt({ pid, start_time, boot_id }, generation, reason);
    return true;
  }

  /** Looks closely for a moment whether an adopted process has ended. */
  async watchEnd(process: RunningProcess): Promise<void> {
    if (!process.adopted) return;
    // Its sockets close a moment before the kernel calls it dead.
    for (const pause of [0, 1, 1, 2, 4, 8, 16, 32, 64, 128, 256]) {
      await this.around.clock.delay(pause);
      if (process.gone || this.noteIfGone(process)) return;
    }
  }

  /**
   * Takes note of an adopted process's end; false while it lives. Own children are told by the
   * kernel.
   */
  noteIfGone(process: RunningProcess): boolean {
    if (process.gone) return true;
    if (!process.adopted || isAlive(process.identity)) return false;
    this.noteExit(process, null, null);
    return true;
  }

  /** The process has ended: tells everyone who waits, and decides what follows. */
  noteExit(process: RunningProcess, code: number | null, signal: string | null): void {
    if (process.gone) return;
    process.gone = true;
    // Its receipt may be on the line still.
    process.connection?.ended();
    process.connection = null;
    const { pid } = process.identity;
    const at = isoTime(this.around.clock.now());
    const told = { code, signal, at };
    const { last_exit, reason, error } = exitFacts(this.id, this.logDir, process, told);
    this.writer.save({ pid: null, start_time: null, boot_id: null, last_exit });
    const { generation, adopted } = process;
    this.around.history.exit(this.id, { ...last_exit, generation, pid, adopted });
    this.log.info({ pid, code: last_exit.code, signal }, `pid ${pid} ${last_exit.reason}`);
    removePids(this.logDir, pid);
    if (process.external && !endsByStep(process.intent)) this.#killLeftovers(process);
    releasePort(this.id);
    this.process = null;
    this.saved = undefined;
    const outcome = this.#follow(process, last_exit.code, reason, error);
    process.started.open(outcome === 'adopted' ? { kind: 'adopted' } : { kind: 'ended', error });
    process.ended.open();
  }

  /** Before the next one is started, nobody of the last may be left, in its group or out of it. */
  #killLeftovers(process: RunningProcess): void {
    const killed = killMarked(processMarkOf(this.around.hash, this.id, process.generation));
    if (killed > 0) this.log.warn(`killed ${killed} processes that it left behind`);
  }

  #follow(
    process: RunningProcess,
    code: number | null,
    reason: Telling,
    error: ErrorBody,
  ): 'adopted' | 'done' {
    const { intent, external } = process;
    const { desired } = this.record;
    const auto_restart = this.loaded?.config.daemon_config.auto_restart ?? true;
    const decision = decideExit({ intent, desired, code, external, auto_restart });
    switch (decision) {
      case 'end':
        this.move('end', intent === 'shutdown' ? say('supervisor_ended') : reason);
        break;
      case 'finish':
        this.writer.save({ desired: 'stopped' });
        this.move('finish', reason);
        break;
      case 'fail':
        this.fail(error, error.message);
        break;
      case 'handover':
        break;
      case 'adopt':
        if (this.adoptLiving(say('holds_lock'))) return 'adopted';
        this.#retry(process, error, say('lock_of_another'));
        break;
      case 'retry':
        this.#retry(process, error, reason);
        break;
    }
    return 'done';
  }

  #retry(process: RunningProcess, error: ErrorBody, reason: Telling): void {
    const now = this.around.clock.sinceBoot();
    this.retryAfter(ageAt(now, process.identity.start_time), error, reason);
  }

  /** Down, until the user acts. */
  fail(error: ErrorBody, reason: Telling): void {
    this.writer.save({ last_error: error, live_start: null });
    this.move('fail', reason);
    this.around.failed(this.id);
  }

  /** Starts the instance again after its delay, or gives up. */
  retryAfter(upMs: number, error: ErrorBody, reason: Telling): void {
    const limits = this.loaded?.config.daemon_config ?? {
      restart_delay: 60,
      max_restart_attempts: 3,
    };
    const { clock, random } = this.around;
    const { restart_times, restart_boot_id } = this.record;
    const boot = currentBootId();
    const ended = {
      now: Math.round(clock.sinceBoot()),
      up_ms: upMs,
      times: restart_boot_id === boot ? restart_times : [],
      random: random(),
    };
    const decision = decideRestart(ended, limits);
    this.writer.save({ restart_times: decision.times, restart_boot_id: boot });
    if (decision.kind === 'give_up') {
      const minutes = Math.round(decision.window_ms / 60_000);
      this.fail(error, say('gave_up', { attempts: decision.attempts, minutes, reason }));
      return;
    }
    const { delay_ms } = decision;
    const fault = delay_ms === 0 ? null : launchFault(this.around, this.id, this.record);
    if (fault !== null) {
      this.fail(fault, say('no_restart', { reason, fault: quoted(fault) }));
      return;
    }
    const restart_at = ended.now + delay_ms;
    this.writer.save({ last_error: error, restarts: this.record.restarts + 1, restart_at });
    const seconds = Math.round(delay_ms / 100) / 10;
    this.move('retry', say('restart_in', { reason, attempt: decision.attempt, seconds }));
    this.wait.begin(delay_ms);
  }

  async #relaunchSoon(): Promise<void> {
    try {
      await this.enqueue(() => this.relaunch());
    } catch (thrown) {
      this.log.error({ err: thrown }, 'a restart failed in gridd itself');
    }
  }

  /** Whether a restart is waiting for its time. */
  get restartWaits(): boolean {
    return this.wait.waits;
  }

  cancelRestart(): void {
    this.wait.cancel();
  }

  /** Starts the process that should be there; what the user must act on fails the instance. */
  async relaunch(): Promise<void> {
    this.wait.cancel();
    const { closing } = this.around;
    if (this.record.desired !== 'running' || this.process !== null || closing()) return;
    if (this.stopsWanted > 0) return;
    try {
      await this.launch('restart', this.record.begins_anew === this.record.generation, {});
    } catch (thrown) {
      const error = errorBody(thrown);
      // The disk says no, or somebody is at it: no fault of the bot, which has not run.
      if (NO_FAULT.includes(error.code)) {
        const again = { reason: quoted(error), seconds: NO_FAULT_MS / 1000 };
        this.move('retry', say('tried_again', again));
        this.wait.beginAgain(NO_FAULT_MS);
        return;
      }
      if (isUserFault(thrown)) this.fail(error, error.message);
      else this.retryAfter(0, error, quoted(error));
    }
  }

  get healthIntervalMs(): number {
    return (this.loaded?.config.daemon_config.health_check_interval ?? 30) * 1000;
  }
}
