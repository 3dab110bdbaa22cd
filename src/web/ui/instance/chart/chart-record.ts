/** The bot's record as the chart asks for it; asked again when a mark moves. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { FillView } from '../../../../contract/instance-views.ts';
import type {
  CandleInterval,
  CandleView,
  CurveSpan,
  EquityView,
  FillPage,
  LineHeat,
} from '../../../../contract/page-api.ts';
import { get } from '../../shell/api.ts';
import type { FailureCode } from '../../shell/api.ts';
import { useConnection } from '../connection.ts';
import { useInstance } from '../instance-topics.ts';

/** A busy grid moves its marks many times a second; the record is asked for no more than this. */
const CALM_MS = 2000;
/** What cannot be read is asked for less and less often, down to this. */
const LONGEST_MS = 60_000;
/** Fills that the chart marks at most. */
const FILLS = 500;

/** What was asked for; `failure` while there is none because the asking failed. */
export interface Asked<Value> {
  readonly value: Value | undefined;
  readonly failure: FailureCode | null;
  readonly again: () => void;
}

/** `lacking`: whether what was read lacks something; it is asked for again while that is so. */
function useAsked<Value>(
  key: readonly unknown[],
  path: string,
  lacking: (read: Value | undefined) => boolean = () => false,
): Asked<Value> {
  const failures = useRef(0);
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const answer = await get<Value>(path, signal);
      failures.current = answer.ok ? 0 : failures.current + 1;
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value;
    },
    placeholderData: keepPreviousData,
    // Not while the page is hidden: there the library's intervals rest.
    refetchInterval: ({ state: { data: read, error: fault } }) =>
      lacking(read) ? pauseAfter(failures.current, fault?.message) : false,
  });
  return {
    value: data,
    failure: data === undefined && error !== null ? (error.message as FailureCode) : null,
    again: () => void refetch({ cancelRefetch: false }),
  };
}

/**
 * Milliseconds until what lacks something is asked for again, after so many failures in a row, the
 * last for `code`; false: never, since only the user can help. Pure.
 */
export function pauseAfter(failures: number, code?: string): number | false {
  if (code === 'TOKEN_NEEDED') return false;
  return Math.min(CALM_MS * 2 ** failures, LONGEST_MS);
}

/** A mark as it was told, or a moment later: it moves at most once in `CALM_MS`. */
function useCalm(mark: number): number {
  const [calm, setCalm] = useState(mark);
  const moved = useRef(-Infinity);
  useEffect(() => {
    if (mark === calm) return;
    const move = () => {
      moved.current = performance.now();
      setCalm(mark);
    };
    const wait = moved.current + CALM_MS - performance.now();
    const timer = setTimeout(move, Math.max(0, wait));
    return () => clearTimeout(timer);
  }, [mark, calm]);
  return calm;
}

/** Candles of the record, oldest first. */
export function useCandleRecord(interval: CandleInterval): Asked<readonly CandleView[]> {
  const mark = useCalm(useInstance('marks')?.candles ?? 0);
  return useAsked(['candles', interval, mark], `/api/candles?interval=${interval}`);
}

export function useHeat(): Asked<readonly LineHeat[]> {
  const mark = useCalm(useInstance('marks')?.fills ?? 0);
  const status = useInstance('status');
  const grid = `${status?.lower} ${status?.upper} ${status?.grids}`;
  return useAsked(['heat', mark, grid], '/api/heat');
}

export function useEquity(span: CurveSpan): Asked<EquityView> {
  const mark = useCalm(useInstance('marks')?.candles ?? 0);
  return useAsked(['equity', span, mark], `/api/equity?span=${span}`);
}

/**
 * The newest fills: a page of the books and what the stream brought since. The stream tells only
 * the newest few: where they no longer reach back to the page, or it could not be read, it is read
 * anew, less and less often while that fails.
 */
export function useFills(): readonly FillView[] {
  const live = useInstance('fills') ?? NONE;
  const path = `/api/fills/page?limit=${FILLS}`;
  // A bot that was stopped is gone: what it did not tell is told by nobody.
  const gone = useConnection() === 'stopped';
  const lacking = (page: FillPage | undefined) => !gone && areApart(page?.fills, live);
  const { value } = useAsked<FillPage>(['fills-of-chart'], path, lacking);
  return useMemo(() => {
    const known = new Map((value?.fills ?? NONE).map((fill) => [fill.trade_id, fill]));
    for (const fill of live) known.set(fill.trade_id, fill);
    return [...known.values()];
  }, [live, value]);
}

const NONE: readonly FillView[] = [];

/**
 * Whether there may be fills between those read and the newest ones that were told. Pure.
 * `read` undefined: none could be read yet.
 */
export function areApart(
  read: readonly Pick<FillView, 'trade_id'>[] | undefined,
  told: readonly Pick<FillView, 'trade_id'>[],
): boolean {
  if (read === undefined) return true;
  const known = new Set(read.map(({ trade_id: id }) => id));
  return told.length > 0 && !told.some(({ trade_id: id }) => known.has(id));
}
