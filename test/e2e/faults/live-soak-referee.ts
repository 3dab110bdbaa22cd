/**
 * The referee of the live soak: what the books of an instance say against what its venue says,
 * compared row by row and to the last digit. Pure but for reading the books, which it never writes.
 */
import { formatMoney, parseMoney } from '../../../src/contract/decimal.ts';
import type { Money } from '../../../src/contract/decimal.ts';
import type { StatusView } from '../../../src/contract/instance-api.ts';
import { openReadOnly } from '../../../src/platform/sqlite.ts';
import type { VenueAccountFacts } from '../../fixtures/venue-process.ts';

const ONE = 10n ** 18n;

type VenueFill = VenueAccountFacts['fills'][number];
type VenueOrder = VenueAccountFacts['open_orders'][number];

/** A booked trade, as the venue would tell it. */
export interface BookedTrade {
  readonly trade_id: string;
  readonly client_id: string;
  readonly side: string;
  readonly price: string;
  readonly size: string;
  readonly fee: string;
}

export interface BookedOrder {
  readonly client_id: string;
  readonly role: string;
  readonly side: string;
  readonly price: string | null;
  readonly size: string;
  readonly filled: string;
  readonly status: string;
}

/** What one instance has booked, and what it says of itself. */
export interface InstanceBooks {
  readonly id: string;
  readonly account: string;
  readonly symbol: string;
  readonly trades: readonly BookedTrade[];
  /** Amounts of the payments, > 0 received. */
  readonly funding: readonly string[];
  /** Orders that may still execute. */
  readonly orders: readonly BookedOrder[];
  readonly status: StatusView;
}

/** The rows of a database of books, beside its bot or after it. */
export function readRows(file: string): Pick<InstanceBooks, 'trades' | 'funding' | 'orders'> {
  const db = openReadOnly(file);
  try {
    const trades = db.prepare<[], BookedTrade>(
      `SELECT trade_id, client_id, fills.side, fills.price, fills.size, fee
       FROM fills JOIN orders ON orders.id = order_id`,
    );
    const funding = db.prepare<[], { amount: string }>('SELECT amount FROM funding');
    const orders = db.prepare<[], BookedOrder>(
      `SELECT client_id, role, side, price, size, filled, status FROM orders
       WHERE status IN ('sent', 'open', 'cancelling')`,
    );
    // One moment for all three.
    return db.transaction(() => ({
      trades: trades.all(),
      funding: funding.all().map(({ amount }) => amount),
      orders: orders.all(),
    }))();
  } finally {
    db.close();
  }
}

/** How books and venue differ, a sentence each; none: they agree. `foreign`: nobody's orders. */
export function differences(
  books: InstanceBooks,
  venue: VenueAccountFacts,
  foreign: ReadonlySet<number>,
): string[] {
  const fills = venue.fills.filter(({ symbol }) => symbol === books.symbol);
  const orders = venue.open_orders.filter(
    ({ symbol, id }) => symbol === books.symbol && !foreign.has(id),
  );
  const payments = venue.payments.filter(({ symbol }) => symbol === books.symbol);
  const told = [
    ...unlike('trade', books.trades.map(bookedTrade), fills.map(venueTrade)),
    ...unlike('order', books.orders.map(bookedOrder), orders.map(venueOrder)),
    ...unlike('funding', books.funding, payments.map(({ amount }) => amount)),
    ...unlikeSums(books, venue),
  ];
  return told.map((text) => `${books.id}: ${text}`);
}

/** How the equity of an account differs from its start and the totals of its instances. */
export function equityDifference(
  start: string,
  books: readonly InstanceBooks[],
  venue: VenueAccountFacts,
): string[] {
  const totals = books.filter(({ account }) => account === venue.name);
  const sum = totals.reduce((all, { status }) => all + money(status.total_pnl), money(start));
  return same(`equity of ${venue.name}`, formatMoney(sum), venue.equity);
}

function unlikeSums({ symbol, trades, funding, status }: InstanceBooks, venue: VenueAccountFacts) {
  const none = { size: '0', realised: '0', fees: '0', funding: '0', entry_price: null };
  const held = venue.positions.find((each) => each.symbol === symbol) ?? none;
  const fees = sum(trades.map(({ fee }) => fee));
  const received = sum(funding);
  const bought = sum(trades.map(({ side, size }) => (side === 'buy' ? size : `-${size}`)));
  const cash = trades.reduce(
    (all, { side, price, size }) => all + (side === 'buy' ? -1n : 1n) * times(price, size),
    received - fees,
  );
  const cost = held.entry_price === null ? 0n : times(held.size, held.entry_price);
  const ledger = money(held.realised) - money(held.fees) + money(held.funding);
  const paid = ledger + times(held.size, status.price) - cost;
  const rows = cash + times(status.position, status.price);
  return [
    ...same('position', status.position, held.size),
    ...same('position of the trades', formatMoney(bought), held.size),
    ...same('fees', formatMoney(fees), held.fees),
    ...same('funding in all', formatMoney(received), held.funding),
    ...same('grid profit and unpaired', sumText(status), status.total_pnl),
    ...same('total of the rows', formatMoney(rows), status.total_pnl),
    ...sameTotal(money(status.total_pnl), paid, held.entry_price !== null),
  ];
}

/** Where a position is open the venue's entry price is rounded: then to the cent. */
function sameTotal(booked: Money, told: Money, open: boolean): string[] {
  const apart = booked > told ? booked - told : told - booked;
  const agrees = open ? apart < ONE / 200n : apart === 0n;
  return agrees ? [] : same('total', formatMoney(booked), formatMoney(told));
}

function sumText({ grid_profit, unpaired }: StatusView): string {
  return formatMoney(money(grid_profit) + money(unpaired));
}

/** Texts that stand on one side only, or not as often on both. */
function unlike(what: string, booked: readonly string[], told: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of booked) counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const text of told) counts.set(text, (counts.get(text) ?? 0) - 1);
  return [...counts].flatMap(([text, count]) => {
    if (count === 0) return [];
    return [`${what} ${text} is ${count > 0 ? 'only in the books' : 'missing in the books'}`];
  });
}

function same(what: string, booked: string, told: string): string[] {
  return booked === told ? [] : [`${what} is ${booked}, at the venue ${told}`];
}

function bookedTrade({ trade_id, client_id, side, price, size, fee }: BookedTrade): string {
  return `${trade_id} of ${client_id}: ${side} ${size} at ${price}, fee ${fee}`;
}

function venueTrade({ id, client_id, side, price, size, fee }: VenueFill): string {
  return `${id} of ${client_id}: ${side} ${size} at ${price}, fee ${fee}`;
}

function bookedOrder({ client_id, role, side, price, size, filled }: BookedOrder): string {
  // A stop has no price at which it rests.
  const at = role === 'stop_loss' ? null : price;
  return `${client_id}: ${side} ${filled} of ${size} at ${at}`;
}

function venueOrder({ client_id, side, price, size, filled }: VenueOrder): string {
  return `${client_id}: ${side} ${filled} of ${size} at ${price}`;
}

function money(text: string): Money {
  const value = parseMoney(text);
  if (value === null) throw new Error(`no money: ${text}`);
  return value;
}

function sum(texts: readonly string[]): Money {
  return texts.reduce((all, text) => all + money(text), 0n);
}

/** Exact for prices and sizes, which have few digits. */
function times(a: string, b: string): Money {
  return (money(a) * money(b)) / ONE;
}

