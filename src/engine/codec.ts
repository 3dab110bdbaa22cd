/**
 * State as JSON text and back, without losing a digit: money travels as decimal text of its 1e-18
 * units. A text of another version is refused, never guessed at.
 */
import { assert } from '../contract/assert.ts';
import type { Money } from '../contract/decimal.ts';
import type { Side } from '../contract/trading.ts';
import type { Books, Gap, GridState, Hold, Parcel, Run, Stopping } from './state.ts';
import { EMPTY_LEG, NO_FENCES } from './state.ts';
import type { Fences, GridPlan, Leg } from './types.ts';

// Version of the stored form; raised with every change that an older reader would misread.
const STATE_VERSION = 1;

type Text = string;
type EncodedLeg = readonly [number, Text, Text] | 0;
type EncodedGap = readonly [
  Side | null,
  number,
  EncodedLeg,
  EncodedLeg,
  number,
  Hold | null,
  Hold | null,
];
type EncodedParcel = readonly [number, Text, Text, number];
type MoneyKey = 'cash' | 'fees' | 'grid_profit' | 'differences' | 'closed_result' | 'funding';
type EncodedBooks = Omit<Books, MoneyKey> & Record<MoneyKey, Text>;
type FenceMoney = 'max_loss' | 'max_order_notional';
type EncodedFences = Omit<Fences, FenceMoney> & Record<FenceMoney, Text | null>;
/** Parts that a text of this version may lack, because it was written before they came to be. */
type Later =
  | ('mark' | 'mismatch' | 'tripped' | 'pending' | 'generation')
  | ('venue_stops' | 'stops' | 'stop_hold');
type EncodedPlan = Omit<GridPlan, 'trigger_by' | 'fences'> &
  Partial<Pick<GridPlan, 'trigger_by'>> & { readonly fences?: EncodedFences };
type EncodedParts = 'gaps' | 'carry' | 'books' | 'plan' | 'loss_base' | 'stopping' | 'run';
type LaterRun = 'stop_loss_from' | 'take_profit_from';
type Encoded = Omit<GridState, EncodedParts | Later> &
  Partial<Pick<GridState, Later>> & {
    readonly version: number;
    readonly plan: EncodedPlan;
    readonly stopping: (Omit<Stopping, 'waits'> & Partial<Stopping>) | null;
    readonly run: Omit<Run, LaterRun> & Partial<Pick<Run, LaterRun>>;
    readonly loss_base?: Text;
    readonly gaps: readonly EncodedGap[];
    readonly carry: readonly EncodedParcel[];
    readonly books: EncodedBooks;
  };

/** The state as one JSON document. */
export function encodeState(state: GridState): string {
  const { gaps, orders, ended, books, ...rest } = state;
  const encoded: Omit<Encoded, 'gaps' | 'orders' | 'ended'> = {
    version: STATE_VERSION,
    ...rest,
    plan: encodePlan(state.plan),
    loss_base: String(state.loss_base),
    carry: state.carry.map((p) => [p.lots, String(p.quote), String(p.fee), p.since]),
    books: {
      ...books,
      cash: String(books.cash),
      fees: String(books.fees),
      grid_profit: String(books.grid_profit),
      differences: String(books.differences),
      closed_result: String(books.closed_result),
      funding: String(books.funding),
    },
  };
  const lists = [
    `"gaps":[${gaps.map((gap) => textOf(gap, encodeGap)).join()}]`,
    `"orders":[${orders.map((order) => textOf(order)).join()}]`,
    `"ended":[${ended.map((order) => textOf(order)).join()}]`,
  ];
  return `${JSON.stringify(encoded).slice(0, -1)},${lists.join()}}`;
}

// A turn changes a gap or two of hundreds, and none in place: the text of the others is known.
const known = new WeakMap<object, string>();

function textOf<T extends object>(part: T, encode: (part: T) => unknown = (same) => same): string {
  const before = known.get(part);
  if (before !== undefined) return before;
  const text = JSON.stringify(encode(part));
  known.set(part, text);
  return text;
}

/** The state from `encodeState`'s text; throws `InvariantError` for another version. */
export function decodeState(text: string): GridState {
  const { version, ...encoded } = JSON.parse(text) as Encoded;
  assert(version === STATE_VERSION, `stored state has version ${version}, not ${STATE_VERSION}`);
  const { books, stopping } = encoded;
  return {
    mark: encoded.ticks,
    mismatch: null,
    tripped: null,
    pending: [],
    generation: 0,
    venue_stops: false,
    stops: [],
    stop_hold: null,
    ...encoded,
    plan: decodePlan(encoded.plan),
    loss_base: BigInt(encoded.loss_base ?? '0'),
    run: { stop_loss_from: null, take_profit_from: null, ...encoded.run },
    stopping: stopping === null ? null : { waits: null, ...stopping },
    gaps: encoded.gaps.map(decodeGap),
    carry: encoded.carry.map(decodeParcel),
    books: {
      ...books,
      cash: BigInt(books.cash),
      fees: BigInt(books.fees),
      grid_profit: BigInt(books.grid_profit),
      differences: BigInt(books.differences),
      closed_result: BigInt(books.closed_result),
      funding: BigInt(books.funding),
    },
  };
}

function encodePlan(plan: GridPlan): EncodedPlan {
  const { max_loss: loss, max_order_notional: value } = plan.fences;
  const text = (money: Money | null): Text | null => (money === null ? null : String(money));
  return {
    ...plan,
    fences: { ...plan.fences, max_loss: text(loss), max_order_notional: text(value) },
  };
}

function decodePlan(encoded: EncodedPlan): GridPlan {
  const { fences } = encoded;
  const money = (text: Text | null): Money | null => (text === null ? null : BigInt(text));
  const decoded = fences && {
    ...fences,
    max_loss: money(fences.max_loss),
    max_order_notional: money(fences.max_order_notional),
  };
  return { trigger_by: 'last', ...encoded, fences: decoded ?? NO_FENCES };
}

function encodeGap(gap: Gap): EncodedGap {
  const { opening, size, buy, sell, since, buy_hold: buyHold, sell_hold: sellHold } = gap;
  return [opening, size, encodeLeg(buy), encodeLeg(sell), since, buyHold, sellHold];
}

function decodeGap(encoded: EncodedGap): Gap {
  const [opening, size, buy, sell, since, buyHold, sellHold] = encoded;
  return {
    opening,
    size,
    buy: decodeLeg(buy),
    sell: decodeLeg(sell),
    since,
    buy_hold: buyHold,
    sell_hold: sellHold,
  };
}

function encodeLeg(leg: Leg): EncodedLeg {
  return leg.lots === 0 ? 0 : [leg.lots, String(leg.quote), String(leg.fee)];
}

function decodeLeg(encoded: EncodedLeg): Leg {
  if (encoded === 0) return EMPTY_LEG;
  return { lots: encoded[0], quote: BigInt(encoded[1]), fee: BigInt(encoded[2]) };
}

function decodeParcel([lots, quote, fee, since]: EncodedParcel): Parcel {
  return { lots, quote: BigInt(quote), fee: BigInt(fee), since };
}
