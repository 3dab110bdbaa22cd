/**
 * The chart itself, outside React: candles, level lines and fills of one grid. It is told what to
 * show and where a price lies can be asked; it knows nothing of the bot.
 */
import {
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  LineStyle,
  createChart,
  createSeriesMarkers,
} from 'lightweight-charts';
import type {
  AutoscaleInfo,
  IChartApi,
  ISeriesApi,
  ISeriesMarkersPluginApi,
  SeriesMarker,
  Time,
} from 'lightweight-charts';
import type { Candle } from './candle-data.ts';
import { framed } from './chart-lines.ts';
import { LineDrawing } from './line-drawing.ts';
import type { Picture } from './line-drawing.ts';
import type { Palette } from './palette.ts';

/** How prices are written: decimals of the price step. */
export interface PriceForm {
  readonly decimals: number;
}

export class GridChart {
  readonly #container: HTMLElement;
  readonly #chart: IChartApi;
  readonly #series: ISeriesApi<'Candlestick'>;
  readonly #markers: ISeriesMarkersPluginApi<Time>;
  readonly #drawing: LineDrawing;
  #frame: { from: number; to: number } | null = null;
  #scaled: AutoscaleInfo | null = null;
  #held: AutoscaleInfo | null = null;
  #last: Candle | undefined;
  #picture: Picture | null = null;
  #count = 0;

  /** `onView` is called whenever prices may have moved to other pixels. */
  constructor(container: HTMLElement, palette: Palette, onView: () => void) {
    this.#container = container;
    this.#chart = createChart(container, {
      autoSize: true,
      // The licence's notice and link stand in the footer of the page.
      layout: { attributionLogo: false },
      crosshair: { mode: CrosshairMode.Normal },
      timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 18, minBarSpacing: 1 },
      rightPriceScale: { scaleMargins: { top: 0.06, bottom: 0.06 } },
      handleScale: { axisPressedMouseMove: { time: true, price: true } },
    });
    this.#series = this.#chart.addSeries(CandlestickSeries, {
      lastValueVisible: true,
      priceLineVisible: true,
      priceLineStyle: LineStyle.Solid,
      autoscaleInfoProvider: (own: () => AutoscaleInfo | null) => this.#scale(own()),
    });
    this.#drawing = new LineDrawing(palette, onView);
    this.#series.attachPrimitive(this.#drawing);
    this.#markers = createSeriesMarkers(this.#series, [], { autoScale: false });
    this.paint(palette);
  }

  get last(): Candle | undefined {
    return this.#last;
  }

  paint(palette: Palette): void {
    const { card, line, quiet, gain, loss, text } = palette;
    this.#chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: card },
        textColor: quiet,
        fontSize: 11,
      },
      grid: { vertLines: { color: line }, horzLines: { visible: false } },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line },
      crosshair: {
        vertLine: { color: quiet, labelBackgroundColor: quiet },
        horzLine: { color: quiet, labelBackgroundColor: quiet },
      },
    });
    // Falling candles are hollow's opposite: filled, so that shape tells them apart as well.
    this.#series.applyOptions({
      ...{ upColor: card, borderUpColor: gain, wickUpColor: gain },
      ...{ downColor: loss, borderDownColor: loss, wickDownColor: loss, priceLineColor: text },
    });
    this.#drawing.paint(palette);
  }

  setForm({ decimals }: PriceForm): void {
    const minMove = 1 / 10 ** decimals;
    this.#series.applyOptions({ priceFormat: { type: 'price', precision: decimals, minMove } });
  }

  /** All candles anew, oldest first; the newest come into view. */
  setCandles(candles: readonly Candle[]): void {
    this.#series.setData([...candles]);
    this.#count = this.#series.data().length;
    this.#keepLast(candles.at(-1));
  }

  /** The newest candle, grown or begun; one that is there already costs no drawing. */
  update(candle: Candle): void {
    if (isSame(candle, this.#last)) return;
    this.#series.update(candle);
    if (candle.time !== this.#last?.time) this.#count += 1;
    this.#keepLast(candle);
  }

  /** Shows the newest `count` candles, or all there are. */
  showNewest(count: number): void {
    const all = this.#series.data().length;
    this.#chart.timeScale().setVisibleLogicalRange({ from: all - count, to: all + 12 });
  }

  setMarkers(markers: readonly SeriesMarker<Time>[]): void {
    this.#markers.setMarkers([...markers]);
  }

  show(picture: Picture): void {
    if (isShown(picture, this.#picture)) return;
    this.#picture = picture;
    this.#frame = framed(picture.lines, picture.keys);
    this.#drawing.show(picture);
  }

  /** Pixels from the top; null before there is anything to see. */
  yOf(price: number): number | null {
    return this.#series.priceToCoordinate(price);
  }

  priceAt(y: number): number | null {
    return this.#series.coordinateToPrice(y);
  }

  /** Where prices lie: two of them, and how much of the width the axis takes. */
  get scale(): string {
    return [this.priceAt(0), this.priceAt(100), this.axisWidth].join(' ');
  }

  /** Width of the price axis, pixels. */
  get axisWidth(): number {
    return this.#chart.priceScale('right').width();
  }

  /** While a bound is dragged the scale stands still under the hand. */
  hold(on: boolean): void {
    this.#held = on ? this.#scaled : null;
    if (!on) this.#series.priceScale().applyOptions({ autoScale: true });
  }

  dispose(): void {
    this.#chart.remove();
  }

  /** The canvas says nothing of itself: how many candles it shows, and the newest, stand beside. */
  #keepLast(candle: Candle | undefined): void {
    this.#last = candle;
    const { dataset } = this.#container;
    dataset['candles'] = String(this.#count);
    dataset['newest'] = candle === undefined ? '' : new Date(candle.time * 1000).toISOString();
    dataset['close'] = candle === undefined ? '' : String(candle.close);
  }

  #scale(own: AutoscaleInfo | null): AutoscaleInfo | null {
    if (this.#held !== null) return this.#held;
    const range = own?.priceRange ?? null;
    const frame = this.#frame;
    if (frame === null) return own;
    const minValue = Math.min(frame.from, range?.minValue ?? frame.from);
    const maxValue = Math.max(frame.to, range?.maxValue ?? frame.to);
    this.#scaled = { priceRange: { minValue, maxValue } };
    return this.#scaled;
  }
}

function isSame(candle: Candle, last: Candle | undefined): boolean {
  return JSON.stringify(candle) === JSON.stringify(last);
}

/** A status comes with every beat: most of them change nothing that is drawn. */
function isShown(picture: Picture, before: Picture | null): boolean {
  if (before === null || picture.lines !== before.lines) return false;
  if (picture.price !== before.price) return false;
  return JSON.stringify(picture.keys) === JSON.stringify(before.keys);
}
