/**
 * What page, supervisor and CLI see of the grid, and what they may ask of it. Reads the runner
 * and the books; changes the grid only by runner tasks.
 */
import { formatMoney } from '../contract/decimal.ts';
import { GRID_STATES } from '../contract/trading.ts';
import { GriddError } from '../contract/errors.ts';
import type {
  AcceptPositionAnswer,
  AcceptPositionRequest,
  AdjustAnswer,
  AdjustRequest,
  CloseCarryAnswer,
  FillView,
  HealthView,
  InstanceService,
  LevelView,
  OrderView,
  ReceiptView,
  ResumeAnswer,
  StatusView,
} from '../contract/instance-api.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import type { Market } from '../contract/market.ts';
import { priceText, sizeText } from '../contract/market.ts';
import { carryRefusal, ladder, profitRange } from '../engine/index.ts';
import type { AdjustPreview, GridPlan } from '../engine/index.ts';
import { VenueFault } from '../exchange/port.ts';
import type { Venue } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import { isoTime } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books } from '../store/index.ts';
import { GridAccount, liquidationAlarm, liquidationView } from './grid-account.ts';
import { designInPlace, designNext, gridValues, marginCheck, onTrailedRange } from './plan.ts';
import type { PositionDifference } from './position-check.ts';
import type { Runner } from './runner.ts';
import type { SetAside } from './set-aside.ts';

export interface ServiceParts {
  readonly id: string;
  /** As in force; replaced when the file is read anew. */
  readonly config: () => InstanceConfig;
  readonly market: Market;
  readonly venue: Venue;
  readonly books: Books;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Logger;
  /** Replaced when the file is read anew. */
  readonly warnings: () => readonly string[];
  readonly startedAtMs: number;
  /** Milliseconds by which our clock is behind the venue's; null: not measured. */
  readonly clockOffset: () => number | null;
  readonly aside?: SetAside;
  readonly acceptPosition: (dry: boolean) => Promise<PositionDifference>;
}

/** Reasons of our own for a line without its order; every other one is the venue's refusal. */
const OWN_REASONS: ReadonlySet<string> = new Set([
  ...['max_position', 'max_orders', 'entry_waits', 'post_only_would_cross', 'cancelled'],
  ...['max_open_orders', 'max_order_notional', 'price_collar', 'position_differs'],
  ...['line_taken', 'start_order', 'pending', ...GRID_STATES],
]);

/** Reasons of a line without its order that end by themselves. */
const UNSETTLED = new Set(['pending', 'line_taken', 'start_order']);

/** A turn of the engine older than this means that it hangs. */
const STUCK_MS = 10_000;

export class GridService implements InstanceService {
  readonly id: string;
  readonly account: GridAccount;
  readonly #parts: ServiceParts;
  #profit: { plan: GridPlan; range: { min: string; max: string } } | null = null;
  #adjusted: boolean;

  constructor(parts: ServiceParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.account = new GridAccount(parts);
    this.#adjusted = parts.books.meta('adjusted') === 'yes';
  }

  get adjusted(): boolean {
    return this.#adjusted;
  }

  /** The plan in force equals the file again, and the books say so. */
  clearAdjusted(): void {
    this.#adjusted = false;
    this.#parts.runner.changed();
  }

  /** Reads the account, see `GridAccount`; outside a task. */
  refresh(): Promise<void> {
    return this.account.refresh();
  }

  /** Reads the account inside a task: of a venue in lockstep before it goes on, else beside. */
  async refreshWithin(): Promise<void> {
    const reading = this.account.refresh();
    if (this.#parts.venue.capabilities.lockstep) await reading;
    // Whatever else than a venue's silence ends it is a bug of ours, and told by a task.
    else void reading.catch((bug: Error) => this.#parts.runner.run(() => Promise.reject(bug)));
  }

  status(): StatusView {
    const { market, runner, clock } = this.#parts;
    const { metadata, exchange_config } = this.#parts.config();
    const { plan } = runner.state;
    const sums = runner.figures();
    const risk = this.account.liquidations(runner.state);
    const alarm = risk === null ? [] : liquidationAlarm(market, runner.ticks, risk);
    const degraded = [...runner.degraded, ...this.#refusedLines()];
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
      profit_per_grid: this.#profitRange(plan),
      ...this.account.yieldOf(this.#presentValues()),
      ...(risk === null ? {} : { liquidation: liquidationView(market, risk) }),
      tripped: runner.gridState === 'tripped' ? runner.state.tripped : null,
      clock_offset_ms: this.#parts.clockOffset(),
      venue_requests: this.#venueRequests(),
      adjusted: this.#adjusted,
      warnings: [...alarm, ...this.#parts.warnings(), ...this.#outOfRange(plan)],
      started_at: isoTime(this.#parts.startedAtMs),
      updated_at: isoTime(clock.now()),
    };
  }

  /**
   * Lines that the venue refuses, told once per reason: a grid without orders must not look well.
   */
  #refusedLines(): string[] {
    const { market, runner } = this.#parts;
    const counts = new Map<string, number>();
    for (const { reason } of ladder(market, runner.state)) {
      if (reason === null || OWN_REASONS.has(reason)) continue;
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    return [...counts].map(
      ([reason, count]) => `The venue refuses ${count} orders: ${reason.replaceAll('_', ' ')}.`,
    );
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

  #outOfRange(plan: GridPlan): string[] {
    const { market, runner } = this.#parts;
    const [lower = 0, upper = 0] = [plan.lines[0], plan.lines.at(-1)];
    if (runner.ticks >= lower && runner.ticks <= upper) return [];
    const side = runner.ticks < lower ? 'below' : 'above';
    return [`The price ${priceText(market, runner.ticks)} is ${side} the range.`];
  }

  /** A run that is over is a result: it is looked at, not moved. */
  assertNotOver(code: 'ADJUST_REFUSED' | 'INSTANCE_NOT_RUNNING'): void {
    if (this.#parts.runner.gridState !== 'finished') return;
    throw new GriddError(code, `The run of ${this.id} is over; nothing was changed.`, {
      hint: '`gridd stop ID`, then `gridd start ID` begins a new run, with --fresh on new books.',
    });
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
    const { market, runner } = this.#parts;
    const lines = ladder(market, runner.state).map((line) => ({
      index: line.index,
      price: priceText(market, line.ticks),
      side: line.side,
      size: sizeText(market, line.lots),
      filled: sizeText(market, line.filled),
      order_id: line.order_id,
      reason: line.reason,
    }));
    return lines.sort((a, b) => b.index - a.index);
  }

  async health(): Promise<HealthView> {
    const database = await attempt(() => void this.#parts.books.meta('binding'));
    const venue = await attempt(() => this.#parts.venue.serverTime());
    const age = this.#parts.runner.turnAge();
    const engine = age > STUCK_MS ? `The engine took no turn for ${Math.round(age)} ms.` : 'ok';
    const ok = [database, venue, engine].every((part) => part === 'ok');
    return { ok, database, venue, engine };
  }

  /**
   * Moves the grid (GRID 8). ADJUST_REFUSED with every problem; IDEMPOTENCY_CONFLICT when the key
   * was used for another request; a repeated key gets the stored answer and changes nothing.
   */
  async adjust(request: AdjustRequest, key: string | null): Promise<AdjustAnswer> {
    const { runner } = this.#parts;
    const answer = await this.#adjustOnce(request, key);
    if (!answer.applied) return answer;
    // The task ended when all it caused had its answer: what does not rest now is not converged.
    const { orders } = runner.state;
    const moving = orders.filter(({ status, role }) => status !== 'open' || role !== 'line');
    const waiting = this.levels().filter(({ reason }) => reason !== null && UNSETTLED.has(reason));
    const pending = moving.length + waiting.length;
    return { ...answer, pending, converged: pending === 0 };
  }

  async #adjustOnce(request: AdjustRequest, key: string | null): Promise<AdjustAnswer> {
    const { runner, books, clock, venue } = this.#parts;
    if (!venue.capabilities.lockstep) await this.refresh();
    return runner.run(async () => {
      this.assertNotOver('ADJUST_REFUSED');
      const wanted = JSON.stringify(request);
      const known = key === null ? null : books.answer(key);
      if (known !== null) {
        if (known.request === wanted) return JSON.parse(known.answer) as AdjustAnswer;
        throw new GriddError('IDEMPOTENCY_CONFLICT', 'This key was used for another request.');
      }
      await this.refreshWithin();
      const { plan, warnings } = this.#designed(request);
      const position = request.position ?? 'carry';
      const diff = runner.preview(plan, position);
      this.account.assertSurvives(diff, 'ADJUST_REFUSED');
      const dry = request.dry_run === true;
      const told = [...warnings, ...this.#outOfRange(plan)];
      const answer = this.#answer(plan, diff, told, dry);
      if (dry) return answer;
      const saved = key === null ? {} : { request: stored(key, wanted, answer) };
      const meta = { adjusted: 'yes', effective: JSON.stringify(this.#values(request)) };
      const event = { type: 'adjust', plan, position, at_ms: clock.now() } as const;
      await runner.apply(event, diff.unchanged ? saved : { meta, ...saved });
      if (!diff.unchanged) this.#adjusted = true;
      const { lower, upper, grids } = answer;
      this.#parts.log.info({ lower, upper, grids }, 'adjusted');
      return answer;
    });
  }

  async pause(): Promise<void> {
    const { runner, clock } = this.#parts;
    const meta = { paused_by: 'user' };
    await runner.run(() => {
      this.assertNotOver('INSTANCE_NOT_RUNNING');
      return runner.apply({ type: 'pause', at_ms: clock.now() }, { meta });
    });
    this.#parts.log.info('paused by the user');
  }

  async resume(): Promise<ResumeAnswer> {
    const { runner, clock } = this.#parts;
    const was_tripped = await runner.run(async () => {
      this.assertNotOver('INSTANCE_NOT_RUNNING');
      const { tripped } = runner.state;
      await runner.apply({ type: 'resume', at_ms: clock.now() });
      return tripped?.text ?? null;
    });
    this.#parts.log.info({ was_tripped }, 'resumed by the user');
    return { was_tripped };
  }

  /** Closes the carry at market; what it could not close yet is pending. CARRY_REFUSED. */
  async closeCarry(): Promise<CloseCarryAnswer> {
    const { market, runner, clock } = this.#parts;
    const carry = () => sizeText(market, runner.figures().carry_lots);
    const before = carry();
    await runner.run(() => {
      const refusal = carryRefusal(runner.state);
      if (refusal === null) return runner.apply({ type: 'close_carry', at_ms: clock.now() });
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

  /**
   * Grid values in force (those of the last adjust, else the file's), with the request's on top.
   */
  #values(request: AdjustRequest) {
    const { grid_lower_price, grid_upper_price, grid_num, order_quantity, investment } = request;
    const { market, runner } = this.#parts;
    const known = this.#presentValues();
    const ranged = movesRange(request) ? onTrailedRange(market, known, runner.state.plan) : known;
    const { order_quantity: _size, ...present } = ranged;
    // Until the user says otherwise the size in force stays, however it once came about.
    const size =
      order_quantity === undefined && investment !== undefined
        ? { investment }
        : { order_quantity: order_quantity ?? this.#quantityInForce() };
    return {
      ...present,
      ...size,
      ...(grid_lower_price === undefined ? {} : { grid_lower_price }),
      ...(grid_upper_price === undefined ? {} : { grid_upper_price }),
      ...(grid_num === undefined ? {} : { grid_num }),
    };
  }

  /** Grid values of the last adjust, else the file's. */
  #presentValues(): ReturnType<typeof gridValues> {
    const effective = this.#parts.books.meta('effective');
    return effective === null ? gridValues(this.#parts.config()) : parsed(effective);
  }

  #quantityInForce(): string {
    return sizeText(this.#parts.market, this.#parts.runner.state.plan.lots_per_grid);
  }

  #designed(request: AdjustRequest) {
    const { market, runner } = this.#parts;
    const price = priceText(market, runner.ticks);
    const funds = this.account.funds(marginCheck(this.#parts.config()));
    const present = { plan: runner.state.plan, price, funds };
    const designed = movesRange(request) ? designNext : designInPlace;
    return designed(market, this.#values(request), present, 'ADJUST_REFUSED');
  }

  #answer(
    plan: GridPlan,
    diff: AdjustPreview,
    warnings: readonly string[],
    dry: boolean,
  ): AdjustAnswer {
    const { market } = this.#parts;
    const risk = this.account.liquidations(diff.after);
    return {
      applied: !dry,
      unchanged: diff.unchanged,
      converged: false,
      pending: 0,
      orders_kept: diff.kept.length,
      orders_cancelled: diff.cancelled.length,
      orders_placed: diff.placed.length,
      parcels_moved: diff.parcels_moved,
      carry: sizeText(market, diff.carry_lots),
      market_trade: sizeText(market, diff.market_lots),
      profit_per_grid: this.#profitRange(plan),
      lower: priceText(market, plan.lines[0] ?? 0),
      upper: priceText(market, plan.lines.at(-1) ?? 0),
      grids: plan.lines.length - 1,
      quantity_per_grid: sizeText(market, plan.lots_per_grid),
      ...(risk === null ? {} : { liquidation: liquidationView(market, risk) }),
      warnings,
    };
  }

  #profitRange(plan: GridPlan): { min: string; max: string } {
    if (this.#profit?.plan === plan) return this.#profit.range;
    const range = profitRange(this.#parts.market, plan.lines);
    this.#profit = { plan, range };
    return range;
  }
}

function parsed(text: string): ReturnType<typeof gridValues> {
  return JSON.parse(text) as ReturnType<typeof gridValues>;
}

function stored(key: string, request: string, answer: AdjustAnswer) {
  return { key, request, answer: JSON.stringify(answer) };
}

async function attempt(probe: () => unknown): Promise<string> {
  try {
    await probe();
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function movesRange({ grid_lower_price, grid_upper_price, grid_num }: AdjustRequest): boolean {
  return [grid_lower_price, grid_upper_price, grid_num].some((value) => value !== undefined);
}
