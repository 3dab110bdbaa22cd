/** A small instance behind the port that the web server is handed: figures that a test sets. */
import type {
  AcceptPositionAnswer,
  AcceptPositionRequest,
  CloseCarryAnswer,
  AdjustAnswer,
  AdjustRequest,
  FillView,
  HealthView,
  InstanceActions,
  InstanceService,
  LevelView,
  OrderView,
  ReceiptView,
  ResumeAnswer,
  StatusView,
  StopReceipt,
} from '../../src/contract/instance-api.ts';
import type {
  BotHealth,
  CandleInterval,
  CandleView,
  CurveSpan,
  EngineView,
  EquityView,
  FillPage,
  Happening,
  LineHeat,
  OrderPage,
  PageMarks,
  PageService,
} from '../../src/contract/page-api.ts';
import type { Actor } from '../../src/contract/console-api.ts';
import type { OnStop } from '../../src/contract/trading.ts';
import { GriddError } from '../../src/contract/errors.ts';
import { encodeState, initialState } from '../../src/engine/index.ts';
import { planOf, testMarket } from '../engine/matching.ts';

const market = testMarket({ tick: '0.01', maker_fee: '0.0002', taker_fee: '0.0005' });

export const SAMPLE_STATUS: StatusView = {
  instance_id: 'bp_sol_01',
  name: 'Backpack SOL Grid Instance 1',
  state: 'running',
  degraded: [],
  grid_state: 'running',
  venue: 'paper',
  mode: 'paper',
  symbol: 'SOL_USDC_PERP',
  base: 'SOL',
  quote: 'USDC',
  direction: 'neutral',
  price: '150.42',
  position: '-1.5',
  lower: '140',
  upper: '160',
  grids: 20,
  quantity_per_grid: '0.5',
  open_orders: 20,
  cycles: 37,
  grid_profit: '17.842153',
  unpaired: '-2.3071',
  fees: '0.6123',
  funding: '-0.0042',
  total_pnl: '15.535053',
  equity: '10015.535053',
  carry: '0',
  profit_per_grid: { min: '0.5871', max: '0.6743' },
  investment: '1612.5',
  apr: { grid: '24.1', total: '-3.52' },
  liquidation: {
    now: null,
    buys_filled: '88.1',
    sells_filled: '1230.55',
    nearest_percent: '41.43',
    alarm: false,
  },
  adjusted: false,
  warnings: [],
  started_at: '2026-01-05T08:30:00.000Z',
  updated_at: '2026-01-05T12:30:00.000Z',
};

export const SAMPLE_FILL: FillView = {
  trade_id: 't1',
  order_id: 7,
  gap: 9,
  side: 'sell',
  price: '150',
  size: '0.5',
  fee: '0.015',
  cycle_profit: '0.47015',
  at: '2026-01-05T12:29:58.120Z',
};

export const SAMPLE_LEVEL: LevelView = {
  index: 0,
  price: '140',
  side: 'buy',
  size: '0.5',
  filled: '0',
  order_id: 1,
  reason: null,
};

export const SAMPLE_RECEIPT: ReceiptView = {
  id: 3,
  kind: 'stop',
  reason: 'stop',
  orders_cancelled: 20,
  orders_left: 0,
  position: '0.5',
  grid_profit: '17.842153',
  unpaired: '-2.3071',
  total_pnl: '15.535053',
  at: '2026-01-05T12:30:00.000Z',
  period: {
    from: '2026-01-05T08:30:00.000Z',
    to: '2026-01-05T12:30:00.000Z',
    fills: 1,
    bought: '0.5',
    sold: '0',
    cost: '75',
    proceeds: '0',
    fees: '0.015',
    funding: '-0.0042',
    adjusted: '0',
    position_before: '0',
    position_after: '0.5',
    price_before: null,
    price_after: '150.42',
    total: '0.1908',
    grid_profit: '0.2',
    unpaired: '-0.0092',
    difference: '0',
  },
  trade_ids: ['t1'],
};

const SAMPLE_ORDER: OrderView = {
  id: 1,
  client_id: 'g-1',
  role: 'grid',
  gap: 0,
  side: 'buy',
  price: '140',
  size: '0.5',
  filled: '0',
  status: 'open',
  reason: null,
  created_at: '2026-01-05T08:30:01.000Z',
};

const SAMPLE_CANDLE: CandleView = {
  time: 1_767_616_200,
  open: '150',
  high: '150.6',
  low: '149.8',
  close: '150.42',
};

/** What a page reads beside the figures; records what it was asked for. */
export class SamplePage implements PageService {
  readonly asked: unknown[][] = [];
  fares: BotHealth = {
    ...{ venue_latency_ms: 42, stream_age_ms: 800, clock_offset_ms: 3, venue_requests: null },
    ...{ memory_mb: 61.5, cpu_percent: 0.4, event_loop_delay_ms: 1.2, restarts: 0 },
    ...{ uptime_s: 14_400, supervised: true },
  };
  counts: PageMarks = { candles: 1, fills: 1, orders: 1, happenings: 4, receipts: 3, log: 1 };
  candlesShown: readonly CandleView[] = [SAMPLE_CANDLE];

  candles(interval: CandleInterval, from: number, to: number): readonly CandleView[] {
    this.asked.push(['candles', interval, from, to]);
    return this.candlesShown;
  }

  equity(span: CurveSpan): Promise<EquityView> {
    this.asked.push(['equity', span]);
    const sums = { equity: '10015.5', grid_profit: '17.8', total_pnl: '15.5' };
    const points = [{ time: 1_767_616_200, ...sums }];
    return Promise.resolve({ points, run: 60, drawdown: null });
  }

  heat(from: number): readonly LineHeat[] {
    this.asked.push(['heat', from]);
    return [{ index: 0, price: '140', buys: 3, sells: 2 }];
  }

  engine(): EngineView {
    const values = {
      ...{ grid_lower_price: 90, grid_upper_price: 110, grid_num: 10, order_quantity: 1 },
    };
    return {
      ...{ market: market.rules, state: encodeState(initialState(planOf(market, values))) },
      ...{ price: '100', balance: '5000', instance_id: 'bp_sol_01', values },
      ...{ margin_check: 'warn', aside: '0' },
    };
  }

  fills(limit: number, before: string | null): FillPage {
    this.asked.push(['fills', limit, before]);
    return { fills: [SAMPLE_FILL], next: '7' };
  }

  orders(limit: number, before: string | null, status: string | null): OrderPage {
    this.asked.push(['orders', limit, before, status]);
    return { orders: [SAMPLE_ORDER], next: null };
  }

  health(): BotHealth {
    return this.fares;
  }

  marks(): PageMarks {
    return this.counts;
  }

  happenings(limit: number, before: number | null): readonly Happening[] {
    this.asked.push(['happenings', limit, before]);
    return [{ id: 4, at: '2026-01-05T12:00:00.000Z', code: 'tripped', text: 'max_loss' }];
  }
}

/** An `InstanceService` whose figures a test sets; it records what it was asked. */
export class SampleService implements InstanceService, InstanceActions {
  readonly id = 'bp_sol_01';
  readonly page = new SamplePage();
  readonly adjustments: { request: AdjustRequest; key: string | null }[] = [];
  readonly limits: number[] = [];
  readonly listeners = new Set<() => void>();
  shown: StatusView = SAMPLE_STATUS;
  lines: readonly LevelView[] = [SAMPLE_LEVEL];
  trades: readonly FillView[] = [SAMPLE_FILL];
  papers: readonly ReceiptView[] = [SAMPLE_RECEIPT];
  healthy: HealthView = { ok: true, database: 'ok', venue: 'ok', engine: 'ok' };
  reads = 0;
  /** Thrown by the next call of status() or adjust(). */
  failure: Error | null = null;

  readonly actors: Actor[] = [];
  readonly stops: unknown[] = [];
  /** Receipts whose answers have gone out. */
  answers = 0;

  as(actor: Actor): InstanceActions {
    this.actors.push(actor);
    return this;
  }

  async stop(wish: Partial<OnStop>): Promise<StopReceipt> {
    if (this.failure !== null) throw this.failure;
    this.stops.push(wish);
    return SAMPLE_RECEIPT;
  }

  panic(): Promise<StopReceipt> {
    return this.stop({ orders: 'cancel', position: 'close' });
  }

  answered(): void {
    this.answers += 1;
  }

  status(): StatusView {
    this.reads += 1;
    if (this.failure !== null) throw this.failure;
    return this.shown;
  }

  orders(): readonly OrderView[] {
    return [SAMPLE_ORDER];
  }

  fills(limit: number): readonly FillView[] {
    this.limits.push(limit);
    return this.trades.slice(0, limit);
  }

  receipts(limit: number, by: 'stop' | 'day'): readonly ReceiptView[] {
    return this.papers.filter(({ kind }) => (kind === 'day') === (by === 'day')).slice(0, limit);
  }

  levels(): readonly LevelView[] {
    return this.lines;
  }

  health(): Promise<HealthView> {
    return Promise.resolve(this.healthy);
  }

  adjust(request: AdjustRequest, key: string | null): Promise<AdjustAnswer> {
    if (this.failure !== null) return Promise.reject(this.failure);
    this.adjustments.push({ request, key });
    const lower = String(request.grid_lower_price);
    const upper = String(request.grid_upper_price);
    const applied = request.dry_run !== true;
    if (applied) this.change({ lower, upper, adjusted: true });
    return Promise.resolve({
      applied,
      unchanged: false,
      converged: false,
      pending: 12,
      orders_kept: 16,
      orders_cancelled: 4,
      orders_placed: 8,
      parcels_moved: 2,
      carry: '0.5',
      market_trade: '0',
      profit_per_grid: { min: '0.41', max: '0.5' },
      lower,
      upper,
      grids: request.grid_num ?? 20,
      quantity_per_grid: '0.5',
      warnings: [],
    });
  }

  async pause(): Promise<void> {
    if (this.shown.grid_state === 'finished') {
      throw new GriddError('INSTANCE_NOT_RUNNING', 'The run of bp_sol_01 is over.');
    }
    this.change({ grid_state: 'paused' });
  }

  async resume(): Promise<ResumeAnswer> {
    const was_tripped = this.shown.tripped?.text ?? null;
    this.change({ grid_state: 'running', tripped: null });
    return { was_tripped };
  }

  async closeCarry(): Promise<CloseCarryAnswer> {
    return { carry_before: this.shown.carry, carry: '0', pending: false };
  }

  async acceptPosition(request: AcceptPositionRequest): Promise<AcceptPositionAnswer> {
    const applied = request.dry_run !== true;
    return { applied, venue: '2.5', books: '2', difference: '0.5', price: '140' };
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Changes figures and tells those who listen. */
  change(more: Partial<StatusView>): void {
    this.shown = { ...this.shown, ...more };
    for (const listener of this.listeners) listener();
  }
}
