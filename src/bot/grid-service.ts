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
import { priceText, sizeText } from '../contract/market.ts';
import { carryRefusal, ladder } from '../engine/index.ts';
import { VenueFault } from '../exchange/port.ts';
import { isoTime } from '../platform/clock.ts';
import { GridAccount, liquidationAlarm, liquidationView } from './grid-account.ts';
import { GridAdjust } from './grid-adjust.ts';
import type { AdjustParts } from './grid-adjust.ts';
import type { PositionDifference } from './position-check.ts';
import { BOOKS_BEGAN } from './receipt.ts';
import type { SetAside } from './set-aside.ts';

export interface ServiceParts extends AdjustParts {
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

/** A turn of the engine older than this means that it hangs. */
const STUCK_MS = 10_000;

export class GridService implements InstanceService {
  readonly id: string;
  readonly account: GridAccount;
  readonly #parts: ServiceParts;
  readonly #adjusting: GridAdjust;
  #began: string | null = null;

  constructor(parts: ServiceParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.account = new GridAccount(parts);
    this.#adjusting = new GridAdjust(parts, this.account);
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
      profit_per_grid: adjusting.profitRange(plan),
      ...this.account.yieldOf(adjusting.presentValues()),
      ...(risk === null ? {} : { liquidation: liquidationView(market, risk) }),
      tripped: runner.gridState === 'tripped' ? runner.state.tripped : null,
      position_differs: this.#positionDiffers(sums.position_lots),
      clock_offset_ms: this.#parts.clockOffset(),
      venue_requests: this.#venueRequests(),
      adjusted: adjusting.adjusted,
      warnings: [...alarm, ...this.#parts.warnings(), ...adjusting.outOfRange(plan)],
      started_at: isoTime(this.#parts.startedAtMs),
      updated_at: isoTime(clock.now()),
      ...this.#booksBegan(),
    };
  }

  /** Read once: it never changes, and is there from the start of the grid on. */
  #booksBegan(): Pick<StatusView, 'books_began_at'> {
    this.#began ??= this.#parts.books.meta(BOOKS_BEGAN);
    return this.#began === null ? {} : { books_began_at: isoTime(Number(this.#began)) };
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
    const { stop_hold: hold } = runner.state;
    const stop = hold === null ? [] : [`No stop-loss waits at the venue: ${words(hold.reason)}.`];
    return [...stop, ...[...counts].map(([reason, count]) => unplacedText(reason, count))];
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
  heldBack(): string[] {
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

  /** See `GridAdjust`. */
  adjust(request: AdjustRequest, key: string | null): Promise<AdjustAnswer> {
    return this.#adjusting.adjust(request, key);
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

async function attempt(probe: () => unknown): Promise<string> {
  try {
    await probe();
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What is said of lines whose orders do not rest for one and the same reason. */
export function unplacedText(reason: string, count: number): string {
  // Held back by the venue, or before it by this bot's share of what its key may send.
  if (reason === 'rate_limited') return `${count} orders wait: too many requests for now.`;
  return `The venue refuses ${count} orders: ${words(reason)}.`;
}

function words(reason: string): string {
  return reason.replaceAll('_', ' ');
}
