/** The total over time and how far it fell from its heights. */
import { Suspense, lazy } from 'react';
import { useTranslation } from 'react-i18next';
import type { Drawdown } from '../../../../contract/page-api.ts';
import { signedMoney } from '../../format/amount.ts';
import { useEquity } from '../chart/chart-record.ts';

const EquityChart = lazy(() => import('./equity-chart.tsx'));

export function Equity({ quote }: { readonly quote: string }) {
  const { t } = useTranslation();
  const { value, failure, again } = useEquity();
  return (
    <section className="card" aria-labelledby="equity" data-part="equity">
      <div className="card-head">
        <h2 id="equity">{t('equity.title')}</h2>
        {value !== undefined && <Fall drawdown={value.drawdown} quote={quote} />}
      </div>
      <div className="equity-frame">
        {value !== undefined && value.points.length > 1 && (
          <Suspense fallback={null}>
            <EquityChart points={value.points} />
          </Suspense>
        )}
        {value !== undefined && value.points.length < 2 && (
          <p className="chart-note quiet">{t('equity.none')}</p>
        )}
        {failure !== null && (
          <p className="chart-note" role="alert">
            {t('chart.failed')}{' '}
            <button type="button" className="plain-button" onClick={again}>
              {t('common.retry')}
            </button>
          </p>
        )}
      </div>
    </section>
  );
}

interface FallProps {
  readonly drawdown: Drawdown | null;
  readonly quote: string;
}

function Fall({ drawdown, quote }: FallProps) {
  const { t } = useTranslation();
  if (drawdown === null) return <span className="quiet small">{t('equity.no_fall')}</span>;
  const { amount, percent, from, to } = drawdown;
  const value = signedMoney(amount.startsWith('-') ? amount : `-${amount}`);
  return (
    <span className="small" title={t('equity.fall_when', { from: minute(from), to: minute(to) })}>
      <span className="quiet">{t('equity.fall')}</span>{' '}
      <data value={amount} className="loss">
        {value} {quote}
      </data>{' '}
      <span className="quiet">{t('equity.of_investment', { percent })}</span>
    </span>
  );
}

/** A moment of the record to the minute, UTC. */
function minute(at: string): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC`;
}
