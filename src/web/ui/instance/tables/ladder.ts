/** The lines with the price put where it stands among them. Pure. */
import type { LevelView } from '../../../../contract/instance-views.ts';
import { isAbove, isSame } from '../../format/amount.ts';

export type LadderRow =
  | { readonly kind: 'line'; readonly level: LevelView }
  | {
      readonly kind: 'price';
      readonly price: string;
      /** On a line, above or below all of them, or between two. */
      readonly place: 'on' | 'above' | 'below' | 'between';
    };

/** `levels` are highest first; without any there is no price row either. */
export function ladderOf(levels: readonly LevelView[], price: string): readonly LadderRow[] {
  if (levels.length === 0) return [];
  const rows: LadderRow[] = levels.map((level) => ({ kind: 'line', level }));
  const below = levels.findIndex((level) => !isAbove(level.price, price));
  const at = below === -1 ? levels.length : below;
  const onLine = levels.some((level) => isSame(level.price, price));
  const outside = at === 0 ? 'above' : below === -1 ? 'below' : 'between';
  rows.splice(at, 0, { kind: 'price', price, place: onLine ? 'on' : outside });
  return rows;
}
