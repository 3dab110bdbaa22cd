/** Yearly rates, liquidation prices and clocks in words; "–" for what a bot does not say. */
import type { TFunction } from 'i18next';
import type { StatusView } from '../../../contract/instance-api.ts';
import { exact, signedMoney } from '../format/amount.ts';

/** What stands where nothing is known. */
export const UNKNOWN = '–';

/** A yearly rate, e.g. "+12.30 %"; null: the books are too young. */
export function rateWords(t: TFunction, rate: string | null | undefined): string {
  if (rate === undefined) return UNKNOWN;
  return rate === null ? t('risk.too_young') : `${signedMoney(rate)} %`;
}

/** A liquidation price, "none" where no price liquidates; undefined: not known. */
export function liquidationWords(t: TFunction, price: string | null | undefined): string {
  if (price === undefined) return UNKNOWN;
  return price === null ? t('risk.no_price') : exact(price);
}

/** How far the nearest is from the price, e.g. "12.34 % away". */
export function nearestWords(
  t: TFunction,
  { liquidation }: Pick<StatusView, 'liquidation'>,
): string {
  const percent = liquidation?.nearest_percent ?? null;
  return percent === null ? UNKNOWN : t('risk.away', { percent });
}

/** How far this machine's clock is from the venue's, e.g. "120 ms behind the venue". */
export function clockWords(t: TFunction, offset: number): string {
  if (offset === 0) return t('risk.clock_same');
  const ms = Math.abs(offset);
  return t(offset > 0 ? 'risk.clock_behind' : 'risk.clock_ahead', { ms });
}
