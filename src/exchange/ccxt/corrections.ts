/**
 * Where ccxt's unified fields are known to be wrong, the venue's own are taken from `info`. Each
 * entry says what is wrong in the version that gridd pins.
 */
import type { CcxtOrder, CcxtPosition } from './exchange.ts';

export interface Corrections {
  readonly position?: (position: CcxtPosition) => CcxtPosition;
  /** An order of the stream. */
  readonly watched?: (order: CcxtOrder) => CcxtOrder;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** The side follows from a notional that is not signed everywhere; the amount is. */
const bySignedAmount: Corrections = {
  position(position) {
    const amount = numberOf(position.info['positionAmt']);
    if (amount === undefined) return position;
    return { ...position, contracts: Math.abs(amount), side: amount < 0 ? 'short' : 'long' };
  },
};

const CORRECTIONS: Readonly<Record<string, Corrections>> = {
  aster: bySignedAmount,
  binance: bySignedAmount,
  binanceusdm: bySignedAmount,
  backpack: {
    // `contracts` is the exposure with resting orders, `entryPrice` the break-even price.
    position(position) {
      const net = numberOf(position.info['netQuantity']) ?? 0;
      return {
        ...position,
        contracts: Math.abs(net),
        side: net < 0 ? 'short' : 'long',
        entryPrice: numberOf(position.info['entryPrice']),
      };
    },
    // `filled` is the size of the last execution; the venue's `z` is their sum.
    watched: (order) => ({ ...order, filled: numberOf(order.info['z']) ?? order.filled }),
  },
};

/** What must be corrected of an exchange; nothing of most. */
export function correctionsOf(exchange: string): Corrections {
  return CORRECTIONS[exchange] ?? {};
}
