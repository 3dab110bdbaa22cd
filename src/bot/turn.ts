/**
 * What one engine turn changes in the books: pure, from the event and the states around it.
 * Invariant: every order the engine wants sent is an intent of the same turn.
 */
import { divideRounded, formatMoney } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { priceText, sizeText } from '../contract/market.ts';
import { encodeState, liveOrders } from '../engine/index.ts';
import type { EngineCommand, EngineEvent, GridState } from '../engine/index.ts';
import type { BookedFill, Intent, OrderUpdate, Turn } from '../store/index.ts';

/** One decision of the engine: what came in, and what it made of it. */
export interface DecidedTurn {
  readonly market: Market;
  /** Client id under which an order is stored. */
  readonly ids: { of(id: number): string };
  readonly event: EngineEvent;
  readonly before: GridState;
  readonly state: GridState;
  readonly commands: readonly EngineCommand[];
}

/** The rows of a turn, to be committed whole; of several in one commit the `last` has the state. */
export function makeTurn(turn: DecidedTurn, last = true): Turn {
  const { event, state, commands } = turn;
  const fill = event.type === 'fill' ? bookedFill(turn, event) : undefined;
  return {
    at_ms: event.at_ms,
    state: last ? encodeState(state) : null,
    intents: commands.flatMap((command) => intents(turn, command)),
    updates: updates(turn),
    notes: commands.filter((command) => command.type === 'note'),
    ...(fill === undefined ? {} : { fill }),
    meta: endingOf(turn),
  };
}

/** Key under which the reason of a stop is kept for its receipt. */
export const ENDING = 'ending';

/** Key under which is kept whether the last stop was to close the position: `yes` or `no`. */
export const CLOSES = 'ending_closes';
/** Key of its last reason: a stop-loss or a panic may meet a stop that is under way. */
export const REASON = 'ending_reason';

/** Why a grid stops and how many orders it had then. */
interface Ending {
  readonly reason: string;
  readonly open: number;
}

/** The stored ending; that of a plain stop when none is stored. */
export function parseEnding(text: string | null): Ending {
  return text === null ? { reason: 'stop', open: 0 } : (JSON.parse(text) as Ending);
}

/** What a turn that begins a stop must remember. */
function endingOf({ event, before, state }: DecidedTurn): Record<string, string> {
  // An order that rests is what a stop can cancel; those of this very turn are not sent yet.
  const open = liveOrders(before).filter(({ status }) => status !== 'sent').length;
  const begins = before.stopping === null && state.stopping !== null;
  const asked = event.type === 'stop' || event.type === 'end' ? event.reason : null;
  const again = asked !== null && state.stopping === null;
  const changes = state.stopping !== null && state.stopping.reason !== before.stopping?.reason;
  if (!changes && asked === null) return {};
  const how = state.stopping ?? (event.type === 'stop' || event.type === 'end' ? event : null);
  const reason = how?.reason ?? '';
  const present = {
    [CLOSES]: how?.on_stop.position === 'close' ? 'yes' : 'no',
    [REASON]: reason,
  };
  if (!begins && !again) return present;
  return { ...present, [ENDING]: JSON.stringify({ reason, open } satisfies Ending) };
}

function intents({ market, ids }: DecidedTurn, command: EngineCommand): Intent[] {
  if (command.type !== 'place') return [];
  const { id, role, gap, side, ticks, trigger_ticks, lots, generation } = command;
  const at = ticks ?? trigger_ticks ?? null;
  const price = at === null ? null : priceText(market, at);
  const size = sizeText(market, lots);
  return [{ id, client_id: ids.of(id), role, gap, side, price, size, generation }];
}

function updates(turn: DecidedTurn): OrderUpdate[] {
  const { event, commands } = turn;
  const found = orderUpdate(turn, event);
  const cancels = commands.filter((command) => command.type === 'cancel');
  const cancelling = cancels.map(({ id }) => ({ id, status: 'cancelling' }) as const);
  return [...(found === null ? [] : [found]), ...cancelling];
}

/** What the event says of its order; a late word about one that has ended changes nothing. */
function orderUpdate({ market, before }: DecidedTurn, event: EngineEvent): OrderUpdate | null {
  if (!('id' in event)) return null;
  const { id } = event;
  const live = liveOrders(before).find((order) => order.id === id);
  if (event.type === 'fill') {
    const order = live ?? before.ended.find((ended) => ended.id === id);
    const executed = (order?.filled ?? 0) + event.lots;
    const status = order !== undefined && executed >= order.lots ? 'filled' : null;
    return { id, status, filled: sizeText(market, executed) };
  }
  if (live === undefined) return null;
  switch (event.type) {
    case 'accepted':
      return live.status === 'sent' ? { id, status: 'open' } : null;
    case 'rejected':
      return { id, status: 'rejected', reason: event.reason };
    case 'cancelled':
      return { id, status: 'cancelled' };
    case 'absent':
      return { id, status: 'cancelled', reason: 'absent' };
  }
}

function bookedFill(
  { market, before, state }: DecidedTurn,
  event: EngineEvent & { type: 'fill' },
): BookedFill {
  const known = [...liveOrders(before), ...before.ended].find(({ id }) => id === event.id);
  const cycled = state.books.cycles > before.books.cycles;
  const profit = state.books.grid_profit - before.books.grid_profit;
  return {
    trade_id: event.trade_id,
    order_id: event.id,
    gap: known?.gap ?? null,
    side: event.side,
    price: priceText(market, event.ticks),
    size: sizeText(market, event.lots),
    fee: formatMoney(event.fee),
    cycle_profit: cycled ? formatMoney(profit) : null,
    ...(cycled ? pairOf(market, before, event, known?.gap ?? null) : {}),
    at_ms: event.at_ms,
  };
}

/** What the other side of a gap's cycle was filled at. */
function pairOf(
  market: Market,
  { gaps }: GridState,
  { side }: EngineEvent & { type: 'fill' },
  gap: number | null,
): { pair_price?: string } {
  const held = gap === null ? undefined : gaps[gap];
  const leg = side === 'buy' ? held?.sell : held?.buy;
  if (leg === undefined || leg.lots === 0) return {};
  const { digits, scale } = market.lot;
  const size = BigInt(leg.lots) * digits;
  return { pair_price: formatMoney(divideRounded(leg.quote * 10n ** BigInt(scale), size)) };
}
