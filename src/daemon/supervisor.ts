/**
 * The fleet: every instance of one home, what the user wants of it against what is true. It finds
 * living bots at its start before it starts any, and looks at each of them once a second. One bad
 * instance never touches another.
 */
import { basename } from 'node:path';
import type { AlertTestResult } from '../contract/alerts.ts';
import { GriddError, errorBody } from '../contract/errors.ts';
import type {
  CleanupAction,
  ConsoleFacts,
  FleetService,
  InstanceStatus,
  ListRow,
  StartRequest,
  StopRequest,
  SupervisorInfo,
  VerbResult,
} from '../contract/fleet-api.ts';
import type { UsageHistory } from '../contract/history-api.ts';
import type {
  AcceptPositionAnswer,
  AcceptPositionRequest,
  AdjustAnswer,
  AdjustRequest,
  CloseCarryAnswer,
} from '../contract/instance-api.ts';
import { isoTime } from '../platform/clock.ts';
import type { Cancel } from '../platform/clock.ts';
import type { LogFolder } from '../platform/log-reading/log-page.ts';
import { toHome } from '../platform/paths.ts';
import {
  cleanUp,
  conflictError,
  findConflicts,
  newRecord,
  readConfigFile,
} from '../registry/index.ts';
import type { LoadedConfig } from '../registry/index.ts';
import { AccountLimit } from './account-limit.ts';
import type { LimitWarning } from './account-limit.ts';
import type { AccountParts } from './accounts.ts';
import { ConfigWatch } from './config-watch.ts';
import type { LinkOwner } from './bot-link.ts';
import { configFault } from './bot-process.ts';
import { OWN_LATENESS_LIMIT_MS } from './health-policy.ts';
import { FigureLog } from './figure-log.ts';
import { FleetAlerts, alertFacts } from './fleet-alerts.ts';
import { FileNotes } from './file-notes.ts';
import { FleetView } from './fleet-view.ts';
import { Fleet, statusOf } from './fleet.ts';
import type { FleetParts } from './fleet.ts';
import type { Instance } from './instance.ts';
import { KeyBudgets } from './key-budgets.ts';
import { linkOwner } from './fleet-line.ts';
import { LogMark } from './log-mark.ts';
import type { InstanceSurroundings } from './instance-surroundings.ts';
import { instanceStatus, listRow, mayHold } from './instance-rows.ts';
import { reloadInstance } from './instance-reload.ts';
import { panicInstance } from './instance-panic.ts';
import { endForShutdown, stopInstance } from './instance-stop.ts';
import { judgedAdjust, judgedRestart, judgedStart, refuseStart } from './judged-verbs.ts';
import { acceptPosition, closeCarry, switchGrid } from './instance-verbs.ts';
import { forgetAges, lookAt, tendLogs } from './instance-watch.ts';
import { isUp } from './lifecycle.ts';
import { Takeover } from './takeover.ts';
import { UsageWatch } from './usage-watch.ts';

const TICK_MS = 1_000;
/** Between two looks at adopted processes whose end no connection tells. */
const GONE_MS = 250;

/** What the supervisor is handed by its main. */
export interface SupervisorParts extends Omit<FleetParts, 'judgeReload'> {
  readonly version: string;
  readonly pid: number;
  memoryMb(): number;
  console(): ConsoleFacts;
  /** Grows with every version of a config. */
  configMark(): number;
  /** The account that an instance trades on; null: not known. */
  accountOf(parts: AccountParts): string | null;
  /** Ends this process once open answers are out. */
  leave(): void;
}

export class Supervisor implements FleetService {
  readonly #parts: SupervisorParts;
  readonly #fleet: Fleet;
  readonly #takeover: Takeover;
  readonly #limit: AccountLimit;
  readonly #watch: ConfigWatch;
  readonly #notes: FileNotes<Instance>;
  readonly #budgets: KeyBudgets;
  readonly #alerts: FleetAlerts;
  readonly #usage: UsageWatch;
  readonly #figures: FigureLog;
  /** What the console shows. */
  readonly view: FleetView;
  readonly #startedAt: string;
  #lastTick: number;
  #tending = false;
  #cancelTicks: Cancel | null = null;
  #cancelGone: Cancel | null = null;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.#limit = AccountLimit.over(parts.home, () => this.#fleet.known(), parts.accountOf);
    const judgeReload: InstanceSurroundings['judgeReload'] = (loaded, status) =>
      this.#limit.beforeReload(loaded, status);
    this.#fleet = new Fleet({ ...parts, judgeReload });
    this.#takeover = new Takeover(parts, this.#fleet);
    this.#usage = new UsageWatch(parts);
    this.#watch = new ConfigWatch({ ...parts, instances: () => this.#fleet.all });
    this.#notes = new FileNotes(() => this.#fleet.all, statusOf);
    this.#budgets = new KeyBudgets(parts.clock, () => this.#fleet.all);
    this.#alerts = new FleetAlerts({ ...parts, fleet: () => this.#fleet.all.map(alertFacts) });
    this.#figures = new FigureLog(parts.clock, parts.history);
    const logMark = new LogMark(parts.clock);
    this.view = new FleetView({
      ...{ clock: parts.clock, figures: this.#figures, accountOf: parts.accountOf },
      known: () => this.#fleet.known(),
      claims: () => this.#fleet.claims(),
      info: () => this.info(),
      watched: (watched) => {
        for (const { process } of this.#fleet.all) {
          process?.connection?.send({ type: 'watched', watched });
        }
      },
      marks: () => ({
        ...parts.history.marks,
        configs: parts.configMark(),
        log: logMark.of(() => this.logFolders(null).map(({ dir }) => dir)),
      }),
    });
    this.#startedAt = isoTime(parts.clock.now());
    this.#lastTick = parts.clock.monotonic();
  }

  /** Finds what lives. Nobody is told of this supervisor before. */
  find(): Promise<void> {
    return this.#takeover.find();
  }

  /** Starts what should run, and looks after everything from then on. */
  begin(): void {
    this.#takeover.begin();
    this.#lastTick = this.#parts.clock.monotonic();
    this.#cancelTicks = this.#parts.clock.every(TICK_MS, () => this.#tick());
    this.#noteGone();
  }

  /** What the bot link asks and tells. */
  get linkOwner(): LinkOwner {
    const [fleet, budgets, { log }] = [this.#fleet, this.#budgets, this.#parts];
    return linkOwner(fleet, budgets, this.#limit, log, this.view);
  }

  info(): SupervisorInfo {
    const { pid, home, version } = this.#parts;
    const rows = this.#fleet.all;
    return {
      pid,
      home: home.folder,
      version,
      started_at: this.#startedAt,
      instances: rows.length,
      running: rows.filter(({ process }) => process !== null).length,
      memory_mb: this.#parts.memoryMb(),
      history: this.#parts.history.facts(),
      console: this.#parts.console(),
    };
  }

  /** Whether some instance trades, or would trade, live. */
  get isLive(): boolean {
    return this.#fleet.isLive;
  }

  /** Of these instances, those that are known; null: of all. */
  logFolders(ids: readonly string[] | null): LogFolder[] {
    return this.#fleet.logFolders(ids);
  }

  list(): ListRow[] {
    return this.#fleet.known()
      .map((parts) => listRow(parts))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  status(id: string): InstanceStatus {
    const parts = this.#fleet.known().find((known) => known.id === id);
    if (parts === undefined) throw this.#fleet.unknown(id);
    return instanceStatus(parts, this.#parts.history.exits(id));
  }

  usage(id: string): UsageHistory {
    if (!this.#fleet.known().some((known) => known.id === id)) throw this.#fleet.unknown(id);
    return { id, minutes: this.#parts.history.usage(id) };
  }

  async start(request: StartRequest): Promise<VerbResult[]> {
    const loaded = request.targets.map(({ config_file, instance_id }) => {
      try {
        const options = instance_id === undefined ? {} : { instanceId: instance_id };
        return readConfigFile(this.#parts.home, config_file, options);
      } catch (thrown) {
        const id = instance_id ?? basename(config_file, '.json');
        return { id, thrown: configFault(thrown, this.#fleet.recordOf(config_file)) };
      }
    });
    const good = loaded.flatMap((one) => ('thrown' in one ? [] : [one]));
    const foreign = this.#fleet.inHand(good.map(({ id }) => id));
    const conflicts = findConflicts(this.#parts.home, [...good, ...foreign]);
    return Promise.all(
      loaded.map((one, index) =>
        this.#attempt(one.id, async () => {
          if ('thrown' in one) throw one.thrown;
          const mine = conflicts.filter(({ ids }) => ids.includes(one.id));
          if (mine.length > 0) throw conflictError(mine);
          const override = request.targets[index]?.instance_id !== undefined;
          return this.#startOne(one, override, request);
        }),
      ),
    );
  }

  async #startOne(loaded: LoadedConfig, override: boolean, request: StartRequest) {
    this.#refuseWhenClosing();
    const { home } = this.#parts;
    await this.#budgets.turn(loaded.config.exchange_config.mode);
    const instance = await this.#fleet.open(loaded.id, loaded);
    const patch = {
      config_file: toHome(home, loaded.file),
      instance_id_override: override,
      live_start: request.live ?? null,
    };
    const { fresh = false, allow_running: allowRunning = false } = request;
    try {
      return await judgedStart(this.#limit, instance, loaded, { fresh, allowRunning, patch });
    } finally {
      const { writer, process } = instance;
      const nothingCame = process === null && !writer.exists && writer.isClean;
      if (nothingCame) this.#fleet.instances.delete(loaded.id);
    }
  }

  stop(request: StopRequest): Promise<VerbResult[]> {
    const { ids, ...wish } = request;
    return this.#each(ids, (instance) => stopInstance(instance, wish));
  }

  panic(ids: readonly string[] | null): Promise<VerbResult[]> {
    const meant = ids ?? this.#fleet.known().filter(mayHold).map(({ id }) => id);
    return this.#each(meant, (instance) => panicInstance(instance));
  }

  restart(ids: readonly string[]): Promise<VerbResult[]> {
    return this.#each(ids, (instance) => {
      this.#refuseWhenClosing();
      return judgedRestart(this.#limit, instance);
    });
  }

  reload(ids: readonly string[]): Promise<VerbResult[]> {
    return this.#each(ids, (instance) => {
      this.#refuseWhenClosing();
      return reloadInstance(instance);
    });
  }

  pause(ids: readonly string[]): Promise<VerbResult[]> {
    return this.#each(ids, (instance) => switchGrid(instance, 'pause'));
  }

  resume(ids: readonly string[]): Promise<VerbResult[]> {
    return this.#each(ids, (instance) => switchGrid(instance, 'resume'));
  }

  async adjust(id: string, request: AdjustRequest, key: string | null): Promise<AdjustAnswer> {
    return judgedAdjust(this.#limit, await this.#fleet.find(id), request, key);
  }

  /** Judges the text that is to be written into the file of an instance; ACCOUNT_LOSS. */
  async judgeEdit(next: LoadedConfig): Promise<LimitWarning> {
    const instance = this.#fleet.instances.get(next.id);
    const { process = null, record } = instance ?? {};
    const isOwn = record?.config_file === toHome(this.#parts.home, next.file);
    // What does not run is judged when it starts.
    if (process === null || !isOwn) return null;
    return this.#limit.beforeReload(next, process.status);
  }

  /** Throws what a start of `next` would be refused with now; what runs is not started. */
  async judgeStart(next: LoadedConfig): Promise<void> {
    const { process = null, record } = this.#fleet.instances.get(next.id) ?? {};
    if (process !== null) return;
    const { home, environment, clock } = this.#parts;
    const own = record ?? newRecord(home, next, clock.now());
    const refuseConflicts = () => this.#fleet.refuseConflicts(next, true);
    await refuseStart({ home, environment, limit: this.#limit, refuseConflicts }, next, own);
  }

  async closeCarry(id: string): Promise<CloseCarryAnswer> {
    return closeCarry(await this.#fleet.find(id));
  }

  async acceptPosition(
    id: string,
    request: AcceptPositionRequest,
  ): Promise<AcceptPositionAnswer> {
    return acceptPosition(await this.#fleet.find(id), request);
  }

  async cleanup(dryRun: boolean): Promise<CleanupAction[]> {
    const { home, registry } = this.#parts;
    const used = this.#fleet.all.filter(
      ({ process, restartWaits, record }) => process !== null || restartWaits || isUp(record.state),
    );
    await Promise.all(used.map(({ writer }) => writer.settled()));
    const actions = await cleanUp(home, registry, new Set(used.map(({ id }) => id)), dryRun);
    if (actions.length > 0) this.#parts.log.info({ actions, dryRun }, 'clean-up');
    return actions;
  }

  testAlerts(): Promise<AlertTestResult[]> {
    return this.#alerts.test();
  }

  async shutdown(bots: 'keep' | 'stop'): Promise<void> {
    this.#fleet.closing = true;
    if (bots === 'stop') {
      const ends = this.#fleet.all.map((instance) => endForShutdown(instance));
      const failed = (await Promise.allSettled(ends)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') {
        // Somebody must look after what is left.
        this.#fleet.closing = false;
        throw failed.reason;
      }
    }
    this.#watch.close();
    this.#parts.log.info(`leaving; bots ${bots === 'stop' ? 'were ended' : 'go on'}`);
    this.#parts.clock.after(0, () => this.#parts.leave());
  }

  /** Ends its own work; what was said is on disk. Bots go on. */
  async close(): Promise<void> {
    this.#fleet.closing = true;
    this.#cancelTicks?.();
    this.#cancelGone?.();
    this.#watch.close();
    this.#alerts.close();
    const all = this.#fleet.all;
    for (const instance of all) instance.cancelRestart();
    await Promise.allSettled(all.map(({ writer }) => writer.settled()));
  }

  async #each(
    ids: readonly string[],
    verb: (instance: Instance) => Promise<Omit<VerbResult, 'row'>>,
  ): Promise<VerbResult[]> {
    const distinct = [...new Set(ids)];
    return Promise.all(
      distinct.map((id) => this.#attempt(id, async () => verb(await this.#fleet.find(id)))),
    );
  }

  async #attempt(
    id: string,
    work: () => Promise<Omit<VerbResult, 'row'>>,
  ): Promise<VerbResult> {
    const row = () => {
      const known = this.#fleet.known().find((parts) => parts.id === id);
      return known === undefined ? {} : { row: listRow(known) };
    };
    try {
      const result = await work();
      return { ...result, ...row() };
    } catch (thrown) {
      const error = errorBody(thrown);
      if (error.code === 'INTERNAL') {
        this.#parts.log.error({ err: thrown }, `a verb on ${id} failed`);
      }
      return { id, ok: false, message: error.message, error, ...row() };
    } finally {
      this.view.changed();
    }
  }

  #refuseWhenClosing(): void {
    if (this.#fleet.closing) throw new GriddError('INSTANCE_BUSY', 'The supervisor is ending.');
  }

  /** Looks closely at adopted processes while there are some whose end no connection tells. */
  #noteGone(): void {
    this.#cancelGone?.();
    this.#cancelGone = null;
    let silent = false;
    for (const instance of this.#fleet.all) {
      const { process } = instance;
      if (process === null || process.connection !== null || !process.adopted) continue;
      silent = !instance.noteIfGone(process) || silent;
    }
    if (!silent || this.#fleet.closing) return;
    this.#cancelGone = this.#parts.clock.after(GONE_MS, () => this.#noteGone(), 'idle');
  }

  #tick(): void {
    const now = this.#parts.clock.monotonic();
    const late = now - this.#lastTick - TICK_MS;
    this.#lastTick = now;
    const all = this.#fleet.all;
    if (late > OWN_LATENESS_LIMIT_MS) {
      this.#parts.log.warn(`this supervisor was away for ${Math.round(late)} ms; ages forgotten`);
      for (const instance of all) forgetAges(instance);
      return;
    }
    if (this.#cancelGone === null) this.#noteGone();
    for (const instance of all) {
      lookAt(instance);
      // What a disk refused is written once there is room, without waiting for the next change.
      if (!instance.writer.isClean) void instance.writer.attempt();
    }
    this.#usage.look(all);
    this.#budgets.look();
    this.#figures.look(all, statusOf);
    this.#alerts.look();
    this.view.changed();
    if (!this.#fleet.closing) this.#watch.look();
    this.#notes.look();
    if (!this.#tending) {
      this.#tending = true;
      void this.#tend(all).finally(() => {
        this.#tending = false;
      });
    }
  }

  async #tend(all: readonly Instance[]): Promise<void> {
    try {
      await Promise.all(all.map((one) => tendLogs(one)));
    } catch (error) {
      this.#parts.log.error({ err: error }, 'a regular look failed');
    }
  }
}
