/**
 * Where ccxt's unified fields are known to be wrong, the venue's own are taken from `info`. Each
 * entry says what is wrong in the version that gridd pins.
 */
import { VenueFault } from '../port.ts';
import type { CcxtExchange, CcxtOrder, CcxtPosition } from './exchange.ts';

export interface Corrections {
  readonly position?: (position: CcxtPosition) => CcxtPosition;
  /** An order of the stream. */
  readonly watched?: (order: CcxtOrder) => CcxtOrder;
  /** The venue's time, ms. */
  readonly time?: (exchange: CcxtExchange) => Promise<unknown>;
  /** What says that there is no such order any more, where ccxt takes it for something else. */
  readonly gone?: RegExp;
  /** The total of a balance holds the unrealised profit already. */
  readonly total_is_equity?: boolean;
  /** The end of a question is cut down to a multiple of this. */
  readonly until_step_ms?: number;
  /** How many orders a history gives that knows neither moments nor pages; it must be asked for. */
  readonly history_limit?: number;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** The total is the venue's margin balance, or its equity. */
const TOTAL_IS_EQUITY: Corrections = { total_is_equity: true };

/** The end of a question is cut to its second: what came later in that second would be left out. */
const BY_SECONDS: Corrections = { until_step_ms: 1000 };

/** The side follows from a notional that is not signed everywhere; the amount is. */
const bySignedAmount: Corrections = {
  position(position) {
    const amount = numberOf(position.info['positionAmt']);
    if (amount === undefined) return position;
    return { ...position, contracts: Math.abs(amount), side: amount < 0 ? 'short' : 'long' };
  },
};

const CORRECTIONS: Readonly<Record<string, Corrections>> = {
  apex: TOTAL_IS_EQUITY,
  aster: bySignedAmount,
  binance: { ...bySignedAmount, ...TOTAL_IS_EQUITY },
  binanceusdm: { ...bySignedAmount, ...TOTAL_IS_EQUITY },
  bitget: TOTAL_IS_EQUITY,
  blofin: TOTAL_IS_EQUITY,
  deribit: TOTAL_IS_EQUITY,
  gate: BY_SECONDS,
  gateeu: BY_SECONDS,
  htx: TOTAL_IS_EQUITY,
  hyperliquid: TOTAL_IS_EQUITY,
  kucoin: TOTAL_IS_EQUITY,
  kucoinfutures: TOTAL_IS_EQUITY,
  myokx: TOTAL_IS_EQUITY,
  okx: TOTAL_IS_EQUITY,
  okxus: TOTAL_IS_EQUITY,
  backpack: {
    // `contracts` is the exposure with resting orders, `entryPrice` the break-even price, and the
    // other figures stay text.
    position(position) {
      const { info } = position;
      const net = numberOf(info['netQuantity']) ?? 0;
      return {
        ...position,
        contracts: Math.abs(net),
        side: net < 0 ? 'short' : 'long',
        entryPrice: numberOf(info['entryPrice']),
        liquidationPrice: numberOf(info['estLiquidationPrice']),
        unrealizedPnl: numberOf(info['pnlUnrealized']),
      };
    },
    // `fetchTime` does not read the answer and tells this machine's time.
    time: (exchange) => exchange.publicGetApiV1Time?.() ?? Promise.resolve(undefined),
    // It counts as a venue that is not available.
    gone: /RESOURCE_NOT_FOUND/,
    history_limit: 1000,
    // `filled` is the size of the last execution; the venue's `z` is their sum.
    watched: (order) => ({ ...order, filled: numberOf(order.info['z']) ?? order.filled }),
  },
};

/** What must be corrected of an exchange; nothing of most. */
export function correctionsOf(exchange: string): Corrections {
  return CORRECTIONS[exchange] ?? {};
}

/** The venue's time, whole ms; a `refused` fault where it tells none. */
export async function venueTime(exchange: CcxtExchange): Promise<number> {
  const { time = (same) => same.fetchTime() } = correctionsOf(exchange.id);
  const told = numberOf(await time(exchange));
  if (told === undefined) throw new VenueFault('refused', 'no clock', null, 'capability');
  return Math.floor(told);
}
