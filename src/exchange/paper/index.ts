/**
 * The embedded paper venue: a venue like any other behind the port, with its own books and its
 * own commits, whose market stands still while the bot thinks. Orders fill whole and without
 * slippage; there is no funding and no liquidation. After a restart it goes on exactly where it
 * stood.
 */
import { assert } from '../../contract/assert.ts';
import { formatMoney, parseMoney } from '../../contract/decimal.ts';
import { makeMarket, priceText, sizeText } from '../../contract/market.ts';
import type { MarketRules } from '../../contract/market.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SqliteDatabase } from '../../platform/sqlite.ts';
import { VenueFault } from '../port.ts';
import type { CancelOutcome, OrderRequest, SubmitOutcome, Venue } from '../port.ts';
import type { Account } from './account.ts';
import { cashOf, entryPrice, equityOf } from './account.ts';
import { CLIENT_ID_LENGTH, PaperDesk } from './desk.ts';
import { openLedger, storedSteps } from './ledger.ts';
import type { Ledger, LedgerState } from './ledger.ts';
import type { FillRule } from './order-book.ts';
import { PathGuide } from './path-guide.ts';
import { fillOf, orderOf } from './port-view.ts';
import type { PriceSource } from './price-source.ts';
import { PriceWalk, isStoreFailure } from './walk.ts';

export { paperMarket, splitSymbol } from './market-preset.ts';
export type { MoveKind, PricePoint, PriceSource } from './price-source.ts';
export { replaySource } from './replay-source.ts';
export { STEP_MS, syntheticSource } from './synthetic-source.ts';

/** Orders in one call. */
const BATCH = 20;

/**
 * What a paper venue is opened with. Fees override those of `rules`; balance in quote currency.
 */
export interface PaperOptions {
  readonly db: SqliteDatabase;
  /** Rules with the tick and lot of the stored account: see `storedRules`. */
  readonly rules: MarketRules;
  readonly source: PriceSource;
  /** 1: real time; n: n times as fast; 0: as fast as the listener allows. */
  readonly speed: number;
  readonly makerFee?: string | undefined;
  readonly takerFee?: string | undefined;
  /** Balance of a new account (default 10000); an existing account keeps its own. */
  readonly startingBalance?: string | undefined;
  readonly fill?: FillRule | undefined;
  readonly clock: Clock;
}

/**
 * `rules` with the tick and lot in which an account already in `db` counts; unchanged without
 * one.
 */
export function storedRules(db: SqliteDatabase, rules: MarketRules): MarketRules {
  return storedSteps(db, rules);
}

/** Opens the venue on its tables in `db`, creating them at the first time. */
export function openPaperVenue(options: PaperOptions): Venue {
  const { source, speed, clock } = options;
  const rules: MarketRules = {
    ...options.rules,
    maker_fee: options.makerFee ?? options.rules.maker_fee,
    taker_fee: options.takerFee ?? options.rules.taker_fee,
  };
  assert(source.tick === rules.tick, `the path counts in ${source.tick}, not ${rules.tick}`);
  assert(speed >= 0 && Number.isFinite(speed), 'speed is a number from 0');
  const market = makeMarket(rules);
  const ledger = openLedger(options.db, rules);
  const stored = ledger.load();
  const { guide, place } = PathGuide.open(source, clock, speed, stored?.place ?? null);
  const before = stored ?? firstState(ledger, rules, options.startingBalance, place);
  const state: LedgerState = { ...before, place };
  const fill = options.fill ?? 'through';
  const desk = new PaperDesk(market, fill, ledger, state, (at) => guide.timeAt(at));
  return portOf(rules, ledger, desk, new PriceWalk(desk, guide, clock, speed));
}

function firstState(
  ledger: Ledger,
  rules: MarketRules,
  balance: string | undefined,
  place: LedgerState['place'],
): LedgerState {
  const starting = parseMoney(balance ?? '10000');
  assert(starting !== null, `the starting balance "${balance}" is no decimal`);
  const account: Account = { starting, realised: 0n, fees: 0n, lots: 0, cost: 0n };
  ledger.create(rules, account, place);
  return { account, place, openOrders: [], lastOrderId: 0, lastTradeId: 0 };
}

function portOf(rules: MarketRules, ledger: Ledger, desk: PaperDesk, walk: PriceWalk): Venue {
  const { market } = desk;
  const submit = (request: OrderRequest): SubmitOutcome => {
    try {
      const { outcome, events } = desk.submit(request);
      walk.tell(events);
      return outcome;
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      return { status: 'unknown', message: error.message };
    }
  };
  const cancel = (clientId: string): CancelOutcome => {
    try {
      return desk.cancel(clientId);
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      return { status: 'unknown', message: error.message };
    }
  };
  return {
    name: 'paper',
    capabilities: {
      client_id: { form: 'text', max_length: CLIENT_ID_LENGTH },
      batch: { submit: BATCH, cancel: BATCH },
      amend: false,
      cancel_by_client_id: true,
      post_only: true,
      reduce_only: true,
      trigger_orders: false,
      dead_man_switch: false,
      // In this process: it cannot fall silent, forget, lag or count requests.
      silence_ms: null,
      listing_lag_ms: 0,
      history_ms: Number.MAX_SAFE_INTEGER,
      requests_per_minute: null,
      lockstep: true,
    },
    market: () => Promise.resolve(rules),
    async price() {
      const price = priceText(market, desk.present);
      return { last: price, mark: price, at_ms: desk.time };
    },
    async connect(listener) {
      walk.start(listener);
    },
    submit: async (request) => submit(request),
    submitBatch: async (requests) => requests.map(submit),
    cancel: async (clientId) => cancel(clientId),
    cancelBatch: async (clientIds) => clientIds.map(cancel),
    async orderByClientId(clientId) {
      const order = desk.book.get(clientId) ?? ledger.order(clientId);
      return order === null ? null : orderOf(market, order);
    },
    async openOrders() {
      return desk.book.all().map((order) => orderOf(market, order));
    },
    async orderHistory(sinceMs) {
      return ledger.ordersSince(sinceMs).map((order) => orderOf(market, order));
    },
    async fillsSince(sinceMs) {
      return ledger.tradesSince(sinceMs).map((trade) => fillOf(market, trade));
    },
    fundingSince: () => Promise.resolve([]),
    async position() {
      const { account } = desk;
      const entry = entryPrice(market, account);
      return { size: sizeText(market, account.lots), entry_price: entry, liquidation_price: null };
    },
    async balance() {
      const equity = equityOf(market, desk.account, desk.present);
      return { cash: formatMoney(cashOf(desk.account)), equity: formatMoney(equity) };
    },
    serverTime: async () => desk.time,
    submitTrigger: async () => noSuchOrder(),
    windDeadMan: () => Promise.reject(new VenueFault('refused', 'paper has no such timer')),
    close: () => walk.close(),
  };
}

function noSuchOrder(): SubmitOutcome {
  return { status: 'rejected', reason: 'other', message: 'paper has no stop orders of its own' };
}
