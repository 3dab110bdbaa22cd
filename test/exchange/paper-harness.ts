/** Opens paper venues on scripted paths for tests: one database, a clock that tests move. */
import { makeMarket, priceText, sizeText } from '../../src/contract/market.ts';
import type { Side } from '../../src/contract/trading.ts';
import { openPaperVenue, paperMarket } from '../../src/exchange/paper/index.ts';
import type { PaperOptions, PriceSource } from '../../src/exchange/paper/index.ts';
import type { OrderRequest, TriggerRequest, Venue, VenueEvent } from '../../src/exchange/port.ts';
import { openDatabase } from '../../src/platform/sqlite.ts';
import type { SqliteDatabase } from '../../src/platform/sqlite.ts';
import { manualClock } from './manual-clock.ts';
import { scriptedPath } from './scripted-path.ts';
import type { Waypoint } from './scripted-path.ts';

export const RULES = paperMarket('SOL_USDC_PERP');
export const MARKET = makeMarket(RULES);

/** A database that lives in memory and ends with the test. */
export function memoryDatabase(): SqliteDatabase {
  return openDatabase(':memory:', 'NORMAL');
}

/** A venue at speed 0 on `source`. */
export function paperVenue(
  db: SqliteDatabase,
  source: PriceSource,
  more: Partial<PaperOptions> = {},
): Venue {
  return openPaperVenue({ db, rules: RULES, source, speed: 0, clock: manualClock(), ...more });
}

/** Points in ticks; a negative number is reached by a jump. */
export function path(...ticks: readonly number[]): readonly Waypoint[] {
  return ticks.map((each) => ({ ticks: Math.abs(each), move: each < 0 ? 'jump' : 'continuous' }));
}

/** A finite path of such points. */
export function finite(...ticks: readonly number[]): PriceSource {
  return scriptedPath(RULES.tick, path(...ticks), 'ends');
}

/** An order in ticks (null: market) and lots. */
export function order(
  client_id: string,
  side: Side,
  ticks: number | null,
  lots: number,
  more: Partial<OrderRequest> = {},
): OrderRequest {
  const price = ticks === null ? null : priceText(MARKET, ticks);
  const size = sizeText(MARKET, lots);
  return { client_id, side, price, size, post_only: ticks !== null, reduce_only: false, ...more };
}

/** A stop order in ticks and lots. */
export function stop(client_id: string, side: Side, ticks: number, lots: number): TriggerRequest {
  const trigger_price = priceText(MARKET, ticks);
  return { client_id, side, trigger_price, trigger_by: 'mark', size: sizeText(MARKET, lots) };
}

/** Connects and resolves with everything told up to the end of the path. */
export function untilEnd(
  venue: Venue,
  react: (event: VenueEvent) => Promise<void> | void = () => undefined,
): Promise<VenueEvent[]> {
  const events: VenueEvent[] = [];
  return new Promise((resolve) => {
    void venue.connect(async (event) => {
      events.push(event);
      await react(event);
      if (event.type === 'ended') resolve(events);
    });
  });
}

/** Events as short text: "price 150", "buy x1@149.5", "cancelled x1 2/5". */
export function brief(events: readonly VenueEvent[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case 'price':
        return `price ${event.last}`;
      case 'fill':
        return `${event.fill.side} ${event.fill.client_id}@${event.fill.price}`;
      case 'order': {
        const { status, client_id, filled, size } = event.order;
        return `${status} ${client_id} ${filled}/${size}`;
      }
      default:
        return event.type;
    }
  });
}
