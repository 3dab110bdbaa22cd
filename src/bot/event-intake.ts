/**
 * What the venue tells by itself, taken as hints: an order is gone only when its fills are booked,
 * and whatever is in doubt is looked up.
 */
import type { Market } from '../contract/market.ts';
import { lotsOf } from '../contract/market.ts';
import { liveOrders } from '../engine/index.ts';
import type { EngineEvent } from '../engine/index.ts';
import type { VenueEvent, VenueOrder } from '../exchange/port.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books } from '../store/index.ts';
import type { FillBooking } from './fill-booking.ts';
import type { GridDoor } from './grid-door.ts';

/** The grid as a stream of events needs it. */
export interface IntakeGrid extends GridDoor {
  apply(event: EngineEvent, extras?: { meta: Record<string, string> }): Promise<void>;
  takePrice(price: { last: string; mark: string; at_ms: number }): Promise<void>;
  /** Looks an order of ours up. */
  lookFor(id: number): void;
}

export interface IntakeParts {
  readonly market: Market;
  readonly books: Books;
  readonly log: Logger;
  readonly fills: FillBooking;
  readonly grid: IntakeGrid;
}

/** Takes one event. Inside a task only. */
export async function takeEvent(parts: IntakeParts, event: VenueEvent): Promise<void> {
  const { fills, grid, log } = parts;
  switch (event.type) {
    case 'price':
      return grid.takePrice(event);
    case 'fill':
      return fills.book([event.fill]);
    case 'order':
      return takeOrder(parts, event.order);
    case 'ended': {
      const ended = { type: 'source_ended', at_ms: event.at_ms } as const;
      await grid.apply(ended, { meta: { ended_by: 'source' } });
      log.info('the price source has ended; the figures stay as they are');
      return;
    }
    case 'position':
    case 'alive':
    case 'gap':
    case 'connected':
    case 'disconnected':
      // Whoever watches the stream acts on these; comparisons ask for what was missed.
      return;
  }
}

async function takeOrder({ market, books, grid }: IntakeParts, order: VenueOrder): Promise<void> {
  const id = books.orderIdOf(order.client_id);
  const live = liveOrders(grid.state).find((each) => each.id === id);
  if (live === undefined) return;
  const at_ms = grid.venueNow();
  if (order.status === 'open') {
    if (live.status === 'sent') await grid.apply({ type: 'accepted', id: live.id, at_ms });
    return;
  }
  const ended = order.status === 'cancelled' || order.status === 'rejected';
  const whole = lotsOf(market, order.filled) === live.filled;
  if (ended && whole) await grid.apply({ type: 'cancelled', id: live.id, at_ms });
  // Its last fills are on their way, or lost: they are booked before it is gone.
  else grid.lookFor(live.id);
}
