/**
 * A venue that misbehaves as told: it lists late, loses events and answers, and refuses. It is not
 * in step with the bot, and its time is a test's manual clock.
 */
import { lotsOf, makeMarket, priceText, sizeText, ticksOf } from '../../src/contract/market.ts';
import type { Market } from '../../src/contract/market.ts';
import { paperMarket } from '../../src/exchange/paper/index.ts';
import type {
  CancelOutcome,
  OrderRequest,
  SubmitOutcome,
  TriggerRequest,
  Venue,
  VenueCapabilities,
  VenueEvent,
  VenueFill,
  VenueOrder,
} from '../../src/exchange/port.ts';
import type { ManualClock } from '../exchange/manual-clock.ts';

type Question = 'open' | 'history' | 'fills' | 'by_id' | 'position' | 'price' | 'time' | 'balance';
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What goes wrong; each is asked at every turn, `null` or absent: nothing. */
export interface Mischief {
  /** Stands between a submit and the venue; `execute` does what was asked for. */
  submit?: ((order: OrderRequest, execute: () => SubmitOutcome) => SubmitOutcome) | undefined;
  trigger?: ((order: TriggerRequest, execute: () => SubmitOutcome) => SubmitOutcome) | undefined;
  cancel?: ((clientId: string, execute: () => CancelOutcome) => CancelOutcome) | undefined;
  /** Throws what the question shall reject with. */
  question?: ((question: Question) => void) | undefined;
  /** False: the event is lost. */
  tells?: ((event: VenueEvent) => boolean) | undefined;
  /** The date that the venue gives an execution of that moment. */
  dates?: ((at_ms: number) => number) | undefined;
  /** True: `orderByClientId` does not find it. */
  missing?: ((clientId: string) => boolean) | undefined;
}

export interface FickleVenue extends Venue {
  readonly market_: Market;
  readonly mischief: Mischief;
  /** Every request to place, in order, every stop order, and the ids of every cancel. */
  readonly sent: OrderRequest[];
  readonly triggers: TriggerRequest[];
  readonly cancels: string[];
  /** Requests of any kind so far. */
  requests(): number;
  /** Moves the price through `ticks`, executing what it reaches. */
  move(ticks: number): void;
  /** Executes part of a resting order at its price. */
  fillPart(clientId: string, lots: number): void;
  tell(event: VenueEvent): void;
  resting(): VenueOrder[];
}

const CAPABILITIES: VenueCapabilities = {
  client_id: { form: 'text', max_length: 36 },
  batch: { submit: 1, cancel: 1 },
  amend: false,
  cancel_by_client_id: true,
  post_only: true,
  reduce_only: true,
  trigger_orders: false,
  dead_man_switch: false,
  leverage: 'none',
  silence_ms: 15_000,
  listing_lag_ms: 500,
  history_ms: 90 * 86_400_000,
  requests_per_minute: null,
  lockstep: false,
};

interface Kept {
  order: Mutable<VenueOrder>;
  /** Of a stop order: where it fires. */
  trigger?: number;
  /** Moment at which its present state is listed. */
  listedAt: number;
}

/** Opens it at a price in ticks of the SOL preset (0.01; lots of 0.01). */
export function fickleVenue(
  clock: ManualClock,
  startTicks: number,
  more: Partial<VenueCapabilities> & { readonly rules?: object } = {},
): FickleVenue {
  const { rules: changed = {}, ...declared } = more;
  const capabilities = { ...CAPABILITIES, ...declared };
  const rules = { ...paperMarket('SOL_USDC_PERP'), ...changed };
  const market = makeMarket(rules);
  const orders = new Map<string, Kept>();
  const trades: { fill: VenueFill; listedAt: number }[] = [];
  const mischief: Mischief = {};
  const sent: OrderRequest[] = [];
  const cancels: string[] = [];
  const triggers: TriggerRequest[] = [];
  let listener: ((event: VenueEvent) => Promise<void>) | null = null;
  let ticks = startTicks;
  let requests = 0;

  const lotsIn = (text: string) => lotsOf(market, text) ?? 0;
  const left = ({ order }: Kept) => lotsIn(order.size) - lotsIn(order.filled);
  const resting = () => [...orders.values()].filter(({ order }) => order.status === 'open');

  function tell(event: VenueEvent): void {
    if (mischief.tells?.(event) !== false) void listener?.(event);
  }

  function ask<T>(question: Question, answer: () => T): Promise<T> {
    requests += 1;
    try {
      mischief.question?.(question);
      return Promise.resolve(answer());
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  function execute(kept: Kept, lots: number, at: number): void {
    const { order } = kept;
    order.filled = sizeText(market, lotsIn(order.filled) + lots);
    kept.listedAt = clock.now() + capabilities.listing_lag_ms;
    if (left(kept) === 0) order.status = 'filled';
    const { client_id, venue_order_id, side } = order;
    const fill: VenueFill = {
      ...{ client_id, venue_order_id, side, fee: '0.001', maker: order.price !== null },
      trade_id: `t${trades.length + 1}`,
      price: priceText(market, at),
      size: sizeText(market, lots),
      at_ms: mischief.dates?.(clock.now()) ?? clock.now(),
    };
    trades.push({ fill, listedAt: kept.listedAt });
    tell({ type: 'fill', fill });
    tell({ type: 'order', order: { ...order } });
  }

  function place(request: OrderRequest): SubmitOutcome {
    const { client_id, side, price, size, reduce_only } = request;
    if (orders.has(client_id)) {
      return { status: 'rejected', reason: 'duplicate_client_id', message: 'used before' };
    }
    const venue_order_id = `v${orders.size + 1}`;
    const order: VenueOrder = {
      ...{ client_id, venue_order_id, side, price, size, reduce_only },
      ...{ filled: '0', status: 'open', at_ms: clock.now() },
    };
    const kept = { order, listedAt: clock.now() + capabilities.listing_lag_ms };
    orders.set(client_id, kept);
    if (price === null) execute(kept, left(kept), ticks);
    return { status: 'accepted', venue_order_id };
  }

  function watch(request: TriggerRequest): SubmitOutcome {
    const { client_id, side, trigger_price, size } = request;
    const trigger = ticksOf(market, trigger_price) ?? 0;
    if (side === 'sell' ? ticks <= trigger : ticks >= trigger) {
      return { status: 'rejected', reason: 'other', message: 'it would fire at once' };
    }
    const venue_order_id = `v${orders.size + 1}`;
    const order: VenueOrder = {
      ...{ client_id, venue_order_id, side, price: null, size, reduce_only: true },
      ...{ filled: '0', status: 'open', at_ms: clock.now() },
    };
    const listedAt = clock.now() + capabilities.listing_lag_ms;
    orders.set(client_id, { order, trigger, listedAt });
    return { status: 'accepted', venue_order_id };
  }

  /** Stops that a move to `to` reaches close what there is to close. */
  function fire(to: number): void {
    for (const kept of resting()) {
      const { order, trigger } = kept;
      if (trigger === undefined) continue;
      if (order.side === 'sell' ? to > trigger : to < trigger) continue;
      const closable = Math.max(0, order.side === 'sell' ? position() : -position());
      const lots = Math.min(left(kept), closable);
      if (lots > 0) execute(kept, lots, to);
      if (order.status !== 'open') continue;
      order.status = 'cancelled';
      tell({ type: 'order', order: { ...order } });
    }
  }

  function take(clientId: string): CancelOutcome {
    const kept = orders.get(clientId);
    if (kept === undefined || kept.order.status !== 'open') return { status: 'gone' };
    kept.order.status = 'cancelled';
    kept.listedAt = clock.now() + capabilities.listing_lag_ms;
    return { status: 'cancelled' };
  }

  async function submit(order: OrderRequest): Promise<SubmitOutcome> {
    requests += 1;
    sent.push(order);
    return mischief.submit?.(order, () => place(order)) ?? place(order);
  }

  async function cancel(clientId: string): Promise<CancelOutcome> {
    requests += 1;
    cancels.push(clientId);
    return mischief.cancel?.(clientId, () => take(clientId)) ?? take(clientId);
  }

  const remembered = ({ order }: Kept) =>
    order.at_ms >= clock.now() - capabilities.history_ms;
  const listed = ({ listedAt }: { listedAt: number }) => listedAt <= clock.now();
  const position = () =>
    trades.reduce((sum, { fill }) => {
      return sum + (fill.side === 'buy' ? lotsIn(fill.size) : -lotsIn(fill.size));
    }, 0);

  return {
    name: 'fickle',
    capabilities,
    market_: market,
    mischief,
    sent,
    triggers,
    cancels,
    requests: () => requests,
    tell,
    resting: () => resting().map(({ order }) => ({ ...order })),
    move(to) {
      const down = to < ticks;
      const reached = resting()
        .filter(({ trigger }) => trigger === undefined)
        .map((kept) => ({ kept, at: ticksOf(market, kept.order.price ?? '') ?? 0 }))
        .filter(({ kept, at }) => (kept.order.side === 'buy' ? at > to : at < to))
        .sort((a, b) => (down ? b.at - a.at : a.at - b.at));
      for (const { kept, at } of reached) execute(kept, left(kept), at);
      fire(to);
      ticks = to;
      const last = priceText(market, to);
      tell({ type: 'price', last, mark: last, at_ms: clock.now() });
    },
    fillPart(clientId, lots) {
      const kept = orders.get(clientId);
      const at = ticksOf(market, kept?.order.price ?? '');
      if (kept === undefined || at === null) throw new Error(`${clientId} does not rest`);
      execute(kept, lots, at);
    },
    market: () => Promise.resolve(rules),
    price: () =>
      ask('price', () => {
        const last = priceText(market, ticks);
        return { last, mark: last, at_ms: clock.now() };
      }),
    async connect(heard) {
      listener = heard;
    },
    submit,
    submitBatch: async (batch) => {
      requests -= batch.length - 1;
      return Promise.all(batch.map(submit));
    },
    cancel,
    cancelBatch: async (batch) => {
      requests -= batch.length - 1;
      return Promise.all(batch.map(cancel));
    },
    orderByClientId: (clientId) =>
      ask('by_id', () => {
        const kept = orders.get(clientId);
        const found =
          kept !== undefined &&
          (kept.order.status === 'open' || remembered(kept)) &&
          mischief.missing?.(clientId) !== true;
        return found ? { ...kept.order } : null;
      }),
    openOrders: () => ask('open', () => resting().filter(listed).map(({ order }) => ({ ...order }))),
    orderHistory: (since) =>
      ask('history', () =>
        [...orders.values()]
          .filter((kept) => listed(kept) && kept.order.at_ms >= since && remembered(kept))
          .map(({ order }) => ({ ...order })),
      ),
    fillsSince: (since) =>
      ask('fills', () =>
        trades
          .filter((trade) => listed(trade) && trade.fill.at_ms >= since)
          .map(({ fill }) => fill),
      ),
    fundingSince: async () => [],
    position: () =>
      ask('position', () => {
        const size = sizeText(market, position());
        return { size, entry_price: null, liquidation_price: null };
      }),
    balance: () => ask('balance', () => ({ cash: '10000', equity: '10000' })),
    serverTime: () => ask('time', () => clock.now()),
    submitTrigger: async (request) => {
      requests += 1;
      triggers.push(request);
      return mischief.trigger?.(request, () => watch(request)) ?? watch(request);
    },
    windDeadMan: () => Promise.reject(new Error('no dead man switch')),
    account: () => Promise.reject(new Error('no account')),
    setLeverage: () => Promise.reject(new Error('no leverage')),
    usage: () => null,
    grant: () => undefined,
    async close() {
      listener = null;
    },
  };
}
