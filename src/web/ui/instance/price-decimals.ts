/** How many decimals this market's prices have, so that a price does not jump as zeros come and go. */
import { useRef } from 'react';
import type { LevelView, StatusView } from '../../../contract/instance-views.ts';

/** The most decimals that a price of this grid has had while the page was open. */
export function usePriceDecimals(status: StatusView, levels: readonly LevelView[]): number {
  const most = useRef(0);
  const prices = [status.price, ...levels.map(({ price }) => price)];
  most.current = Math.max(most.current, ...prices.map(decimalsOf));
  return most.current;
}

function decimalsOf(price: string): number {
  return price.split('.')[1]?.length ?? 0;
}
