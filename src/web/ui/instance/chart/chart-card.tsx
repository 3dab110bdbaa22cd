/** The chart with its choices, legend and range panel; all but the canvas is there at once. */
import { SegmentedControl } from '@mantine/core';
import { Suspense, lazy, memo, useState } from 'react';
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
  const levels = useInstance('levels') ?? NONE;
  const record = useCandleRecord(interval);
  const heat = useHeat();
  const draft = useRangeDraft(status);
  return (
    <section className="card chart-card" aria-label={t('chart.title')}>
      <ChartHead
        interval={interval}
        setInterval={setInterval}
        heatShown={heatShown}
        setHeatShown={setHeatShown}
      />
      <div className="chart-frame">
        <Suspense fallback={<p className="chart-note quiet">{t('common.loading')}</p>}>
          <ChartView
            status={status}
            levels={levels}
            interval={interval}
            candles={record.value ?? NONE}
            heat={heatShown ? (heat.value ?? NONE) : NONE}
            draft={draft}
          />
        </Suspense>
        <RecordNote record={record} />
      </div>
      <RangePanel
        draft={draft}
        over={status.grid_state === 'finished'}
        choosesPosition={status.direction !== 'neutral'}
      />
    </section>
  );
}

// The same object each time, so that nothing is drawn anew for it.
const NONE: [] = [];

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

interface ChartHeadProps {
  readonly interval: CandleInterval;
  readonly setInterval: (interval: CandleInterval) => void;
  readonly heatShown: boolean;
  readonly setHeatShown: (shown: boolean) => void;
}

const ChartHead = memo(function ChartHead(props: ChartHeadProps) {
  const { interval, setInterval, heatShown, setHeatShown } = props;
  const { t } = useTranslation();
  return (
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
  );
});

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
