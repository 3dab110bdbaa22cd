/** Messages of Backpack's streams: one-letter names, times in microseconds. Pure. */
import { formatMoney } from '../../../contract/decimal.ts';
import { notional, priceText, sizeText } from '../../../contract/market.ts';
import type { Market } from '../../../contract/market.ts';
import { nextStamp } from '../../matching/funding.ts';
import { candleBounds, candleOf, dayOf } from '../candles.ts';
import type { PublicTrade } from '../candles.ts';
import { depthAround } from '../depth.ts';
import type { SimMarket } from '../market.ts';
import type { OrderChange, SimFill, SimOrder } from '../orders.ts';
import { microseconds, naiveTime } from './answers.ts';
import type { positionRow } from './account-words.ts';
import type { DepthChange } from './depth-feed.ts';
import { clientIdOf, expiryOf, sideOf, statusOf } from './order-words.ts';
import { QUOTE } from './specs.ts';

const EVENTS: Readonly<Record<OrderChange, string>> = {
  accepted: 'orderAccepted',
  filled: 'orderFill',
  cancelled: 'orderCancelled',
  expired: 'orderExpired',
  modified: 'orderModified',
  trigger_placed: 'triggerPlaced',
  triggered: 'orderAccepted',
  trigger_failed: 'triggerFailed',
};

/** A change of an order; a fill says what was executed. */
export function orderMessage(
  market: Market,
  change: OrderChange,
  order: SimOrder,
  fill: SimFill | null,
  now: number,
) {
  const { trigger, ticks, note } = order;
  const size = sizeText(market, order.lots);
  return {
    e: EVENTS[change],
    E: microseconds(now),
    s: order.symbol,
    ...given('c', clientIdOf(order)),
    S: sideOf(order.side),
    o: ticks === null ? 'MARKET' : 'LIMIT',
    f: order.tif,
    q: size,
    ...(ticks === null ? {} : { p: priceText(market, ticks) }),
    ...(trigger === null
      ? {}
      : { P: priceText(market, trigger.ticks), B: note['triggerBy'] ?? 'LastPrice', Y: size }),
    X: statusOf(order),
    ...given('R', expiryOf(order)),
    i: String(order.id),
    t: fill === null ? null : fill.id,
    ...(fill === null ? {} : fillPart(market, fill)),
    z: sizeText(market, order.filled),
    Z: formatMoney(order.quote),
    V: note['selfTradePrevention'] ?? 'RejectTaker',
    T: microseconds(fill?.at_ms ?? order.updated_ms),
    O: order.origin === 'user' ? 'USER' : 'LIQUIDATION_AUTOCLOSE',
    r: order.reduce_only,
    ...(ticks === null ? {} : { y: order.post_only }),
  };
}

/** A position; `event` null: what there was before anything happened. */
export function positionMessage(
  row: ReturnType<typeof positionRow>,
  event: string | null,
  now: number,
) {
  return {
    ...given('e', event),
    E: microseconds(now),
    s: row.symbol,
    b: row.breakEvenPrice,
    B: row.entryPrice,
    f: row.imf,
    M: row.markPrice,
    m: row.mmf,
    q: row.netQuantity,
    Q: row.netExposureQuantity,
    n: row.netExposureNotional,
    i: row.positionId,
    p: row.pnlRealized,
    P: row.pnlUnrealized,
    l: '0',
    T: microseconds(now),
  };
}

export function tickerMessage(sim: SimMarket, now: number) {
  const { market, present } = sim;
  const day = dayOf(sim.candles, now);
  return {
    e: 'ticker',
    E: microseconds(now),
    s: sim.symbol,
    o: priceText(market, day.open),
    c: priceText(market, present),
    h: priceText(market, Math.max(day.high, present)),
    l: priceText(market, Math.min(day.low, present)),
    v: sizeText(market, day.volume),
    V: formatMoney(day.quote_volume),
    n: day.trades,
  };
}

export function bookTickerMessage(sim: SimMarket, now: number) {
  const { market, seed, present } = sim;
  const { bids, asks } = depthAround(market, seed, present, 1, now);
  const [bid, ask] = [bids[0] ?? { ticks: 1, lots: 0 }, asks[0] ?? { ticks: 1, lots: 0 }];
  return {
    e: 'bookTicker',
    E: microseconds(now),
    s: sim.symbol,
    a: priceText(market, ask.ticks),
    A: sizeText(market, ask.lots),
    b: priceText(market, bid.ticks),
    B: sizeText(market, bid.lots),
    u: String(now),
    T: microseconds(now),
  };
}

export function markMessage(sim: SimMarket, now: number) {
  return {
    e: 'markPrice',
    E: microseconds(now),
    s: sim.symbol,
    p: priceText(sim.market, sim.mark),
    f: sim.fundingRateText,
    i: priceText(sim.market, sim.present),
    n: nextStamp(now, sim.spec.funding_interval_ms),
    T: microseconds(now),
  };
}

/** The candle of now; null for an interval that the venue does not have. */
export function klineMessage(sim: SimMarket, interval: string, now: number) {
  const bounds = candleBounds(interval, now);
  if (bounds === null) return null;
  const { market } = sim;
  const candle = candleOf(sim.candles, bounds.start, bounds.end, now);
  return {
    e: 'kline',
    E: microseconds(now),
    s: sim.symbol,
    t: naiveTime(bounds.start).slice(0, 19),
    T: naiveTime(bounds.end).slice(0, 19),
    o: priceText(market, candle.open),
    c: priceText(market, candle.close),
    h: priceText(market, candle.high),
    l: priceText(market, candle.low),
    v: sizeText(market, candle.volume),
    n: candle.trades,
    X: false,
  };
}

export function depthMessage(sim: SimMarket, change: DepthChange, now: number) {
  const { market } = sim;
  const level = ({ ticks, lots }: { ticks: number; lots: number }) => [
    priceText(market, ticks),
    sizeText(market, lots),
  ];
  return {
    e: 'depth',
    E: microseconds(now),
    s: sim.symbol,
    a: change.asks.map(level),
    b: change.bids.map(level),
    U: change.first,
    u: change.last,
    T: microseconds(now),
  };
}

export function tradeMessage(sim: SimMarket, trade: PublicTrade, now: number) {
  return {
    e: 'trade',
    E: microseconds(now),
    s: sim.symbol,
    p: priceText(sim.market, trade.ticks),
    q: sizeText(sim.market, trade.lots),
    b: String(trade.id * 2),
    a: String(trade.id * 2 + 1),
    t: trade.id,
    T: microseconds(trade.at_ms),
    m: trade.side === 'sell',
  };
}

export function liquidationMessage(sim: SimMarket, fill: SimFill, now: number) {
  return {
    e: 'liquidation',
    E: microseconds(now),
    s: sim.symbol,
    p: priceText(sim.market, fill.ticks),
    q: sizeText(sim.market, fill.lots),
    S: sideOf(fill.side),
    T: microseconds(fill.at_ms),
  };
}

/** Price x size of a fill is in `Z`; here is the last execution alone. */
function fillPart(market: Market, fill: SimFill) {
  return {
    l: sizeText(market, fill.lots),
    L: priceText(market, fill.ticks),
    m: fill.maker,
    n: formatMoney(fill.fee),
    N: QUOTE,
    Q: formatMoney(notional(market, fill.ticks, fill.lots)),
  };
}

function given<K extends string, V>(name: K, value: V | null): { [P in K]?: V } {
  return (value === null ? {} : { [name]: value }) as { [P in K]?: V };
}
