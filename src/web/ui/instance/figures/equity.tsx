/** The total over time, of the span that is chosen, and how far it fell from its heights in it. */
import { SegmentedControl } from '@mantine/core';
import { Suspense, lazy, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CURVE_SPANS } from '../../../../contract/page-api.ts';
import type { CurveSpan, Drawdown } from '../../../../contract/page-api.ts';
import { signedMoney } from '../../format/amount.ts';
import { useEquity } from '../chart/chart-record.ts';

const EquityChart = lazy(() => import('./equity-chart.tsx'));

export function Equity({ quote }: { readonly quote: string }) {
  const { t } = useTranslation();
  const [span, setSpan] = useState<CurveSpan>('all');
  return (
    <section className="card" aria-labelledby="equity" data-part="equity">
      <div className="card-head">
        <h2 id="equity">{t('equity.title')}</h2>
        <SegmentedControl
          aria-label={t('equity.span')}
          value={span}
          onChange={(value) => setSpan(value as CurveSpan)}
          data={CURVE_SPANS.map((value) => ({ value, label: t(`equity.span_${value}`) }))}
        />
      </div>
      <Curve key={span} span={span} quote={quote} />
    </section>
  );
}

interface CurveProps {
  readonly span: CurveSpan;
  readonly quote: string;
}

/** Made anew for another span, so that no figure of one stands beside the name of another. */
function Curve({ span, quote }: CurveProps) {
  const { t } = useTranslation();
  const { value, failure, again } = useEquity(span);
  return (
    <>
      <p className="equity-fall small">
        {value !== undefined && <Fall drawdown={value.drawdown} quote={quote} />}
      </p>
      <div className="equity-frame">
        {value !== undefined && value.points.length > 1 && (
          <Suspense fallback={null}>
            <EquityChart curve={value} />
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
    </>
  );
}

interface FallProps {
  readonly drawdown: Drawdown | null;
  readonly quote: string;
}

function Fall({ drawdown, quote }: FallProps) {
  const { t } = useTranslation();
  if (drawdown === null) return <span className="quiet">{t('equity.no_fall')}</span>;
  const { amount, percent, from, to } = drawdown;
  const value = signedMoney(amount.startsWith('-') ? amount : `-${amount}`);
  return (
    <span title={t('equity.fall_when', { from: minute(from), to: minute(to) })}>
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
