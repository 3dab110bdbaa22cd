/**
 * The chart in the page: fed by the stream and by the bot's record, with a handle on each bound of
 * the range. Loaded after the figures, because it is the largest part.
 */
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { LevelView, StatusView } from '../../../../contract/instance-views.ts';
import type { CandleInterval, CandleView, LineHeat } from '../../../../contract/page-api.ts';
import type { RangeDraft } from '../range/range-draft.ts';
import { fillMarkers, toCandle, withPrice } from './candle-data.ts';
import { gridLines, keyLines, previewLines } from './chart-lines.ts';
import { GridChart } from './grid-chart.ts';
import { readPalette } from './palette.ts';
import { RangeHandles } from './range-handles.tsx';
import { usePriceDecimals } from '../price-decimals.ts';
import { useFills } from './chart-record.ts';

export interface ChartViewProps {
  readonly status: StatusView;
  readonly levels: readonly LevelView[];
  readonly interval: CandleInterval;
  readonly candles: readonly CandleView[];
  readonly heat: readonly LineHeat[];
  readonly draft: RangeDraft;
}

/** Candles in view at first: on a phone fewer, so that each can be seen. */
const SHOWN = 120;
const SHOWN_NARROW = 48;

// Default export: what `lazy` takes.
export default function ChartView(props: ChartViewProps) {
  const { status, interval, candles, draft } = props;
  const { t } = useTranslation();
  const holder = useRef<HTMLDivElement>(null);
  const { chart, view } = useChart(holder);
  usePicture(chart, props);
  useCandles(chart, status, interval, candles);
  const marked = useMarkers(chart, interval, candles);
  return (
    <div className="chart" data-part="chart" data-fills={marked}>
      <div ref={holder} className="chart-canvas" role="img" aria-label={t('chart.picture')} />
      {chart !== null && <RangeHandles chart={chart} view={view} draft={draft} />}
    </div>
  );
}

/** The chart, and where prices lie on it: changes when they lie at other pixels. */
function useChart(holder: RefObject<HTMLDivElement | null>) {
  const [chart, setChart] = useState<GridChart | null>(null);
  const [view, setView] = useState('');
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  useEffect(() => {
    if (holder.current === null) return;
    let frame = 0;
    // One that is asked for stays: a chart that is drawn each frame would put it off for ever.
    const moved = () => {
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        setView(made.scale);
      });
    };
    const made = new GridChart(holder.current, readPalette(), moved);
    setChart(made);
    return () => {
      cancelAnimationFrame(frame);
      setChart(null);
      made.dispose();
    };
  }, [holder]);
  useEffect(() => chart?.paint(readPalette()), [chart, scheme]);
  return { chart, view };
}

function usePicture(chart: GridChart | null, props: ChartViewProps): void {
  const { status, levels, heat, draft } = props;
  const { t } = useTranslation();
  const decimals = usePriceDecimals(status, levels);
  useEffect(() => chart?.setForm({ decimals }), [chart, decimals]);
  const { preview } = draft;
  const lines = useMemo(() => {
    return preview !== null && 'lines' in preview
      ? previewLines(t, preview.lines, levels)
      : gridLines(t, levels, heat);
  }, [t, levels, heat, preview]);
  const outcome = preview !== null && 'lines' in preview ? preview.liquidation : null;
  useEffect(() => {
    const shown = outcome === null ? status : { ...status, liquidation: outcome };
    chart?.show({ lines, keys: keyLines(t, shown, decimals), price: Number(status.price) });
  }, [chart, t, lines, status, outcome, decimals]);
}

function useCandles(
  chart: GridChart | null,
  status: StatusView,
  interval: CandleInterval,
  candles: readonly CandleView[],
): void {
  const begun = useRef<CandleInterval | null>(null);
  useEffect(() => {
    if (chart === null) return;
    chart.setCandles(candles.map(toCandle));
    if (begun.current === interval || candles.length === 0) return;
    begun.current = interval;
    chart.showNewest(window.innerWidth < 600 ? SHOWN_NARROW : SHOWN);
  }, [chart, interval, candles]);
  const { price, priced_at: at } = status;
  useEffect(() => {
    if (chart === null || at === undefined) return;
    const seconds = Math.floor(Date.parse(at) / 1000);
    const candle = withPrice(interval, chart.last, Number(price), seconds);
    if (candle !== null) chart.update(candle);
  }, [chart, candles, interval, price, at]);
}

/** Marks the fills; how many are known. */
function useMarkers(
  chart: GridChart | null,
  interval: CandleInterval,
  candles: readonly CandleView[],
): number {
  const fills = useFills();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  useEffect(() => {
    const from = candles[0]?.time ?? 0;
    chart?.setMarkers(fillMarkers(interval, fills, from, readPalette()));
  }, [chart, interval, candles, fills, scheme]);
  return fills.length;
}
