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
import type { Account } from '../matching/account.ts';
import { prepareSchema } from './ledger-schema.ts';

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
  /**
   * Venue's clock less the time of the point: where an undated path began, by how much a dated one
   * is moved so that no time comes twice.
   */
  readonly origin_ms: number;
}

/** What the venue does at moments of its clock. */
export interface Agenda {
  /** Funding is settled up to here. */
  readonly funded_ms: number;
  /** When the dead man's switch cancels what rests; null: it is off. */
  readonly dead_man_ms: number | null;
}

/**
 * An order as stored; `ticks` null: a market order, or a stop order when it has `stop_ticks`.
 * Rejected orders are never stored.
 */
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
  /** When it was made, executed in part or ended, whichever was last. */
  readonly updated_ms: number;
  /** A stop order waits for this price. */
  readonly stop_ticks: number | null;
  /** The place in whose move it was executed in part last; null: it never was. */
  readonly part_index: number | null;
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

/** A funding payment as stored: one per stamp, > 0 received. */
export interface PaperFunding {
  readonly at_ms: number;
  readonly amount: Money;
}

/** Everything that one commit changes. Ids of new rows are chosen by the caller. */
export interface LedgerChange {
  readonly account: Account;
  readonly place: Place;
  readonly agenda: Agenda;
  readonly newOrder?: PaperOrder;
  /** Orders whose `filled`, `status`, `updated_ms` or `part_index` changed. */
  readonly changedOrders?: readonly PaperOrder[];
  readonly trade?: PaperTrade;
  readonly payments?: readonly PaperFunding[];
}

/** What a venue finds when it opens. */
export interface LedgerState {
  readonly account: Account;
  readonly place: Place;
  /** Null in a file of a gridd that had none. */
  readonly agenda: Agenda | null;
  /** Resting orders and waiting stops. */
  readonly openOrders: readonly PaperOrder[];
  readonly lastOrderId: number;
  readonly lastTradeId: number;
  /** The latest moment at which anything is dated. */
  readonly latest_ms: number;
}

export interface Ledger {
  /** Null at the very first opening. */
  load(): LedgerState | null;
  /** Writes the first account and place; the rules are the account's for good. */
  create(rules: MarketRules, account: Account, place: Place, agenda: Agenda): void;
  /** One transaction; throws what SQLite throws, and then nothing was written. */
  commit(change: LedgerChange): void;
  order(clientId: string): PaperOrder | null;
  /** Trades from this moment of the venue's clock on, oldest first. */
  tradesSince(sinceMs: number): readonly PaperTrade[];
  /** Orders made, executed in part or ended since then, oldest first. */
  ordersSince(sinceMs: number): readonly PaperOrder[];
  fundingSince(sinceMs: number): readonly PaperFunding[];
}

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
  readonly funding: string;
  readonly funded_ms: number | null;
  readonly dead_man_ms: number | null;
  /** `MarketRules` at the beginning; null in a file of a gridd that did not keep them. */
  readonly rules: string | null;
}
type OrderRow = Omit<PaperOrder, 'reduce_only'> & { readonly reduce_only: number };
type TradeRow = Omit<PaperTrade, 'fee' | 'maker'> & {
  readonly fee: string;
  readonly maker: number;
};
type FundingRow = Omit<PaperFunding, 'amount'> & { readonly amount: string };
type Writable = Record<string, string | number | null>;

/**
 * Opens (and creates) the venue's tables. `rules` must have the tick and lot of the stored
 * account.
 */
export function openLedger(db: SqliteDatabase, rules: MarketRules): Ledger {
  prepareSchema(db);
  const account = db.prepare<[], AccountRow>('SELECT * FROM paper_account');
  const open = db.prepare<[], OrderRow>(
    "SELECT * FROM paper_orders WHERE status = 'open' ORDER BY id",
  );
  const order = db.prepare<[string], OrderRow>('SELECT * FROM paper_orders WHERE client_id = ?');
  const last = db.prepare<[], { orders: number; trades: number; latest: number }>(
    `SELECT (SELECT ifnull(max(id), 0) FROM paper_orders) AS orders,
            (SELECT ifnull(max(id), 0) FROM paper_trades) AS trades,
            max((SELECT ifnull(max(at_ms), 0) FROM paper_trades),
                (SELECT ifnull(max(updated_ms), 0) FROM paper_orders)) AS latest`,
  );
  // Times only ever grow with the ids, and `+id` keeps SQLite on the index of the times.
  const trades = db.prepare<[number], TradeRow>(
    'SELECT * FROM paper_trades WHERE at_ms >= ? ORDER BY at_ms, id',
  );
  const orders = db.prepare<[number], OrderRow>(
    'SELECT * FROM paper_orders WHERE updated_ms >= ? ORDER BY +id',
  );
  const funding = db.prepare<[number], FundingRow>(
    'SELECT * FROM paper_funding WHERE at_ms >= ? ORDER BY at_ms',
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
      const ends = last.get();
      return {
        account: accountFromRow(row),
        place: placeFromRow(row),
        agenda: agendaFromRow(row),
        openOrders: open.all().map(orderFromRow),
        lastOrderId: ends?.orders ?? 0,
        lastTradeId: ends?.trades ?? 0,
        latest_ms: Math.max(row.at_ms, ends?.latest ?? 0),
      };
    },
    create: (given, first, place, agenda) => writers.create(given, first, place, agenda),
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
    fundingSince: (sinceMs) => funding.all(sinceMs).map(fundingFromRow),
  };
}

/**
 * `rules` with the tick, lot and smallest size of the account that the file holds, if it holds
 * one.
 */
export function storedSteps(db: SqliteDatabase, rules: MarketRules): MarketRules {
  const row = storedAccount(db);
  if (row === null) return rules;
  if (sameStep(row.tick, rules.tick) && sameStep(row.lot, rules.lot)) return rules;
  return { ...rules, tick: row.tick, lot: row.lot, min_quantity: row.lot };
}

/** What the account in `db` counts in, and the rules it began with; null: there is none. */
export function storedAccount(
  db: SqliteDatabase,
): { readonly tick: string; readonly lot: string; readonly rules: MarketRules | null } | null {
  prepareSchema(db);
  const row = db.prepare<[], AccountRow>('SELECT * FROM paper_account').get();
  if (row === undefined) return null;
  const { tick, lot, rules } = row;
  return { tick, lot, rules: rules === null ? null : (JSON.parse(rules) as MarketRules) };
}

function prepareWriters(db: SqliteDatabase) {
  const insertAccount = db.prepare<[Writable]>(
    `INSERT INTO paper_account VALUES (1, @tick, @lot, @starting, @realised, @fees, @lots, @cost,
      @path_kind, @path_index, @path_state, @ticks, @at_ms, @cursor, @told, @origin_ms, @funding,
      @funded_ms, @dead_man_ms, @rules)`,
  );
  const updateAccount = db.prepare<[Writable]>(
    `UPDATE paper_account SET realised = @realised, fees = @fees, lots = @lots, cost = @cost,
      path_kind = @path_kind, path_index = @path_index, path_state = @path_state, ticks = @ticks,
      at_ms = @at_ms, cursor = @cursor, told = @told, origin_ms = @origin_ms, funding = @funding,
      funded_ms = @funded_ms, dead_man_ms = @dead_man_ms`,
  );
  const insertOrder = db.prepare<[Writable]>(
    `INSERT INTO paper_orders VALUES (@id, @client_id, @side, @ticks, @lots, @filled, @status,
      @reduce_only, @at_ms, @updated_ms, @stop_ticks, @part_index)`,
  );
  const updateOrder = db.prepare<[number, string, number, number | null, number]>(
    `UPDATE paper_orders SET filled = ?, status = ?, updated_ms = ?, part_index = ?
      WHERE id = ?`,
  );
  const insertFunding = db.prepare<[number, string]>('INSERT INTO paper_funding VALUES (?, ?)');
  const insertTrade = db.prepare<[Writable]>(
    `INSERT INTO paper_trades VALUES (@id, @order_id, @client_id, @side, @ticks, @lots, @fee,
      @maker, @at_ms)`,
  );
  const write = db.transaction((change: LedgerChange): void => {
    const { newOrder, changedOrders = [], trade, payments = [] } = change;
    if (newOrder !== undefined) insertOrder.run(flagged(newOrder));
    for (const { filled, status, updated_ms, part_index, id } of changedOrders) {
      const { changes } = updateOrder.run(filled, status, updated_ms, part_index, id);
      assert(changes === 1, `paper order ${id} is stored`);
    }
    if (trade !== undefined) insertTrade.run(tradeToRow(trade));
    for (const { at_ms, amount } of payments) insertFunding.run(at_ms, amount.toString());
    const { account, place, agenda } = change;
    updateAccount.run({ ...accountToRow(account), ...placeToRow(place), ...agenda });
  });
  return {
    create(rules: MarketRules, account: Account, place: Place, agenda: Agenda): void {
      const starting = account.starting.toString();
      const kept = { tick: rules.tick, lot: rules.lot, starting, rules: JSON.stringify(rules) };
      insertAccount.run({ ...kept, ...accountToRow(account), ...placeToRow(place), ...agenda });
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
    funding: account.funding.toString(),
    lots: account.lots,
    cost: account.cost.toString(),
  };
}

function accountFromRow(row: AccountRow): Account {
  return {
    starting: BigInt(row.starting),
    realised: BigInt(row.realised),
    fees: BigInt(row.fees),
    funding: BigInt(row.funding),
    lots: row.lots,
    cost: BigInt(row.cost),
  };
}

function agendaFromRow({ funded_ms, dead_man_ms }: AccountRow): Agenda | null {
  return funded_ms === null ? null : { funded_ms, dead_man_ms };
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

function fundingFromRow(row: FundingRow): PaperFunding {
  return { at_ms: row.at_ms, amount: BigInt(row.amount) };
}

/** Whether SQLite itself refused (disk full, locked, I/O): the world's failure, not ours. */
export function isStoreFailure(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_');
}
