/** Candles and fills as the chart takes them. Floats are for drawing only. */
import type { CandlestickData, SeriesMarker, Time, UTCTimestamp } from 'lightweight-charts';
import type { FillView } from '../../../../contract/instance-views.ts';
import type { CandleInterval, CandleView } from '../../../../contract/page-api.ts';
import type { Side } from '../../../../contract/trading.ts';

export type Candle = CandlestickData<UTCTimestamp>;

const SECONDS: Readonly<Record<CandleInterval, number>> = { '1m': 60, '5m': 300, '1h': 3600 };

/** Begin of the candle that holds a moment, seconds since 1970. */
export function candleAt(interval: CandleInterval, seconds: number): number {
  return seconds - (seconds % SECONDS[interval]);
}

export function toCandle(view: CandleView): Candle {
  return {
    time: view.time as UTCTimestamp,
    open: Number(view.open),
    high: Number(view.high),
    low: Number(view.low),
    close: Number(view.close),
  };
}

/**
 * The last candle with the price of `seconds` in it: the same one grown, or the next one begun. A
 * price from before the last candle changes nothing.
 */
export function withPrice(
  interval: CandleInterval,
  last: Candle | undefined,
  price: number,
  seconds: number,
): Candle | null {
  const time = candleAt(interval, seconds) as UTCTimestamp;
  if (last === undefined || time > last.time) {
    return { time, open: price, high: price, low: price, close: price };
  }
  if (time < last.time) return null;
  const { open, high, low } = last;
  return { time, open, high: Math.max(high, price), low: Math.min(low, price), close: price };
}

/**
 * Fills as arrows: buys point up from below the lowest, sells down from above the highest of their
 * candle; a number says how many there are where it is more than one.
 */
export function fillMarkers(
  interval: CandleInterval,
  fills: readonly FillView[],
  from: number,
  colours: { readonly buy: string; readonly sell: string },
): SeriesMarker<Time>[] {
  const groups = new Map<string, { side: Side; time: number; price: number; count: number }>();
  for (const { side, price: text, at } of fills) {
    const time = candleAt(interval, Math.floor(Date.parse(at) / 1000));
    if (time < from) continue;
    const price = Number(text);
    const group = groups.get(`${side}${time}`) ?? { side, time, price, count: 0 };
    const farther = side === 'buy' ? Math.min(group.price, price) : Math.max(group.price, price);
    groups.set(`${side}${time}`, { ...group, price: farther, count: group.count + 1 });
  }
  return [...groups.values()]
    .sort((a, b) => a.time - b.time)
    .map(({ side, time, price, count }) => ({
      ...{ time: time as UTCTimestamp, price, size: 0.7, color: colours[side] },
      ...(side === 'buy'
        ? { position: 'atPriceBottom', shape: 'arrowUp' }
        : { position: 'atPriceTop', shape: 'arrowDown' }),
      ...(count > 1 ? { text: String(count) } : {}),
    }));
}
