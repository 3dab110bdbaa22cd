/**
 * Draws level lines, their labels and the bars of fills onto the chart's own canvas. Labels that
 * have no room are left out, those far from the price first; what lies outside the picture is named
 * at its edge.
 */
import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesApi,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  Time,
} from 'lightweight-charts';
import type { GridLine, KeyLine, KeyLook, LineLook } from './chart-lines.ts';
import type { Palette } from './palette.ts';
import { thinned } from './label-thinning.ts';

export interface Picture {
  readonly lines: readonly GridLine[];
  readonly keys: readonly KeyLine[];
  readonly price: number;
}

/** Canvas of a pane, as the library hands it over. */
type Target = Parameters<IPrimitivePaneRenderer['draw']>[0];
type Stroke = readonly number[];

const FONT = '11px system-ui, sans-serif';
const ROW = 15;
/** Longest bar of fills, part of the width. */
const BAR_PART = 0.16;
/** Between labels and the price axis. */
const MARGIN = 10;
/** Room for the labels of the grid, right of those of other prices. */
const COLUMN = 108;

const GRID_STROKES: Readonly<Record<LineLook, Stroke>> = {
  buy: [],
  sell: [],
  empty: [1, 4],
  missing: [6, 4],
  new_buy: [],
  new_sell: [],
  gone: [2, 6],
};
const KEY_STROKES: Readonly<Record<KeyLook, Stroke>> = {
  entry: [8, 3],
  mark: [2, 2],
  stop: [10, 3, 2, 3],
  profit: [10, 3, 2, 3],
  trail: [3, 6],
  liquidation: [12, 4],
};

export class LineDrawing implements ISeriesPrimitive<Time> {
  #picture: Picture = { lines: [], keys: [], price: 0 };
  #palette: Palette;
  #series: ISeriesApi<'Candlestick'> | null = null;
  #redraw: (() => void) | null = null;
  readonly #onView: () => void;
  readonly #views: readonly IPrimitivePaneView[] = [
    { zOrder: () => 'bottom', renderer: () => ({ draw: (target) => this.#draw(target) }) },
    { zOrder: () => 'top', renderer: () => ({ draw: (target) => this.#write(target) }) },
  ];

  /** `onView` is called whenever prices may have moved to other pixels. */
  constructor(palette: Palette, onView: () => void) {
    this.#palette = palette;
    this.#onView = onView;
  }

  show(picture: Picture): void {
    this.#picture = picture;
    this.#redraw?.();
  }

  paint(palette: Palette): void {
    this.#palette = palette;
    this.#redraw?.();
  }

  attached(to: SeriesAttachedParameter<Time, 'Candlestick'>): void {
    this.#series = to.series;
    this.#redraw = to.requestUpdate;
  }

  detached(): void {
    this.#series = null;
    this.#redraw = null;
  }

  updateAllViews(): void {
    this.#onView();
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  #y(price: number): number | null {
    return this.#series?.priceToCoordinate(price) ?? null;
  }

  #draw(target: Target): void {
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      const { lines, keys } = this.#picture;
      this.#bars(context, mediaSize.width);
      // Two hundred full lines would hide the candles: the more there are, the fainter.
      const strength = Math.min(0.6, Math.max(0.25, 12 / lines.length));
      for (const { price, look } of lines) {
        const fresh = look === 'new_buy' || look === 'new_sell';
        context.globalAlpha = look === 'gone' ? 0.35 : fresh ? 0.8 : strength;
        context.lineWidth = fresh ? 1.5 : 1;
        this.#line(context, mediaSize.width, price, this.#colour(look), GRID_STROKES[look]);
      }
      context.globalAlpha = 1;
      context.lineWidth = 1.5;
      for (const { price, look } of keys) {
        this.#line(context, mediaSize.width, price, this.#palette[look], KEY_STROKES[look]);
      }
      context.setLineDash([]);
    });
  }

  #line(
    context: CanvasRenderingContext2D,
    width: number,
    price: number,
    colour: string,
    stroke: Stroke,
  ): void {
    const y = this.#y(price);
    if (y === null) return;
    context.strokeStyle = colour;
    context.setLineDash([...stroke]);
    context.beginPath();
    context.moveTo(0, Math.round(y) + 0.5);
    context.lineTo(width, Math.round(y) + 0.5);
    context.stroke();
  }

  // Fills of each line as bars from the left: buys, then sells.
  #bars(context: CanvasRenderingContext2D, width: number): void {
    const { lines } = this.#picture;
    const most = Math.max(1, ...lines.map(({ buys, sells }) => buys + sells));
    const ys = lines.map(({ price }) => this.#y(price) ?? 0).sort((a, b) => a - b);
    const apart = ys.length < 2 ? ROW : ((ys.at(-1) ?? 0) - (ys[0] ?? 0)) / (ys.length - 1);
    const height = Math.max(1, Math.min(9, Math.abs(apart) * 0.6));
    context.globalAlpha = 0.38;
    for (const { price, buys, sells } of lines) {
      const y = this.#y(price);
      if (y === null || buys + sells === 0) continue;
      const unit = (width * BAR_PART) / most;
      context.fillStyle = this.#palette.buy;
      context.fillRect(0, y - height / 2, buys * unit, height);
      context.fillStyle = this.#palette.sell;
      context.fillRect(buys * unit, y - height / 2, sells * unit, height);
    }
    context.globalAlpha = 1;
  }

  #write(target: Target): void {
    target.useMediaCoordinateSpace(({ context, mediaSize: { width, height } }) => {
      context.font = FONT;
      context.textBaseline = 'middle';
      const inside = (y: number | null): y is number => y !== null && y >= 0 && y <= height;
      const keys = this.#picture.keys.flatMap((key, rank) => {
        const y = this.#y(key.price);
        return inside(y) ? [{ ...key, y, rank }] : [];
      });
      context.textAlign = 'right';
      for (const { y, label, look } of thinned(keys, ROW)) {
        this.#tag(context, width - MARGIN - COLUMN, y, label, this.#palette[look]);
      }
      this.#edges(context, width, height);
      const grid = this.#picture.lines.flatMap(({ price, label, look }) => {
        const y = this.#y(price);
        if (!inside(y) || label === '') return [];
        // What does not rest though it should comes first, then what is near the price.
        const rank = (look === 'missing' ? -1 : 1) / (1e-9 + Math.abs(price - this.#picture.price));
        return [{ y, label, look, rank: -rank }];
      });
      for (const { y, label, look } of thinned(grid, ROW, this.#bounds())) {
        this.#tag(context, width - MARGIN, y, label, this.#colour(look));
      }
    });
  }

  // Prices outside the picture, named where they would be.
  #edges(context: CanvasRenderingContext2D, width: number, height: number): void {
    let [above, below] = [0, 0];
    const x = width - MARGIN - COLUMN;
    for (const { price, label, look } of this.#picture.keys) {
      const y = this.#y(price);
      if (y !== null && y < 0) {
        this.#tag(context, x, ROW / 2 + 2 + ROW * above++, `▲ ${label}`, this.#palette[look]);
      }
      if (y !== null && y > height) {
        const at = height - ROW / 2 - 2 - ROW * below++;
        this.#tag(context, x, at, `▼ ${label}`, this.#palette[look]);
      }
    }
  }

  // Pixels of the two bounds: their handles stand there, and need no label.
  #bounds(): number[] {
    const prices = this.#picture.lines.flatMap(({ price, look }) => (look === 'gone' ? [] : price));
    if (prices.length === 0) return [];
    const bounds = [Math.min(...prices), Math.max(...prices)];
    return bounds.flatMap((price) => this.#y(price) ?? []);
  }

  // Text that ends at `end`, or begins at the left where it is too long; on a ground of its own.
  #tag(
    context: CanvasRenderingContext2D,
    end: number,
    y: number,
    label: string,
    colour: string,
  ): void {
    const { width } = context.measureText(label);
    const x = Math.max(end, width + MARGIN);
    context.fillStyle = this.#palette.card;
    context.globalAlpha = 0.86;
    context.fillRect(x - width - 3, y - ROW / 2 + 1, width + 6, ROW - 2);
    context.globalAlpha = 1;
    context.fillStyle = colour;
    context.fillText(label, x, y);
  }

  #colour(look: LineLook): string {
    const { buy, sell, quiet, loss } = this.#palette;
    switch (look) {
      case 'buy':
      case 'new_buy':
        return buy;
      case 'sell':
      case 'new_sell':
        return sell;
      case 'missing':
        return loss;
      case 'empty':
      case 'gone':
        return quiet;
    }
  }
}
