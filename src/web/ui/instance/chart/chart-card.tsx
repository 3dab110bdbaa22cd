/** The chart with its choices, legend and range panel; everything but the canvas is there at once. */
import { SegmentedControl } from '@mantine/core';
import { Suspense, lazy, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { CANDLE_INTERVALS } from '../../../../contract/page-api.ts';
import type { CandleInterval } from '../../../../contract/page-api.ts';
import { useInstance } from '../instance-topics.ts';
import { RangePanel } from '../range/range-panel.tsx';
import { useRangeDraft } from '../range/range-draft.ts';
import { useCandleRecord, useHeat } from './chart-record.ts';
import type { Asked } from './chart-record.ts';

const ChartView = lazy(() => import('./chart-view.tsx'));

export function ChartCard({ status }: { readonly status: StatusView }) {
  const { t } = useTranslation();
  const [interval, setInterval] = useState<CandleInterval>('1m');
  const [heatShown, setHeatShown] = useState(true);
  const levels = useInstance('levels') ?? [];
  const record = useCandleRecord(interval);
  const heat = useHeat();
  const draft = useRangeDraft(status);
  return (
    <section className="card chart-card" aria-label={t('chart.title')}>
      <div className="chart-head">
        <SegmentedControl
          aria-label={t('chart.interval')}
          value={interval}
          onChange={(value) => setInterval(value as CandleInterval)}
          data={[...CANDLE_INTERVALS]}
        />
        <Legend />
        <label className="heat-choice">
          <input
            type="checkbox"
            checked={heatShown}
            onChange={(event) => setHeatShown(event.currentTarget.checked)}
          />
          {t('chart.heat')}
        </label>
        <span className="quiet small">UTC</span>
      </div>
      <div className="chart-frame">
        <Suspense fallback={<p className="chart-note quiet">{t('common.loading')}</p>}>
          <ChartView
            status={status}
            levels={levels}
            interval={interval}
            candles={record.value ?? NO_CANDLES}
            heat={heatShown ? (heat.value ?? []) : []}
            draft={draft}
          />
        </Suspense>
        <RecordNote record={record} />
      </div>
      <RangePanel status={status} draft={draft} />
    </section>
  );
}

const NO_CANDLES: [] = [];

/** What stands over the picture while there is no record to show. */
function RecordNote({ record }: { readonly record: Asked<readonly unknown[]> }) {
  const { t } = useTranslation();
  if (record.failure !== null) {
    return (
      <p className="chart-note" role="alert">
        {t('chart.failed')}{' '}
        <button type="button" className="plain-button" onClick={record.again}>
          {t('common.retry')}
        </button>
      </p>
    );
  }
  if (record.value === undefined || record.value.length > 0) return null;
  return <p className="chart-note quiet">{t('chart.no_candles')}</p>;
}

const LOOKS = ['buy', 'sell', 'empty', 'missing'] as const;

/** How the lines of the grid are told apart. */
function Legend() {
  const { t } = useTranslation();
  return (
    <ul className="legend" aria-label={t('chart.legend')}>
      {LOOKS.map((look) => (
        <li key={look}>
          <span className={`stroke ${look}`} aria-hidden /> {t(`chart.legend_${look}`)}
        </li>
      ))}
    </ul>
  );
}
