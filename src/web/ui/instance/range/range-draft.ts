/**
 * A change of the range that the user tries out: the texts in its fields, the request they make,
 * and what that would do. Nothing here is sent.
 */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { AdjustRequest } from '../../../../contract/instance-api.ts';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { nearestTicks, priceText } from '../../../../contract/market.ts';
import type { EngineView } from '../../../../contract/page-api.ts';
import { get } from '../../shell/api.ts';
import { useInstance } from '../instance-topics.ts';
import { previewOf, readBasis } from './preview.ts';
import { fieldsOf, requestOf } from './grid-fields.ts';
import type { GridInForce, GridFields } from './grid-fields.ts';
import type { Basis, Outcome, Refusal } from './preview.ts';

export type Bound = 'lower' | 'upper';

export interface RangeDraft {
  readonly fields: GridFields;
  /** What the fields ask for; null: nothing differs from the grid in force. */
  readonly request: AdjustRequest | null;
  /** Null while nothing is asked for, or the engine's state is not here yet. */
  readonly preview: Outcome | Refusal | null;
  readonly set: (change: Partial<GridFields>) => void;
  /** Moves a bound to the tick nearest to `price`. */
  readonly moveTo: (bound: Bound, price: number) => void;
  /** Moves a bound by ticks. */
  readonly step: (bound: Bound, ticks: number) => void;
  /** Ticks of one grid, at least one. */
  readonly gridTicks: number;
  readonly reset: () => void;
}

/** The draft of the one range there is; fields that were not touched follow the grid. */
export function useRangeDraft(status: StatusView): RangeDraft {
  const [changed, setChanged] = useState<Partial<GridFields>>({});
  const grid = useGridInForce(status);
  const fields = useMemo(() => ({ ...fieldsOf(grid), ...changed }), [grid, changed]);
  const request = useMemo(() => requestOf(fields, grid), [fields, grid]);
  const basis = useBasis(request !== null);
  const preview = useMemo(() => {
    return request === null || basis === null ? null : previewOf(basis, request);
  }, [basis, request]);
  const set = useCallback((change: Partial<GridFields>) => {
    setChanged((before) => ({ ...before, ...change }));
  }, []);
  const place = useCallback(
    (bound: Bound, to: (now: number, basis: Basis) => number | null) => {
      if (basis === null) return;
      const { market } = basis.now;
      setChanged((before) => {
        const now = nearestTicks(market, before[bound] ?? grid[bound]);
        const ticks = now === null ? null : to(now, basis);
        if (ticks === null) return before;
        return { ...before, [bound]: priceText(market, Math.max(1, ticks)) };
      });
    },
    [basis, grid],
  );
  return useMemo(
    () => ({
      fields,
      request,
      preview,
      set,
      moveTo: (bound, price) => place(bound, (_at, { now }) => nearestTicks(now.market, price)),
      step: (bound, ticks) => place(bound, (now) => now + ticks),
      gridTicks: basis === null ? 1 : gridTicks(basis.now.state.plan.lines),
      reset: () => setChanged({}),
    }),
    [fields, request, preview, set, place, basis],
  );
}

/** The grid's own values: the same object until one of them changes, whatever else does. */
function useGridInForce({ lower, upper, grids, quantity_per_grid }: GridInForce): GridInForce {
  return useMemo(
    () => ({ lower, upper, grids, quantity_per_grid }),
    [lower, upper, grids, quantity_per_grid],
  );
}

function gridTicks(lines: readonly number[]): number {
  const span = (lines.at(-1) ?? 0) - (lines[0] ?? 0);
  return Math.max(1, Math.round(span / Math.max(1, lines.length - 1)));
}

/** The engine's state; read anew after every fill and order while a change is tried out. */
function useBasis(wanted: boolean): Basis | null {
  const marks = useInstance('marks');
  const stamp = wanted ? `${marks?.fills ?? 0}.${marks?.orders ?? 0}` : 'idle';
  const { data } = useQuery({
    queryKey: ['engine', stamp],
    queryFn: async ({ signal }) => {
      const answer = await get<EngineView>('/api/engine', signal);
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value;
    },
    placeholderData: keepPreviousData,
  });
  return useMemo(() => (data === undefined ? null : readBasis(data)), [data]);
}
