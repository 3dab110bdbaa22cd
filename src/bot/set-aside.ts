/**
 * A position that was on the symbol before the grid and that the user told us to leave alone
 * (`--ignore`): the grid sees the account without it. A venue nets both, so reduce-only would be
 * judged by a position that is not the grid's: the grid's orders go out without it, but for what
 * reduces at market what was set aside as well; its stops are watched by the bot alone.
 */
import { formatDecimal, parseDecimal } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { sizeText } from '../contract/market.ts';
import { VenueFault } from '../exchange/port.ts';
import type { OrderRequest, Venue, VenueEvent, VenuePosition } from '../exchange/port.ts';
import type { Books } from '../store/index.ts';
import { wholeLots } from './venue-numbers.ts';

/** Where the books keep it, as a signed size; empty: nothing is set aside. */
export const SET_ASIDE = 'set_aside';

export class SetAside {
  #lots: number;
  readonly #market: Market;

  constructor(market: Market, lots: number) {
    this.#market = market;
    this.#lots = lots;
  }

  static of(market: Market, books: Books): SetAside {
    return new SetAside(market, wholeLots(market, books.meta(SET_ASIDE) ?? '') ?? 0);
  }

  /** Signed; 0: nothing is set aside. */
  get lots(): number {
    return this.#lots;
  }

  get size(): string {
    return sizeText(this.#market, this.#lots);
  }

  /** What the user should keep in mind; none while nothing is set aside. */
  get warnings(): readonly string[] {
    if (this.#lots === 0) return [];
    return [
      `A position of ${this.size} is set aside: it is not the grid's, is never closed, and ` +
        'counts for liquidation.',
    ];
  }

  /** It is the grid's from now on; whoever calls this has stored that. */
  clear(): void {
    this.#lots = 0;
  }
}

/** `venue` as the grid is to see it. */
export function venueBeside(venue: Venue, aside: SetAside): Venue {
  const own = (position: VenuePosition): VenuePosition => ({
    ...position,
    size: minus(position.size, aside.size),
  });
  const order = (request: OrderRequest): OrderRequest =>
    aside.lots === 0 || reducesBoth(request, aside) ? request : { ...request, reduce_only: false };
  const hear = (event: VenueEvent): VenueEvent =>
    event.type === 'position' ? { ...event, position: own(event.position) } : event;
  return {
    ...methods(venue),
    get capabilities() {
      const { capabilities } = venue;
      return aside.lots === 0 ? capabilities : { ...capabilities, trigger_orders: false };
    },
    connect: (listener) => venue.connect((event) => listener(hear(event))),
    submit: (request) => venue.submit(order(request)),
    submitBatch: (requests) => venue.submitBatch(requests.map(order)),
    position: async () => own(await venue.position()),
  };
}

/**
 * A close on the side that would reduce what was set aside, too: then it reduces their sum, and a
 * venue takes it however small it is.
 */
function reducesBoth({ side, price }: OrderRequest, { lots }: SetAside): boolean {
  return price === null && (side === 'sell' ? lots > 0 : lots < 0);
}

/** Everything of a venue that passes through, bound to it. */
function methods(venue: Venue): Omit<Venue, 'capabilities'> {
  return {
    name: venue.name,
    market: () => venue.market(),
    price: () => venue.price(),
    connect: (listener) => venue.connect(listener),
    submit: (request) => venue.submit(request),
    submitBatch: (requests) => venue.submitBatch(requests),
    cancel: (id) => venue.cancel(id),
    cancelBatch: (ids) => venue.cancelBatch(ids),
    orderByClientId: (id) => venue.orderByClientId(id),
    openOrders: () => venue.openOrders(),
    orderHistory: (since) => venue.orderHistory(since),
    fillsSince: (since) => venue.fillsSince(since),
    fundingSince: (since) => venue.fundingSince(since),
    position: () => venue.position(),
    balance: () => venue.balance(),
    account: () => venue.account(),
    setLeverage: (leverage) => venue.setLeverage(leverage),
    serverTime: () => venue.serverTime(),
    submitTrigger: (trigger) => venue.submitTrigger(trigger),
    windDeadMan: (timeout) => venue.windDeadMan(timeout),
    usage: (of) => venue.usage(of),
    grant: (share, of) => venue.grant(share, of),
    close: () => venue.close(),
  };
}

function minus(size: string, other: string): string {
  const [a, b] = [parseDecimal(size), parseDecimal(other)];
  // Whoever reads it says that it is unreadable.
  if (a === null || b === null) return size;
  const scale = Math.max(a.scale, b.scale);
  const digits = (from: typeof a) => from.digits * 10n ** BigInt(scale - from.scale);
  return formatDecimal(digits(a) - digits(b), scale);
}

/** The venue's position in whole lots; rejects with a `VenueFault` when it is no size. */
export async function positionLots(market: Market, venue: Venue): Promise<number> {
  const { size } = await venue.position();
  const lots = wholeLots(market, size);
  if (lots !== null) return lots;
  throw new VenueFault('unreachable', `its position is "${size}"`, null, 'answer');
}
