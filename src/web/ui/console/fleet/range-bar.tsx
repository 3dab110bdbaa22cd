/** The range of a grid with the price in it: a bar, and the same in figures beneath. */
import type { FleetRow } from '../../../../contract/console-api.ts';
import { exact } from '../../format/amount.ts';
import { placeInRange } from './row-order.ts';
import { useConsoleWords } from '../console-words.ts';

const WIDTH = 100;

export function RangeBar({ row }: { readonly row: FleetRow }) {
  const { t } = useConsoleWords();
  const place = placeInRange(row);
  if (place === null || row.lower === null || row.upper === null || row.price === null) {
    return <span className="quiet">–</span>;
  }
  const at = Math.min(WIDTH, Math.max(0, place.percent));
  const outside = place.where !== 'inside';
  const { price, lower, upper } = row;
  const said = t(`console:range.${place.where}`, { price, lower, upper });
  return (
    <div className="range-bar" title={said}>
      <svg viewBox={`0 0 ${WIDTH} 8`} preserveAspectRatio="none" role="img" aria-label={said}>
        <rect className="range-bar-track" x="0" y="3" width={WIDTH} height="2" />
        <rect className="range-bar-part" x="0" y="3" width={at} height="2" />
        <rect
          className={outside ? 'range-bar-price outside' : 'range-bar-price'}
          x={Math.min(WIDTH - 1.5, Math.max(0, at - 0.75))}
          y="0"
          width="1.5"
          height="8"
        />
      </svg>
      <div className="range-bar-figures" aria-hidden>
        <span>{exact(lower)}</span>
        <span className={outside ? 'attention' : 'strong'}>
          {place.where === 'below' ? '◂ ' : ''}
          {exact(price)}
          {place.where === 'above' ? ' ▸' : ''}
        </span>
        <span>{exact(upper)}</span>
      </div>
    </div>
  );
}
