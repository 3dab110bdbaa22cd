/** Yearly rates and liquidation prices in words; "–" for what an older bot does not say. */
import type { StatusView } from '../../../contract/instance-api.ts';
import { exact, signedMoney } from '../format/amount.ts';

/** Both rates, e.g. "+12.30 % grid, −4.00 % total". */
export function aprWords({ apr }: Pick<StatusView, 'apr'>): string {
  if (apr === undefined) return '–';
  if (apr.grid === null || apr.total === null) return 'after an hour';
  return `${signedMoney(apr.grid)} % grid, ${signedMoney(apr.total)} % total`;
}

/** The three prices, e.g. "120.5 now, none with buys filled, 181 with sells filled". */
export function liquidationWords({ liquidation }: Pick<StatusView, 'liquidation'>): string {
  if (liquidation === undefined) return '–';
  const { now, buys_filled: bought, sells_filled: sold } = liquidation;
  if (now === null && bought === null && sold === null) return 'none';
  const text = (price: string | null) => (price === null ? 'none' : exact(price));
  return `${text(now)} now, ${text(bought)} with buys filled, ${text(sold)} with sells filled`;
}

/** How far this machine's clock is from the venue's, e.g. "120 ms behind the venue". */
export function clockWords(offset: number): string {
  if (offset === 0) return 'as the venue';
  return `${Math.abs(offset)} ms ${offset > 0 ? 'behind' : 'ahead of'} the venue`;
}

/** How far the nearest is from the price, e.g. "12.34 % away". */
export function nearestWords({ liquidation }: Pick<StatusView, 'liquidation'>): string {
  const percent = liquidation?.nearest_percent ?? null;
  return percent === null ? '–' : `${percent} % away`;
}
