/**
 * One instance put together: config, books, venue, runner, page. Start and crash recovery are the
 * same code: load the store, ask the venue, reconcile, continue.
 */
import { join } from 'node:path';
import type { BotLaunch, ReloadAnswer } from '../contract/instance-api.ts';
import { GriddError, errorBody } from '../contract/errors.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import { nearestTicks, priceText, sizeText } from '../contract/market.ts';
import type { Market } from '../contract/market.ts';
import { assert } from '../contract/assert.ts';
import { warningsIn } from '../contract/said-codes.ts';
import type { Note } from '../contract/said-codes.ts';
import type { Quoted } from '../contract/sentences.ts';
import { venueError } from '../exchange/venue-error.ts';
import type { KindLoaders } from '../exchange/venues.ts';
import { systemClock as clock } from '../platform/clock.ts';
import { fileStamp } from '../platform/folder-watch.ts';
import type { LifetimeLock } from '../platform/lifetime-lock.ts';
import type { Logger } from '../platform/logger.ts';
import { PACKAGE_FOLDER } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { currentBootId } from '../platform/process-identity.ts';
import {
  expandConfig,
  followWebToken,
  readConfigFile,
  refuseExposedEnv,
  refuseOpenAddress,
} from '../registry/index.ts';
import { removeBooks } from '../store/index.ts';
import type { Books } from '../store/index.ts';
import { serveInstance } from '../web/server/instance-server.ts';
import type { PageServer } from '../web/server/page-server.ts';
import { loadAssets } from '../web/server/page-assets.ts';
import { clientTag } from './client-id.ts';
import { eachSecond } from './each-second.ts';
import { keepsSize, planAsSaved, planOfFile } from './file-values.ts';
import type { GridInForce } from './file-values.ts';
import { GridService } from './grid-service.ts';
import type { KeyShare } from './key-share.ts';
import { openGrid } from './opening.ts';
import type { Adopted, OpenedGrid } from './opening.ts';
import type { JudgeDoor } from './page-judge.ts';
import type { WishDoor } from './page-wishes.ts';
import { isTaken, marginCheck, samePlan, takenFrom } from './plan.ts';
import { ordersOf, readEdited } from './reload.ts';
import type { Runner } from './runner.ts';
import { Session } from './session.ts';
import { hadValues, readStartConfig, valuesOf } from './start-config.ts';

/** What `main` hands in: where, what, and what to do about a bug. */
export interface BotParts {
  readonly home: Home;
  readonly launch: BotLaunch;
  /** Of the environment and .env, read anew at each call. */
  readonly variables: () => Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  /** Held by this process for its life. */
  readonly lock: Pick<LifetimeLock, 'guards'>;
  /** What it may send of what its key may send. */
  readonly share: KeyShare;
  readonly onBug: (error: unknown) => void;
  /** The line to the supervisor; absent: there is none. */
  readonly supervisor?: WishDoor & JudgeDoor;
  /** Told that the venue refuses everything for good: the process should end. */
  readonly onRefused?: (error: GriddError) => void;
  /** Told that the page has got its port at last. */
  readonly onPage?: () => void;
  /** Told why nothing begins yet; null: it goes on. */
  readonly waits?: (reason: Quoted | null) => void;
  /** Other kinds of venues than the built-in ones. */
  readonly kinds?: KindLoaders;
}

/** First and longest wait of a page for its port. */
const [PAGE_RETRY_MS, PAGE_RETRY_MOST_MS] = [1000, 30_000];
/** A venue that errs about a key does not do so for this long. */
const REFUSED_MS = 300_000;
const UNGUARDED =
  'Its lock file was removed, so a second bot could be started beside it: restart it.';

export class Bot {
  readonly session: Session;
  readonly service: GridService;
  readonly #parts: BotParts;
  readonly #books: Books;
  readonly #market: Market;
  /** Read once: a page that gets its port late must not depend on the installation. */
  readonly #assets = loadAssets(join(PACKAGE_FOLDER, 'dist', 'web', 'ui'), 'instance');
  #config: InstanceConfig;
  #notes: readonly Note[];
  readonly #adopted: Adopted | null;
  #server: PageServer | null = null;
  #fileStamp: string | null = null;
  #statusStale = true;
  #closing = false;

  /** Opens everything, touches no order; rejects with a `GriddError` where the user must act. */
  static async open(parts: BotParts): Promise<Bot> {
    const { home, launch, log } = parts;
    const loaded = readStartConfig(home, launch);
    refuseExposedEnv(home, loaded);
    refuseOpenAddress(home, loaded);
    const { config, warnings } = expandConfig(loaded, parts.variables());
    for (const { text } of [...loaded.warnings, ...warnings]) log.warn(text);
    return new Bot(parts, await openGrid({ ...parts, clock }, config, loaded.warnings));
  }

  private constructor(parts: BotParts, opened: OpenedGrid) {
    const { home, launch, log } = parts;
    const { books, venue, market, state, aside } = opened;
    this.#parts = parts;
    this.#adopted = opened.adopted;
    this.#config = opened.config;
    this.#notes = opened.notes;
    this.#books = books;
    this.#market = market;
    const tag = clientTag(home.folder, launch.id);
    const ticks = nearestTicks(market, opened.price);
    assert(ticks !== null, `the venue's price is "${opened.price}"`);
    const { onBug } = parts;
    const strategy = () => this.#config.strategy_config;
    const live = opened.config.exchange_config.mode === 'live';
    this.session = new Session({
      ...{ market, venue, books, clock, log, tag, state, ticks, strategy, onBug, aside },
      bootId: currentBootId(),
      // On paper the machine that could die is the venue: the grid's own stop-loss is enough.
      venueStops: live,
      deadManMs: () => secondsOf(this.#config.daemon_config.dead_man_s),
      onBreach: live ? 'trip' : 'crash',
    });
    const { runner } = this.session;
    parts.share.follow(runner.venue, runner.budget);
    this.service = new GridService({
      id: launch.id,
      config: () => this.#config,
      market,
      venue: runner.venue,
      books,
      runner,
      clock,
      log,
      aside,
      warnings: () => [...aside.warnings, ...this.#notes],
      startedAtMs: clock.now(),
      clockOffset: () => this.session.venueClock.offset,
      acceptPosition: (dry) => this.session.acceptPosition(dry),
      streamAge: () => this.session.streamAge,
      process: { restarts: launch.restarts ?? null, logDir: launch.log_dir },
      ...(parts.supervisor === undefined ? {} : { supervisor: parts.supervisor }),
    });
    runner.subscribe(() => {
      this.#statusStale = true;
    });
    // What was saved into the file after its text was taken has not been looked at yet.
    this.#fileStamp = launch.taken === undefined ? fileStamp(launch.config_file) : null;
  }

  get runner(): Runner {
    return this.session.runner;
  }

  /** Port of the page; null while none could be had. */
  get webPort(): number | null {
    return this.#server?.port ?? null;
  }

  get limits(): InstanceConfig['daemon_config'] {
    return this.#config.daemon_config;
  }

  /**
   * Recovers and begins to trade: the venue's events arrive from here on. Goes no step further
   * once it is closed.
   */
  async begin(): Promise<void> {
    await this.#recover();
    if (this.#closing) return;
    await this.session.connect();
    this.#goOnEachSecond();
  }

  /** Recovers for a panic: hears the venue, keeps trying to reach it, and begins nothing. */
  async beginFenced(): Promise<void> {
    await this.session.recoverFenced();
    if (this.#closing) return;
    await this.session.connect();
    this.#goOnEachSecond();
  }

  /** Serves the page; at a user's start a port that cannot be had is PORT_TAKEN. */
  async serve(retryMs = PAGE_RETRY_MS): Promise<void> {
    const { launch, log } = this.#parts;
    const { web_host, web_allowed_hosts, strict_port } = this.#config.daemon_config;
    try {
      this.#server = await serveInstance(this.service, {
        host: web_host,
        allowedHosts: web_allowed_hosts,
        token: followWebToken(this.#parts.home),
        live: () => this.#config.exchange_config.mode === 'live',
        port: launch.web_port,
        avoidPorts: launch.avoid_ports,
        strictPort: strict_port,
        assets: this.#assets,
        logDir: launch.log_dir,
        log: (error) => log.error({ err: error }, 'the page server failed'),
      });
      if (this.#server.warning !== null) log.warn(this.#server.warning);
      this.runner.setDegraded('page', null);
    } catch (error) {
      // At a restart the grid trades on whatever its page does.
      if (launch.cause === 'start' || !(error instanceof GriddError)) throw error;
      this.runner.setDegraded('page', `The page has no port: ${error.message}`);
      const again = async () => {
        if (this.#closing) return;
        await this.serve(Math.min(2 * retryMs, PAGE_RETRY_MOST_MS));
        if (this.#server !== null) this.#parts.onPage?.();
      };
      clock.after(retryMs, () => void again(), 'idle');
    }
  }

  /**
   * Takes the edited file: grid values as an adjust, all checks first. Where a key needs a new
   * process nothing is done but the checks. Rejects with what is wrong, the old one runs on.
   */
  reload(): Promise<ReloadAnswer> {
    const { runner } = this;
    const { home, launch, variables, log } = this.#parts;
    return runner.run(async () => {
      const stamp = fileStamp(launch.config_file);
      const edited = readEdited(home, launch, variables(), this.#config);
      const { config, restart, inPlace: applied } = edited;
      const taken = this.#books.meta('fingerprint');
      const moves = !isTaken(taken, config);
      if (moves) this.service.assertNotOver('ADJUST_REFUSED');
      const designed = moves ? planOfFile(this.#gridInForce, config, taken) : null;
      const notes = [...edited.warnings, ...(designed?.coded ?? [])];
      const { warnings, coded } = warningsIn(notes);
      const nothing = applied.length === 0 && !moves;
      const untouched = { restart, applied: [], orders: null, warnings, coded };
      if (restart.length > 0) return untouched;
      if (nothing) {
        // What the supervisor alone acts on may concern the bot's own logs.
        this.#config = config;
        return untouched;
      }
      const diff = designed === null ? null : runner.preview(designed.plan, 'carry');
      if (diff !== null) this.service.account.assertSurvives(diff, 'GRID_REFUSED');
      if (designed !== null) {
        const { plan } = designed;
        const at_ms = runner.venueNow();
        const event = { type: 'adjust', plan, position: 'carry', at_ms } as const;
        await runner.apply(event, { meta: takenFrom(config) });
        this.service.clearAdjusted();
      }
      this.#config = config;
      this.#notes = notes;
      this.#fileStamp = stamp;
      this.session.intervalChanged();
      log.info({ applied }, 'the edited config was taken');
      const held = diff === null ? [] : this.service.heldBack();
      const told = [...warnings, ...held.map(({ text }) => text)];
      const orders = diff === null ? null : ordersOf(diff);
      return { restart, applied, orders, warnings: told, coded: [...coded, ...held] };
    });
  }

  /** Lets the present task end, then closes venue, page and books; orders stay as they are. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.session.close();
    await this.service.refresh();
    this.#saveStatus();
    this.service.keepRecord();
    await this.#server?.close();
    this.#books.close();
  }

  /** A start that was refused: closes, and leaves no books where nothing ever ran. */
  abandon(): void {
    const untouched = this.#books.engineState() === null;
    this.#books.close();
    if (untouched) removeBooks(this.#parts.launch.db_path);
  }

  async #recover(): Promise<void> {
    const { launch } = this.#parts;
    const first = this.#books.engineState() === null;
    if (this.#adopted !== null) await this.#adopt(this.#adopted);
    await this.session.recover();
    if (this.#closing) return;
    await this.#takeFileValues(first);
    if (this.#closing) return;
    await this.session.begin(launch.cause === 'restart' ? 'restart' : 'start');
    if (this.#closing) return;
    await this.service.refresh();
    this.#saveStatus();
  }

  /** The first turn of its books: a crash leaves all of it done, or the user is asked again. */
  async #adopt({ lots, ticks }: Adopted): Promise<void> {
    const size = sizeText(this.#market, lots);
    const price = priceText(this.#market, ticks);
    const at_ms = this.runner.venueNow();
    const event = { type: 'accept_position', venue_lots: lots, ticks, at_ms } as const;
    await this.runner.run(() => this.runner.apply(event, { adjustment: { size, price } }));
    this.#parts.log.info({ size, price }, 'the position that was there became the carry');
  }

  /** The stored plan wins, unless the config's grid values changed since they were last taken. */
  async #takeFileValues(first: boolean): Promise<void> {
    const { runner } = this;
    const { launch } = this.#parts;
    if (hadValues(this.#books, launch)) return;
    const taken = this.#books.meta('fingerprint');
    if (first || isTaken(taken, this.#config)) {
      const values = { ...(first ? takenFrom(this.#config) : {}), ...valuesOf(launch) };
      // Lost, it would let a restart undo what was adjusted since.
      await runner.run(() => runner.store(() => this.#writeMeta(values)));
      return;
    }
    // The account as it stands now decides whether the new values may be taken.
    await this.service.refresh();
    const { plan } = planOfFile(this.#gridInForce, this.#config, taken);
    this.service.account.assertSurvives(runner.preview(plan, 'carry'), 'GRID_REFUSED');
    this.#parts.log.info('the grid values of the file changed: applied as an adjust');
    const at_ms = runner.venueNow();
    const event = { type: 'adjust', plan, position: 'carry', at_ms } as const;
    // In one turn: a crash between plan and fingerprint would adjust a second time.
    const meta = { ...takenFrom(this.#config), ...valuesOf(launch) };
    await runner.run(() => runner.apply(event, { meta }));
    this.service.clearAdjusted();
  }

  /** Writes such as `takenFrom`: the config says what the plan in force is. */
  #writeMeta(values: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(values)) this.#books.setMeta(key, value);
    if ('adjusted' in values) this.service.clearAdjusted();
  }

  get #gridInForce(): GridInForce {
    const { state, ticks } = this.runner;
    const funds = this.service.account.funds(marginCheck(this.#config));
    return { market: this.#market, plan: state.plan, ticks, funds };
  }

  #saveStatus(): void {
    this.runner.keep(() => this.#books.saveStatus(this.service.status()));
  }

  /** Each second: duration, comparison with the venue, saved figures, an edited file, its lock. */
  #goOnEachSecond(): void {
    const { runner } = this;
    const { lock, log } = this.#parts;
    eachSecond({
      ...{ clock, runner, over: () => this.#closing },
      task: async () => {
        runner.setDegraded('lock', lock.guards() ? null : UNGUARDED);
        await this.session.tick();
        this.#lookAtRefusal();
        await this.service.refreshWithin();
        if (this.#statusStale) this.#saveStatus();
        this.#statusStale = false;
        this.service.record();
        this.#books.checkpoint();
        this.#lookAtFile();
      },
      failed: (error) => log.error({ error: errorBody(error) }, 'turn failed'),
    });
  }

  /** A key that was taken back: its bot ends, so that somebody is told. */
  #lookAtRefusal(): void {
    const refusal = this.session.refusal.at(clock.monotonic());
    if (refusal === null || refusal.age_ms < REFUSED_MS) return;
    this.#parts.onRefused?.(venueError(this.#config.metadata.exchange, refusal.fault));
  }

  /** After `adjust --save` the file says what the grid does: no longer "adjusted". */
  #lookAtFile(): void {
    const { launch, home, log } = this.#parts;
    const changed = fileStamp(launch.config_file);
    if (changed === this.#fileStamp) return;
    this.#fileStamp = changed;
    try {
      const loaded = readConfigFile(home, launch.config_file, { instanceId: launch.id });
      if (!keepsSize(loaded.config, this.#books.meta('fingerprint'))) return;
      const { plan } = planAsSaved(this.#gridInForce, loaded.config);
      if (!samePlan(plan, this.runner.state.plan)) return;
      // The grid only: everything else of an edit waits for a reload.
      const { duration: _edited, ...values } = loaded.config.strategy_config;
      const { duration, interval } = this.#config.strategy_config;
      const kept = duration === undefined ? { interval } : { interval, duration };
      this.#config = { ...this.#config, strategy_config: { ...values, ...kept } };
      this.runner.keep(() => this.#writeMeta(takenFrom(this.#config)));
    } catch (error) {
      const why = { error: errorBody(error) };
      log.warn(why, 'the edited config cannot be used; the old one runs on');
    }
  }
}

function secondsOf(seconds: number | undefined): number | null {
  return seconds === undefined ? null : seconds * 1000;
}
