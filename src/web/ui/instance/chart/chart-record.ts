/** The bot's record as the chart asks for it: candles, fills, heat; asked again when a mark moves. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { FillView } from '../../../../contract/instance-views.ts';
import type {
  CandleInterval,
  CandleView,
  EquityView,
  FillPage,
  LineHeat,
} from '../../../../contract/page-api.ts';
import { get } from '../../shell/api.ts';
import type { FailureCode } from '../../shell/api.ts';
import { useInstance } from '../instance-topics.ts';

/** Fills that the chart marks at most. */
const FILLS = 500;

/** What was asked for; `failure` while there is none because the asking failed. */
export interface Asked<Value> {
  readonly value: Value | undefined;
  readonly failure: FailureCode | null;
  readonly again: () => void;
}

function useAsked<Value>(key: readonly unknown[], path: string): Asked<Value> {
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const answer = await get<Value>(path, signal);
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value;
    },
    placeholderData: keepPreviousData,
  });
  return {
    value: data,
    failure: data === undefined && error !== null ? (error.message as FailureCode) : null,
    again: () => void refetch(),
  };
}

/** Candles of the record, oldest first. */
export function useCandleRecord(interval: CandleInterval): Asked<readonly CandleView[]> {
  const mark = useInstance('marks')?.candles ?? 0;
  return useAsked(['candles', interval, mark], `/api/candles?interval=${interval}`);
}

export function useHeat(): Asked<readonly LineHeat[]> {
  const mark = useInstance('marks')?.fills ?? 0;
  const status = useInstance('status');
  const grid = `${status?.lower} ${status?.upper} ${status?.grids}`;
  return useAsked(['heat', mark, grid], '/api/heat');
}

export function useEquity(): Asked<EquityView> {
  const mark = useInstance('marks')?.candles ?? 0;
  return useAsked(['equity', mark], '/api/equity');
}

/** The newest fills: a page of the books read once, and all that the stream brought since. */
export function useFills(): readonly FillView[] {
  const live = useInstance('fills');
  const { value } = useAsked<FillPage>(['fills-of-chart'], `/api/fills/page?limit=${FILLS}`);
  return useMemo(() => {
    const known = new Map((value?.fills ?? []).map((fill) => [fill.trade_id, fill]));
    for (const fill of live ?? []) known.set(fill.trade_id, fill);
    return [...known.values()];
  }, [live, value]);
}
