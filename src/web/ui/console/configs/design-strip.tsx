/** A picture of a designed grid: its lines as buys below and sells above the price. */
import type { DesignView } from '../../../../contract/console-api.ts';
import { exact } from '../../format/amount.ts';
import { useConsoleWords } from '../console-words.ts';

const WIDTH = 400;
const HEIGHT = 44;
/** Part of the width left beside the range on each side. */
const ASIDE = 0.06;

export function DesignStrip({ design }: { readonly design: DesignView }) {
  const { t } = useConsoleWords();
  const { lines, price } = design;
  const [lower = price, upper = price] = [lines[0], lines.at(-1)];
  const [low, high] = [Number(lower), Number(upper)];
  const span = high - low || 1;
  const x = (value: number) =>
    Math.min(1, Math.max(0, ASIDE + ((value - low) / span) * (1 - 2 * ASIDE))) * WIDTH;
  const at = Number(price);
  const said = t('console:design.picture', { count: lines.length, lower, upper, price });
  return (
    <figure className="design-strip">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={said}>
        {lines.map((line) => (
          <line
            key={line}
            className={Number(line) < at ? 'buy-line' : 'sell-line'}
            x1={x(Number(line))}
            x2={x(Number(line))}
            y1="12"
            y2="36"
          />
        ))}
        <line className="price-line" x1={x(at)} x2={x(at)} y1="4" y2="44" />
      </svg>
      <figcaption>
        <span>{exact(lower)}</span>
        <span>
          <span className="buy">▮ {t('side.buy')}</span>{' '}
          <span className="strong">{exact(price)}</span>{' '}
          <span className="sell">▮ {t('side.sell')}</span>
        </span>
        <span>{exact(upper)}</span>
      </figcaption>
    </figure>
  );
}
