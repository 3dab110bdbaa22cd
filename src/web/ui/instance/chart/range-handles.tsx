/**
 * The two bounds of the range as handles on the chart: dragged by pointer, moved by arrow keys
 * (Shift: ten ticks, Page: a grid), called off by Escape. They follow the scale of the chart.
 */
import { useRef } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { exact } from '../../format/amount.ts';
import type { Bound, RangeDraft } from '../range/range-draft.ts';
import type { GridChart } from './grid-chart.ts';

export interface RangeHandlesProps {
  readonly chart: GridChart;
  /** Changes when prices lie at other pixels. */
  readonly view: string;
  readonly draft: RangeDraft;
}

export function RangeHandles({ chart, view, draft }: RangeHandlesProps) {
  return (
    <>
      <Handle bound="upper" chart={chart} view={view} draft={draft} />
      <Handle bound="lower" chart={chart} view={view} draft={draft} />
    </>
  );
}

function Handle({ bound, chart, draft }: RangeHandlesProps & { readonly bound: Bound }) {
  const { t } = useTranslation();
  const price = draft.fields[bound];
  const y = chart.yOf(Number(price));
  const drag = useDrag(bound, chart, draft);
  if (y === null || !Number.isFinite(y)) return null;
  const moved = draft.request?.[`grid_${bound}_price`] !== undefined;
  return (
    <div
      className="bound"
      data-bound={bound}
      data-moved={moved}
      style={{ transform: `translateY(${Math.round(y)}px)`, right: chart.axisWidth + 8 }}
      role="slider"
      tabIndex={0}
      aria-label={t(`range.${bound}`)}
      aria-orientation="vertical"
      aria-valuenow={Number(price)}
      aria-valuetext={exact(price)}
      title={t('range.handle')}
      {...drag}
    >
      <span aria-hidden>⇕</span> {t(`range.${bound}_short`)} {exact(price)}
    </div>
  );
}

interface Drag {
  /** From the pointer to the line, pixels. */
  readonly offset: number;
  /** The bound as it was. */
  readonly before: string;
  frame: number;
  /** Where it is dragged to and not shown yet. */
  price: number | null;
}

/** Pointer and keys of one handle. A move is shown at most once per frame. */
function useDrag(bound: Bound, chart: GridChart, draft: RangeDraft) {
  const held = useRef<Drag | null>(null);
  const show = (drag: Drag) => {
    if (drag.price !== null) draft.moveTo(bound, drag.price);
    drag.price = null;
  };
  const end = (back: boolean) => {
    const drag = held.current;
    if (drag === null) return;
    cancelAnimationFrame(drag.frame);
    held.current = null;
    chart.hold(false);
    // The last move may not have had its frame yet.
    if (back) draft.set({ [bound]: drag.before });
    else show(drag);
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      const y = chart.yOf(Number(draft.fields[bound]));
      if (y === null) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const before = draft.fields[bound];
      held.current = { offset: event.clientY - y, before, frame: 0, price: null };
      chart.hold(true);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const drag = held.current;
      if (drag === null) return;
      drag.price = chart.priceAt(event.clientY - drag.offset);
      if (drag.frame !== 0) return;
      drag.frame = requestAnimationFrame(() => {
        drag.frame = 0;
        show(drag);
      });
    },
    onPointerUp: () => end(false),
    onPointerCancel: () => end(true),
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      if (event.key === 'Escape') {
        end(true);
        return draft.reset();
      }
      const ticks = stepOf(event, draft.gridTicks);
      if (ticks === 0) return;
      event.preventDefault();
      draft.step(bound, ticks);
    },
  };
}

/** Ticks that a key moves a bound by; 0: not such a key. */
function stepOf({ key, shiftKey }: KeyboardEvent, grid: number): number {
  const one = shiftKey ? 10 : 1;
  switch (key) {
    case 'ArrowUp':
    case 'ArrowRight':
      return one;
    case 'ArrowDown':
    case 'ArrowLeft':
      return -one;
    case 'PageUp':
      return grid;
    case 'PageDown':
      return -grid;
    default:
      return 0;
  }
}
