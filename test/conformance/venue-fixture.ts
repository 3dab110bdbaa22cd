/**
 * What the venue suite needs of a venue under test, and the bench on which its tests work. Write a
 * `VenueFixture`, hand `venueConformance` a function that opens one; what is tested follows from
 * the venue's declared capabilities and market rules. The venue is without faults for the suite;
 * an order that the price has passed is filled whole.
 */
import { expect } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import { makeMarket, notional, priceText, sizeText } from '../../src/contract/market.ts';
import { lotsOf, ticksOf } from '../../src/contract/market.ts';
import type { Market } from '../../src/contract/market.ts';
import type { Money } from '../../src/contract/decimal.ts';
import type { Side } from '../../src/contract/trading.ts';
import type {
  OrderRequest,
  Venue,
  VenueEvent,
  VenueFill,
  VenueOrder,
} from '../../src/exchange/port.ts';

/**
 * A venue under test and the means to drive it. The account is fresh, flat and without orders;
 * the suite has connected nobody: the fixture does, and collects what it is told.
 */
export interface VenueFixture {
  /** Connected; its price stands still unless the test moves it. */
  readonly venue: Venue;
  /** Cash of the fresh account. */
  readonly startingCash: string;
  /** Everything the venue told since it was opened, in order. */
  readonly events: readonly VenueEvent[];
  /** What longs pay at each stamp as a fraction of notional; null: the venue has no funding. */
  readonly fundingRate: string | null;
  /** Moves the market continuously; resolves when all it caused was told. */
  moveTo(price: string): Promise<void>;
  /** Lets `ms` of the venue's clock pass at the present price; resolves as `moveTo` does. */
  pass(ms: number): Promise<void>;
  /** Lets the clock pass the next funding stamp, and no second; only called with a rate. */
  passFunding(): Promise<void>;
  /**
   * Makes the venue unable to answer until the function it returns is called. Null: this fixture
   * cannot.
   */
  readonly cutOff: (() => () => void) | null;
  /** Ends the venue object and opens another on the same account. */
  reopen(): Promise<VenueFixture>;
  dispose(): Promise<void>;
}

/** A fixture with its market and the price at which the test began. */
export interface Bench {
  fixture: VenueFixture;
  readonly market: Market;
  readonly start: number;
  /** A price `percent` away from the start, on a tick. */
  at(percent: number): string;
  /** `count` tenths of the size of an ordinary test order. */
  size(count: number): string;
  /** The client id that stands for a name, in the venue's form. */
  id(name: string): string;
  /** `name` becomes its client id; ten of `size`, post-only when it has a price. */
  order(name: string, side: Side, price: string | null, more?: Partial<OrderRequest>): OrderRequest;
}

/** What every group of tests is given: the bench of the present test. */
export type BenchOf = () => Bench;

/** Reads the market and the start price of a fixture. */
export async function openBench(fixture: VenueFixture): Promise<Bench> {
  const market = makeMarket(await fixture.venue.market());
  const start = ticksOf(market, (await fixture.venue.price()).last);
  if (start === null) throw new Error('the present price is not on a tick');
  const unit = smallestUnit(market, start);
  const size = (count: number) => sizeText(market, unit * count);
  const { form } = fixture.venue.capabilities.client_id;
  const numbers = new Map<string, number>();
  const id = (name: string): string => {
    if (form === 'text') return name;
    const number = numbers.get(name) ?? 1000 + numbers.size;
    numbers.set(name, number);
    return String(number);
  };
  return {
    fixture,
    market,
    start,
    at: (percent) => priceText(market, Math.round(start * (1 + percent / 100))),
    size,
    id,
    order: (name, side, price, more = {}) => ({
      client_id: id(name),
      side,
      price,
      size: size(10),
      post_only: price !== null,
      reduce_only: false,
      ...more,
    }),
  };
}

/** Lots of which even one, a third below the start, is an order that the market allows. */
function smallestUnit(market: Market, start: number): number {
  const lot = notional(market, Math.floor((start * 2) / 3), 1);
  const forNotional = Number((market.min_notional + lot - 1n) / lot);
  return Math.max(market.min_lots, forNotional, 1);
}

/** Submits and waits until listings must show it. */
export async function accept(bench: Bench, order: OrderRequest): Promise<void> {
  expect(await bench.fixture.venue.submit(order)).toMatchObject({ status: 'accepted' });
  await listed(bench);
}

/** Waits as long as the venue's listings may lag. */
export async function listed(bench: Bench): Promise<void> {
  const { listing_lag_ms } = bench.fixture.venue.capabilities;
  if (listing_lag_ms > 0) await bench.fixture.pass(listing_lag_ms);
}

/** Moves the market and waits until listings must show what happened. */
export async function moveTo(bench: Bench, price: string): Promise<void> {
  await bench.fixture.moveTo(price);
  await listed(bench);
}

/** The reason of a refusal, else the status of the outcome. */
export async function reasonFor(bench: Bench, order: OrderRequest): Promise<string> {
  const outcome = await bench.fixture.venue.submit(order);
  return outcome.status === 'rejected' ? outcome.reason : outcome.status;
}

/** Fills in the order in which the stream told them. */
export function toldFills(bench: Bench): readonly VenueFill[] {
  return bench.fixture.events.flatMap((event) => (event.type === 'fill' ? [event.fill] : []));
}

/** Price x size of a fill. */
export function valueOf(market: Market, fill: VenueFill): Money {
  return notional(market, ticksOf(market, fill.price) ?? 0, lotsOf(market, fill.size) ?? 0);
}

/** Sum of the fees. */
export function feesOf(fills: readonly VenueFill[]): Money {
  return fills.reduce((sum, fill) => sum + money(fill.fee), 0n);
}

/** Decimal text as money; a venue that writes anything else fails the test. */
export function money(text: string): Money {
  const value = parseMoney(text);
  if (value === null) throw new Error(`"${text}" is no money`);
  return value;
}

/** The bench's names of these orders or fills, in their order. */
export function namesOf(
  bench: Bench,
  names: readonly string[],
  found: readonly Pick<VenueOrder, 'client_id'>[],
): string[] {
  const byId = new Map(names.map((name) => [bench.id(name), name]));
  return found.map(({ client_id }) => byId.get(client_id) ?? client_id);
}
