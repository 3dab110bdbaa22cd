/**
 * What the chart draws as level lines: the lines of the grid (as they rest, or as a change that is
 * tried out would have them) and the prices that matter beside them. Numbers are for drawing only.
 */
import type { TFunction } from 'i18next';
import type { LevelView, StatusView } from '../../../../contract/instance-views.ts';
import type { LineHeat } from '../../../../contract/page-api.ts';
import { exact } from '../../format/amount.ts';
import { lineWords } from '../../words/line-words.ts';
import type { Outcome } from '../range/preview.ts';

/** How a line of the grid looks; each differs by stroke as well as by colour. */
export type LineLook = 'buy' | 'sell' | 'empty' | 'missing' | 'new_buy' | 'new_sell' | 'gone';

export interface GridLine {
  readonly price: number;
  readonly look: LineLook;
  readonly label: string;
  /** Fills so far; 0 where not known. */
  readonly buys: number;
  readonly sells: number;
}

/** Prices beside the grid. */
export type KeyLook = 'entry' | 'mark' | 'stop' | 'profit' | 'trail' | 'liquidation';

export interface KeyLine {
  readonly price: number;
  readonly look: KeyLook;
  readonly label: string;
}

/** The lines of the grid in force. */
export function gridLines(
  t: TFunction,
  levels: readonly LevelView[],
  heat: readonly LineHeat[],
): GridLine[] {
  const fills = new Map(heat.map((line) => [line.index, line]));
  return levels.map((level) => ({
    price: Number(level.price),
    ...lookOf(t, level),
    buys: fills.get(level.index)?.buys ?? 0,
    sells: fills.get(level.index)?.sells ?? 0,
  }));
}

/** The lines as a change would have them, and those it takes away. */
export function previewLines(
  t: TFunction,
  { lines }: Outcome,
  levels: readonly LevelView[],
): GridLine[] {
  const none = { buys: 0, sells: 0 };
  const stay = new Set(lines.map(({ price }) => Number(price)));
  const gone = levels.flatMap((level): GridLine[] => {
    const price = Number(level.price);
    return stay.has(price) ? [] : [{ price, look: 'gone', label: '', ...none }];
  });
  return [
    ...gone,
    ...lines.map(({ price, side, kept }): GridLine => {
      if (side === null) {
        return { price: Number(price), look: 'empty', label: t('chart.empty'), ...none };
      }
      const label = `${t(`side.${side}`)} ${exact(price)}`;
      const look = kept ? side : (`new_${side}` as const);
      return { price: Number(price), look, label: kept ? label : `+ ${label}`, ...none };
    }),
  ];
}

/** Stop, take profit, entry, mark, caps and the three liquidation figures, where there are any. */
export function keyLines(t: TFunction, status: StatusView): KeyLine[] {
  const { liquidation, trail } = status;
  const line = (look: KeyLook, price: string | null | undefined, label: string): KeyLine[] => {
    if (price === null || price === undefined) return [];
    return [{ price: Number(price), look, label: `${label} ${exact(price)}` }];
  };
  const mark = status.mark_price === status.price ? null : status.mark_price;
  return [
    ...line('stop', status.stop_loss, t('chart.stop_loss')),
    ...line('profit', status.take_profit, t('chart.take_profit')),
    ...line('entry', status.average_entry, t('chart.entry')),
    ...line('mark', mark, t('chart.mark')),
    ...line('trail', trail?.lower, t('chart.trail_lower')),
    ...line('trail', trail?.upper, t('chart.trail_upper')),
    ...line('liquidation', liquidation?.now, t('chart.liquidation_now')),
    ...line('liquidation', liquidation?.buys_filled, t('chart.liquidation_buys_filled')),
    ...line('liquidation', liquidation?.sells_filled, t('chart.liquidation_sells_filled')),
  ];
}

function lookOf(t: TFunction, level: LevelView): Pick<GridLine, 'look' | 'label'> {
  const { side, reason, size, price } = level;
  if (side === null) return { look: 'empty', label: t('chart.empty') };
  const word = `${t(`side.${side}`)} ${exact(price)} · ${exact(size)}`;
  if (reason === null) return { look: side, label: word };
  return { look: 'missing', label: `! ${word} · ${lineWords(t, reason)}` };
}

/** Lowest and highest price that should be in the picture: the grid, and what lies near it. */
export function framed(
  lines: readonly GridLine[],
  keys: readonly KeyLine[],
): { from: number; to: number } | null {
  if (lines.length === 0) return null;
  const prices = lines.map(({ price }) => price);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const near = (high - low) / 2;
  const beside = keys.map(({ price }) => price).filter((price) => {
    return price >= low - near && price <= high + near;
  });
  return { from: Math.min(low, ...beside), to: Math.max(high, ...beside) };
}
