/** Draws the total above and below zero, and beneath it the fall from the last height. */
import { useComputedColorScheme } from '@mantine/core';
import { AreaSeries, BaselineSeries, ColorType, createChart } from 'lightweight-charts';
import type { IChartApi, ISeriesApi } from 'lightweight-charts';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readPalette } from '../chart/palette.ts';
import { curves } from './curves.ts';
import type { Curve } from './curves.ts';

interface Parts {
  readonly chart: IChartApi;
  readonly total: ISeriesApi<'Baseline'>;
  readonly fall: ISeriesApi<'Area'>;
}

export default function EquityChart({ curve }: { readonly curve: Curve }) {
  const { t } = useTranslation();
  const holder = useRef<HTMLDivElement>(null);
  const [parts, setParts] = useState<Parts | null>(null);
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  useEffect(() => {
    if (holder.current === null) return;
    const made = makeParts(holder.current);
    setParts(made);
    return () => {
      setParts(null);
      made.chart.remove();
    };
  }, []);
  useEffect(() => {
    if (parts !== null) paint(parts);
  }, [parts, scheme]);
  useEffect(() => {
    if (parts === null) return;
    const { total, falls } = curves(curve);
    parts.total.setData(total);
    parts.fall.setData(falls);
    parts.chart.timeScale().fitContent();
  }, [parts, curve]);
  return <div ref={holder} className="equity-canvas" role="img" aria-label={t('equity.picture')} />;
}

function makeParts(holder: HTMLElement): Parts {
  const chart = createChart(holder, {
    autoSize: true,
    layout: { attributionLogo: false },
    timeScale: { timeVisible: true, secondsVisible: false },
    rightPriceScale: { scaleMargins: { top: 0.1, bottom: 0.1 } },
    handleScroll: false,
    handleScale: false,
  });
  const quiet = { priceLineVisible: false, lineWidth: 1 } as const;
  const zero = { type: 'price', price: 0 } as const;
  const total = chart.addSeries(BaselineSeries, { baseValue: zero, ...quiet });
  const fall = chart.addSeries(AreaSeries, { invertFilledArea: true, ...quiet }, 1);
  chart.panes()[1]?.setStretchFactor(0.4);
  return { chart, total, fall };
}

function paint({ chart, total, fall }: Parts): void {
  const { card, line, quiet, gain, loss } = readPalette();
  chart.applyOptions({
    layout: {
      background: { type: ColorType.Solid, color: card },
      textColor: quiet,
      fontSize: 11,
      panes: { separatorColor: line, enableResize: false },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: line } },
    rightPriceScale: { borderColor: line },
    timeScale: { borderColor: line },
  });
  total.applyOptions({
    ...{ topLineColor: gain, topFillColor1: `${gain}40`, topFillColor2: `${gain}08` },
    ...{ bottomLineColor: loss, bottomFillColor1: `${loss}08`, bottomFillColor2: `${loss}40` },
  });
  fall.applyOptions({ lineColor: loss, topColor: `${loss}10`, bottomColor: `${loss}40` });
}
