/**
 * What page, supervisor and CLI see of the grid, and what they may ask of it. Reads the runner
 * and the books; changes the grid only by runner tasks.
 */
import { formatMoney } from '../contract/decimal.ts';
import type { Actor } from '../contract/history-api.ts';
import { GriddError } from '../contract/errors.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import type {
  AcceptPositionAnswer,
  AcceptPositionRequest,
  AdjustAnswer,
  AdjustRequest,
  CloseCarryAnswer,
  FillView,
  HealthView,
  InstanceActions,
  InstanceService,
  LevelView,
  OrderView,
  ReceiptView,
  ResumeAnswer,
  StatusView,
} from '../contract/instance-api.ts';
import { priceText, sizeText } from '../contract/market.ts';
import type { EngineView } from '../contract/page-api.ts';
import { warningsIn } from '../contract/said-codes.ts';
import type { CodedText, Note } from '../contract/said-codes.ts';
import { carryRefusal, effectiveLeverage, liquidationView } from '../engine/index.ts';
import type { GridFigures, GridPlan } from '../engine/index.ts';
import { VenueFault } from '../exchange/port.ts';
import { isoTime } from '../platform/clock.ts';
import { AuditOutbox } from './audit-outbox.ts';
import { AverageEntry } from './average-entry.ts';
import { HealthWatch } from './bot-health.ts';
import type { HealthFacts } from './bot-health.ts';
import { ChartRecord } from './chart-record.ts';
import { GridAccount, liquidationAlarm } from './grid-account.ts';
import { GridAdjust } from './grid-adjust.ts';
import type { AdjustParts } from './grid-adjust.ts';
import { lineViews, refusedLines } from './line-views.ts';
import { pageActions } from './page-actions.ts';
import { PageJudge } from './page-judge.ts';
import type { JudgeDoor } from './page-judge.ts';
import { PageReads } from './page-reads.ts';
import { PageWishes } from './page-wishes.ts';
import type { WishDoor } from './page-wishes.ts';
import { marginCheck } from './plan.ts';
import type { PositionDifference } from './position-check.ts';
import { BOOKS_BEGAN } from './receipt.ts';
import type { SetAside } from './set-aside.ts';
import { pageFigures } from './status-figures.ts';

export interface ServiceParts extends AdjustParts {
  /** Replaced when the file is read anew. */
  readonly warnings: () => readonly Note[];
  readonly startedAtMs: number;
  /** Milliseconds by which our clock is behind the venue's; null: not measured. */
  readonly clockOffset: () => number | null;
  readonly aside?: SetAside;
  /** Milliseconds since the last word of the venue's stream; null: it cannot be silent. */
  readonly streamAge?: () => number | null;
  /** The supervisor; absent: there is none. */
  readonly supervisor?: WishDoor & JudgeDoor;
  /** Of this process: automatic restarts before it, and where its log is; absent: not known. */
  readonly process?: { readonly restarts: number | null; readonly logDir: string };
  readonly acceptPosition: (dry: boolean) => Promise<PositionDifference>;
}

/** A turn of the engine older than this means that it hangs. */
const STUCK_MS = 10_000;
const DAY_MS = 86_400_000;
const NO_SUPERVISOR: WishDoor = { connected: false, wish: () => undefined };

export class GridService implements InstanceService {
  readonly id: string;
  readonly account: GridAccount;
  /** What the page asks for beside the figures. */
  readonly page: PageReads;
  /** What was done on the page, until the supervisor has written it down. */
  readonly outbox: AuditOutbox;
  readonly wishes: PageWishes;
  readonly #judge: PageJudge;
  readonly #parts: ServiceParts;
  readonly #adjusting: GridAdjust;
  #began: string | null = null;
  readonly #entry: AverageEntry;
  readonly #charts: ChartRecord;
  readonly #health: HealthWatch;
  #recordedAt: number | null = null;
  /** Under which the record has the last price; null before the first. */
  #pricedMoment: number | null = null;
  #orders: unknown = null;
  #orderChanges = 0;

  constructor(parts: ServiceParts) {
    const { id, market, books, runner, clock } = parts;
    this.id = id;
    this.#parts = parts;
    this.account = new GridAccount(parts);
    this.#adjusting = new GridAdjust(parts, this.account);
    this.#entry = new AverageEntry(market, books);
    this.#charts = new ChartRecord({ market, books, clock, beside: () => this.#entry.meta });
    this.#health = new HealthWatch({ clock, facts: () => this.#healthFacts() });
    this.page = new PageReads({
      ...{ market, books, runner, charts: this.#charts },
      engineFacts: () => this.#engineFacts(),
      investment: () => this.account.yieldOf(this.#adjusting.presentValues()).investment,
      health: this.#health,
      orderChanges: () => this.#orderChanges,
      logDir: parts.process?.logDir ?? null,
      clock,
    });
    this.outbox = new AuditOutbox({ id, books, log: parts.log });
    const { supervisor } = parts;
    this.wishes = new PageWishes(id, supervisor ?? NO_SUPERVISOR, clock);
    this.#judge = new PageJudge({
      ...{ clock, ...(supervisor === undefined ? {} : { supervisor }) },
      limit: () => limitOf(parts.config()),
    });
    runner.subscribe(() => this.#noteChange());
  }

  as(actor: Actor): InstanceActions {
    const { outbox, wishes } = this;
    const { clock } = this.#parts;
    return pageActions({ moved: this, outbox, wishes, judge: this.#judge, clock }, actor);
  }

  /** Records the sums of this second; a disk that takes nothing costs no more than that. */
  record(): void {
    const { runner } = this.#parts;
    const { total, grid_profit, cycles } = runner.figures();
    const at = this.#venueMoment;
    const equity = this.account.equity ?? total;
    if (at !== null) this.#charts.sums({ equity, grid_profit, total, cycles }, at);
    this.#charts.keep();
  }

  /** Writes what was recorded: the last step of an end in good order. */
  keepRecord(): void {
    this.#charts.write();
    this.#health.stop();
  }

  #healthFacts(): HealthFacts {
    const { runner, venue, clock, clockOffset, streamAge, supervisor, process } = this.#parts;
    const within = venue.capabilities.lockstep;
    return {
      // A venue inside this process answers at once.
      venue_latency_ms: within ? null : runner.latency.median(clock.monotonic()),
      stream_age_ms: streamAge?.() ?? null,
      clock_offset_ms: clockOffset(),
      venue_requests: this.#venueRequests() ?? null,
      restarts: process?.restarts ?? null,
      supervised: supervisor?.connected ?? false,
    };
  }

  #noteChange(): void {
    const { runner } = this.#parts;
    // State is never changed in place.
    if (runner.state.orders !== this.#orders) this.#orderChanges += 1;
    this.#orders = runner.state.orders;
    if (runner.pricedAt === null || runner.pricedAt === this.#recordedAt) return;
    this.#recordedAt = runner.pricedAt;
    this.#pricedMoment = this.#venueMoment ?? runner.pricedAt;
    this.#charts.price(runner.ticks, this.#pricedMoment);
  }

  /** A market that stands still for us has a time of its own, told with its prices. */
  get #venueMoment(): number | null {
    const { runner, venue } = this.#parts;
    return venue.capabilities.lockstep ? runner.pricedAt : runner.venueNow();
  }

  #engineFacts(): Omit<EngineView, 'market' | 'state' | 'price'> {
    const { aside, market } = this.#parts;
    const { equity } = this.account;
    return {
      instance_id: this.id,
      balance: equity === null ? null : formatMoney(equity),
      values: this.#adjusting.presentValues(),
      margin_check: marginCheck(this.#parts.config()),
      aside: sizeText(market, aside?.lots ?? 0),
    };
  }

  #pageFigures(sums: GridFigures) {
    const { market, runner } = this.#parts;
    const { state } = runner;
    const at = this.#venueMoment;
    const young = this.account.ageMs < DAY_MS;
    const record = at === null ? null : this.#charts.dayBefore(at);
    return pageFigures({
      ...{ market, state, sums, averageEntry: this.#entry.price },
      leverage: effectiveLeverage(market, this.#adjusting.presentValues()),
      exposure: this.account.exposure(state),
      // Books that are younger than a day began from nothing.
      dayBefore: record ?? (young ? { grid_profit: '0', total_pnl: '0', cycles: 0 } : null),
    });
  }

  /** The plan in force equals the file again, and the books say so. */
  clearAdjusted(): void {
    this.#adjusting.clearAdjusted();
  }

  /** Reads the account, see `GridAccount`; outside a task. */
  refresh(): Promise<void> {
    return this.account.refresh();
  }

  /** Reads the account inside a task, see `GridAccount`. */
  refreshWithin(): Promise<void> {
    return this.account.refreshWithin();
  }

  status(): StatusView {
    const { market, runner, clock } = this.#parts;
    const { metadata, exchange_config } = this.#parts.config();
    const { plan } = runner.state;
    const adjusting = this.#adjusting;
    const sums = runner.figures();
    const risk = this.account.liquidations(runner.state);
    const reasons = [...runner.degradedCodes, ...refusedLines(market, runner.state)];
    const degraded = reasons.map(({ text }) => text);
    const { warnings, coded } = this.#warnings(plan, risk);
    return {
      instance_id: this.id,
      name: metadata.name ?? this.id,
      state: degraded.length > 0 ? 'degraded' : 'running',
      degraded,
      grid_state: runner.gridState,
      venue: this.#parts.venue.name,
      mode: exchange_config.mode,
      symbol: metadata.symbol,
      base: market.rules.base,
      quote: market.rules.quote,
      direction: plan.direction,
      price: priceText(market, runner.ticks),
      position: sizeText(market, sums.position_lots),
      lower: priceText(market, plan.lines[0] ?? 0),
      upper: priceText(market, plan.lines.at(-1) ?? 0),
      grids: plan.lines.length - 1,
      quantity_per_grid: sizeText(market, plan.lots_per_grid),
      open_orders: sums.open_orders,
      cycles: sums.cycles,
      grid_profit: formatMoney(sums.grid_profit),
      unpaired: formatMoney(sums.unpaired),
      fees: formatMoney(sums.fees),
      funding: formatMoney(sums.funding),
      total_pnl: formatMoney(sums.total),
      equity: formatMoney(this.account.equity ?? sums.total),
      carry: sizeText(market, sums.carry_lots),
      profit_per_grid: adjusting.profitRange(plan),
      ...this.account.yieldOf(adjusting.presentValues()),
      ...(risk === null ? {} : { liquidation: liquidationView(market, risk) }),
      tripped: runner.gridState === 'tripped' ? runner.state.tripped : null,
      position_differs: this.#positionDiffers(sums.position_lots),
      clock_offset_ms: this.#parts.clockOffset(),
      venue_requests: this.#venueRequests(),
      ...this.#pageFigures(sums),
      adjusted: adjusting.adjusted,
      warnings,
      coded: [...reasons, ...coded],
      started_at: isoTime(this.#parts.startedAtMs),
      updated_at: isoTime(clock.now()),
      ...(this.#pricedMoment === null ? {} : { priced_at: isoTime(this.#pricedMoment) }),
      ...this.#booksBegan(),
    };
  }

  /** Read once: it never changes, and is there from the start of the grid on. */
  #booksBegan(): Pick<StatusView, 'books_began_at'> {
    this.#began ??= this.#parts.books.meta(BOOKS_BEGAN);
    return this.#began === null ? {} : { books_began_at: isoTime(Number(this.#began)) };
  }

  /** What to keep in mind, and the sentences of it that have a code. */
  #warnings(
    plan: GridPlan,
    risk: Parameters<typeof liquidationAlarm>[2] | null,
  ): { warnings: string[]; coded: CodedText[] } {
    const { market, runner, aside } = this.#parts;
    const near = risk === null ? [] : liquidationAlarm(market, runner.ticks, risk);
    const outside = this.#adjusting.outOfRange(plan);
    const notes = warningsIn(this.#parts.warnings());
    const coded = [
      ...notes.coded,
      ...near.map((text) => ({ code: 'liquidation_near', text }) as const),
      ...(aside?.warnings ?? []).map((text) => ({ code: 'position_aside', text }) as const),
      ...outside,
    ];
    const beyond = outside.map(({ text }) => text);
    return { warnings: [...near, ...notes.warnings, ...beyond], coded };
  }

  #positionDiffers(ours: number): string | null {
    const { market, runner } = this.#parts;
    const { mismatch } = runner.state;
    if (mismatch === null) return null;
    const theirs = sizeText(market, mismatch.venue_lots);
    return `the venue holds ${theirs}, the books ${sizeText(market, ours)}`;
  }

  #venueRequests(): StatusView['venue_requests'] {
    const { venue, runner, clock } = this.#parts;
    const usage = venue.usage();
    if (usage !== null) {
      const [per_minute, used] = [Math.floor(usage.allowed), Math.ceil(usage.used)];
      return { per_minute, left: Math.max(0, per_minute - used) };
    }
    const { requestsPerMinute } = runner.budget;
    const left = runner.budget.left(clock.monotonic());
    if (requestsPerMinute === null || left === null) return null;
    return { per_minute: Math.floor(requestsPerMinute), left };
  }

  /** A run that is over is a result: it is looked at, not moved. */
  assertNotOver(code: 'ADJUST_REFUSED' | 'INSTANCE_NOT_RUNNING'): void {
    this.#adjusting.assertNotOver(code);
  }

  /** That what a change of the grid is to place waits; nothing while it does not. */
  heldBack(): CodedText[] {
    return this.#adjusting.heldBack();
  }

  orders(): readonly OrderView[] {
    return this.#parts.books.aliveOrders();
  }

  fills(limit: number): readonly FillView[] {
    return this.#parts.books.fills(limit);
  }

  receipts(limit: number, by: 'stop' | 'day'): readonly ReceiptView[] {
    return this.#parts.books.receipts(limit, by);
  }

  levels(): readonly LevelView[] {
    const { market, runner, books } = this.#parts;
    return lineViews(market, runner.state, books.aliveOrders());
  }

  async health(): Promise<HealthView> {
    const database = await attempt(() => void this.#parts.books.meta('binding'));
    const venue = await attempt(() => this.#parts.venue.serverTime());
    const age = this.#parts.runner.turnAge();
    const engine = age > STUCK_MS ? `The engine took no turn for ${Math.round(age)} ms.` : 'ok';
    const ok = [database, venue, engine].every((part) => part === 'ok');
    return { ok, database, venue, engine };
  }

  /** See `GridAdjust`. */
  adjust(request: AdjustRequest, key: string | null): Promise<AdjustAnswer> {
    return this.#adjusting.adjust(request, key);
  }

  /** See `GridAdjust`. */
  isAnswered(key: string): boolean {
    return this.#adjusting.isAnswered(key);
  }

  async pause(): Promise<void> {
    const { runner } = this.#parts;
    const meta = { paused_by: 'user' };
    await runner.run(() => {
      this.assertNotOver('INSTANCE_NOT_RUNNING');
      return runner.apply({ type: 'pause', at_ms: runner.venueNow() }, { meta });
    });
    this.#parts.log.info('paused by the user');
  }

  async resume(): Promise<ResumeAnswer> {
    const { runner } = this.#parts;
    const was_tripped = await runner.run(async () => {
      this.assertNotOver('INSTANCE_NOT_RUNNING');
      const { tripped } = runner.state;
      await runner.apply({ type: 'resume', at_ms: runner.venueNow() });
      return tripped?.text ?? null;
    });
    this.#parts.log.info({ was_tripped }, 'resumed by the user');
    return { was_tripped };
  }

  /** Closes the carry at market; what it could not close yet is pending. CARRY_REFUSED. */
  async closeCarry(): Promise<CloseCarryAnswer> {
    const { market, runner } = this.#parts;
    const carry = () => sizeText(market, runner.figures().carry_lots);
    const before = carry();
    await runner.run(() => {
      const refusal = carryRefusal(runner.state);
      if (refusal === null) return runner.apply({ type: 'close_carry', at_ms: runner.venueNow() });
      throw new GriddError('CARRY_REFUSED', `The carry of ${this.id} stays: ${refusal}.`);
    });
    const pending = runner.state.orders.some(({ role }) => role === 'carry');
    this.#parts.log.info({ before, after: carry(), pending }, 'close-carry asked for');
    return { carry_before: before, carry: carry(), pending };
  }

  /** The venue's position is taken for true; BOT_UNREACHABLE when the venue does not say. */
  async acceptPosition({ dry_run = false }: AcceptPositionRequest): Promise<AcceptPositionAnswer> {
    try {
      const difference = await this.#parts.acceptPosition(dry_run);
      return { applied: !dry_run, ...difference };
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      const message = `The venue does not say what its position is: ${error.message}.`;
      throw new GriddError('VENUE_UNREACHABLE', message);
    }
  }

  subscribe(listener: () => void): () => void {
    return this.#parts.runner.subscribe(listener);
  }
}

function limitOf({ exchange_config }: InstanceConfig): string | null {
  const { max_account_loss: limit } = exchange_config;
  return limit === undefined ? null : String(limit);
}

async function attempt(probe: () => unknown): Promise<string> {
  try {
    await probe();
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
