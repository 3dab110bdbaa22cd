/**
 * The paper venue's own tables (`paper_*`), in the file that also holds the bot's books but never
 * in a transaction of the bot: each write commits before the venue answers or tells. Every commit
 * carries account, place in the price path and the change itself. All statements are prepared
 * once.
 */
import { assert } from '../../contract/assert.ts';
import { parseDecimal } from '../../contract/decimal.ts';
import type { Money } from '../../contract/decimal.ts';
import type { MarketRules } from '../../contract/market.ts';
import type { Side } from '../../contract/trading.ts';
import type { SqliteDatabase } from '../../platform/sqlite.ts';
import type { Account } from './account.ts';

/** Where the venue stands in its price path, and what it still owes its listener there. */
export interface Place {
  readonly kind: string;
  /**
   * Index and state of the last point reached; index -1: before the first point of a new path.
   */
  readonly index: number;
  readonly state: number;
  /** Price of that point. */
  readonly ticks: number;
  readonly at_ms: number;
  /** Within the move to the next point: the price at which it stands; null between moves. */
  readonly cursor: number | null;
  /** Whether the price event of the point was delivered. */
  readonly told: boolean;
  /** Wall clock of an undated path's first point. */
  readonly origin_ms: number;
}

/** An order as stored; `ticks` null: a market order. Rejected orders are never stored. */
export interface PaperOrder {
  readonly id: number;
  readonly client_id: string;
  readonly side: Side;
  readonly ticks: number | null;
  readonly lots: number;
  readonly filled: number;
  readonly status: 'open' | 'filled' | 'cancelled';
  readonly reduce_only: boolean;
  readonly at_ms: number;
}

/** A trade as stored. */
export interface PaperTrade {
  readonly id: number;
  readonly order_id: number;
  readonly client_id: string;
  readonly side: Side;
  readonly ticks: number;
  readonly lots: number;
  readonly fee: Money;
  readonly maker: boolean;
  readonly at_ms: number;
}

/** Everything that one commit changes. Ids of new rows are chosen by the caller. */
export interface LedgerChange {
  readonly account: Account;
  readonly place: Place;
  readonly newOrder?: PaperOrder;
  /** An order whose `filled` and `status` changed. */
  readonly changedOrder?: PaperOrder;
  readonly trade?: PaperTrade;
}

/** What a venue finds when it opens. */
export interface LedgerState {
  readonly account: Account;
  readonly place: Place;
  readonly openOrders: readonly PaperOrder[];
  readonly lastOrderId: number;
  readonly lastTradeId: number;
}

export interface Ledger {
  /** Null at the very first opening. */
  load(): LedgerState | null;
  /** Writes the first account and place; tick and lot are the account's for good. */
  create(rules: MarketRules, account: Account, place: Place): void;
  /** One transaction; throws what SQLite throws, and then nothing was written. */
  commit(change: LedgerChange): void;
  order(clientId: string): PaperOrder | null;
  /** Trades from this moment of the venue's clock on, oldest first. */
  tradesSince(sinceMs: number): readonly PaperTrade[];
  /** Orders made since then, oldest first. */
  ordersSince(sinceMs: number): readonly PaperOrder[];
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS paper_account (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    tick TEXT NOT NULL, lot TEXT NOT NULL,
    starting TEXT NOT NULL, realised TEXT NOT NULL, fees TEXT NOT NULL,
    lots INTEGER NOT NULL, cost TEXT NOT NULL,
    path_kind TEXT NOT NULL, path_index INTEGER NOT NULL, path_state INTEGER NOT NULL,
    ticks INTEGER NOT NULL, at_ms INTEGER NOT NULL, cursor INTEGER, told INTEGER NOT NULL,
    origin_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS paper_orders (
    id INTEGER PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, side TEXT NOT NULL,
    ticks INTEGER, lots INTEGER NOT NULL, filled INTEGER NOT NULL, status TEXT NOT NULL,
    reduce_only INTEGER NOT NULL, at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS paper_orders_open ON paper_orders (id) WHERE status = 'open';
  CREATE TABLE IF NOT EXISTS paper_trades (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES paper_orders (id),
    client_id TEXT NOT NULL, side TEXT NOT NULL, ticks INTEGER NOT NULL, lots INTEGER NOT NULL,
    fee TEXT NOT NULL, maker INTEGER NOT NULL, at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS paper_trades_at ON paper_trades (at_ms);
  CREATE INDEX IF NOT EXISTS paper_orders_at ON paper_orders (at_ms);
`;

interface AccountRow {
  readonly tick: string;
  readonly lot: string;
  readonly starting: string;
  readonly realised: string;
  readonly fees: string;
  readonly lots: number;
  readonly cost: string;
  readonly path_kind: string;
  readonly path_index: number;
  readonly path_state: number;
  readonly ticks: number;
  readonly at_ms: number;
  readonly cursor: number | null;
  readonly told: number;
  readonly origin_ms: number;
}
type OrderRow = Omit<PaperOrder, 'reduce_only'> & { readonly reduce_only: number };
type TradeRow = Omit<PaperTrade, 'fee' | 'maker'> & {
  readonly fee: string;
  readonly maker: number;
};
type Writable = Record<string, string | number | null>;

/**
 * Opens (and creates) the venue's tables. `rules` must have the tick and lot of the stored
 * account.
 */
export function openLedger(db: SqliteDatabase, rules: MarketRules): Ledger {
  db.exec(SCHEMA);
  const account = db.prepare<[], AccountRow>('SELECT * FROM paper_account');
  const open = db.prepare<[], OrderRow>(
    "SELECT * FROM paper_orders WHERE status = 'open' ORDER BY id",
  );
  const order = db.prepare<[string], OrderRow>('SELECT * FROM paper_orders WHERE client_id = ?');
  const lastIds = db.prepare<[], { orders: number; trades: number }>(
    `SELECT (SELECT ifnull(max(id), 0) FROM paper_orders) AS orders,
            (SELECT ifnull(max(id), 0) FROM paper_trades) AS trades`,
  );
  const trades = db.prepare<[number], TradeRow>(
    'SELECT * FROM paper_trades WHERE at_ms >= ? ORDER BY id',
  );
  const orders = db.prepare<[number], OrderRow>(
    'SELECT * FROM paper_orders WHERE at_ms >= ? ORDER BY id',
  );
  const writers = prepareWriters(db);

  return {
    load() {
      const row = account.get();
      if (row === undefined) return null;
      assert(
        sameStep(row.tick, rules.tick) && sameStep(row.lot, rules.lot),
        `the account counts in ${row.tick} and ${row.lot}, not ${rules.tick} and ${rules.lot}`,
      );
      const ids = lastIds.get();
      return {
        account: accountFromRow(row),
        place: placeFromRow(row),
        openOrders: open.all().map(orderFromRow),
        lastOrderId: ids?.orders ?? 0,
        lastTradeId: ids?.trades ?? 0,
      };
    },
    create: (given, first, place) => writers.create(given, first, place),
    commit(change) {
      // Inside somebody's transaction ours would be a savepoint: told, but not yet committed.
      assert(!db.inTransaction, 'the paper venue commits on its own');
      writers.commit(change);
    },
    order(clientId) {
      const row = order.get(clientId);
      return row === undefined ? null : orderFromRow(row);
    },
    tradesSince: (sinceMs) => trades.all(sinceMs).map(tradeFromRow),
    ordersSince: (sinceMs) => orders.all(sinceMs).map(orderFromRow),
  };
}

/**
 * `rules` with the tick, lot and smallest size of the account that the file holds, if it holds
 * one.
 */
export function storedSteps(db: SqliteDatabase, rules: MarketRules): MarketRules {
  db.exec(SCHEMA);
  const row = db.prepare<[], AccountRow>('SELECT * FROM paper_account').get();
  if (row === undefined) return rules;
  if (sameStep(row.tick, rules.tick) && sameStep(row.lot, rules.lot)) return rules;
  return { ...rules, tick: row.tick, lot: row.lot, min_quantity: row.lot };
}

function prepareWriters(db: SqliteDatabase) {
  const insertAccount = db.prepare<[Writable]>(
    `INSERT INTO paper_account VALUES (1, @tick, @lot, @starting, @realised, @fees, @lots, @cost,
      @path_kind, @path_index, @path_state, @ticks, @at_ms, @cursor, @told, @origin_ms)`,
  );
  const updateAccount = db.prepare<[Writable]>(
    `UPDATE paper_account SET realised = @realised, fees = @fees, lots = @lots, cost = @cost,
      path_kind = @path_kind, path_index = @path_index, path_state = @path_state, ticks = @ticks,
      at_ms = @at_ms, cursor = @cursor, told = @told, origin_ms = @origin_ms`,
  );
  const insertOrder = db.prepare<[Writable]>(
    `INSERT INTO paper_orders VALUES (@id, @client_id, @side, @ticks, @lots, @filled, @status,
      @reduce_only, @at_ms)`,
  );
  const updateOrder = db.prepare<[number, string, number]>(
    'UPDATE paper_orders SET filled = ?, status = ? WHERE id = ?',
  );
  const insertTrade = db.prepare<[Writable]>(
    `INSERT INTO paper_trades VALUES (@id, @order_id, @client_id, @side, @ticks, @lots, @fee,
      @maker, @at_ms)`,
  );
  const write = db.transaction((change: LedgerChange): void => {
    const { newOrder, changedOrder, trade } = change;
    if (newOrder !== undefined) insertOrder.run(flagged(newOrder));
    if (changedOrder !== undefined) {
      const { changes } = updateOrder.run(
        changedOrder.filled,
        changedOrder.status,
        changedOrder.id,
      );
      assert(changes === 1, `paper order ${changedOrder.id} is stored`);
    }
    if (trade !== undefined) insertTrade.run(tradeToRow(trade));
    updateAccount.run({ ...accountToRow(change.account), ...placeToRow(change.place) });
  });
  return {
    create(rules: MarketRules, account: Account, place: Place): void {
      const steps = { tick: rules.tick, lot: rules.lot, starting: account.starting.toString() };
      insertAccount.run({ ...steps, ...accountToRow(account), ...placeToRow(place) });
    },
    commit: (change: LedgerChange): void => write.immediate(change),
  };
}

function sameStep(a: string, b: string): boolean {
  const x = parseDecimal(a);
  const y = parseDecimal(b);
  if (x === null || y === null) return false;
  return x.digits * 10n ** BigInt(y.scale) === y.digits * 10n ** BigInt(x.scale);
}

function accountToRow(account: Account): Writable {
  return {
    realised: account.realised.toString(),
    fees: account.fees.toString(),
    lots: account.lots,
    cost: account.cost.toString(),
  };
}

function accountFromRow(row: AccountRow): Account {
  return {
    starting: BigInt(row.starting),
    realised: BigInt(row.realised),
    fees: BigInt(row.fees),
    lots: row.lots,
    cost: BigInt(row.cost),
  };
}

function placeToRow(place: Place): Writable {
  const { kind, index, state, told, ticks, at_ms, cursor, origin_ms } = place;
  const path = { path_kind: kind, path_index: index, path_state: state };
  return { ...path, ticks, at_ms, cursor, origin_ms, told: told ? 1 : 0 };
}

function placeFromRow(row: AccountRow): Place {
  const { path_kind: kind, path_index: index, path_state: state, told, ...rest } = row;
  const { ticks, at_ms, cursor, origin_ms } = rest;
  return { kind, index, state, ticks, at_ms, cursor, origin_ms, told: told === 1 };
}

function flagged(order: PaperOrder): Writable {
  return { ...order, reduce_only: order.reduce_only ? 1 : 0 };
}

function orderFromRow(row: OrderRow): PaperOrder {
  return { ...row, reduce_only: row.reduce_only === 1 };
}

function tradeToRow(trade: PaperTrade): Writable {
  return { ...trade, fee: trade.fee.toString(), maker: trade.maker ? 1 : 0 };
}

function tradeFromRow(row: TradeRow): PaperTrade {
  return { ...row, fee: BigInt(row.fee), maker: row.maker === 1 };
}
