/**
 * Rows that a server hands out page by page, newest first. What was loaded stays; a mark of the
 * stream that moved brings the newest page (rows that are only added) or all loaded ones anew (rows
 * that change). Nothing is asked by time.
 */
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import type { InfiniteData } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Answer, Failure } from './api.ts';
import { newestTaken } from './page-merge.ts';
import type { Page } from './page-merge.ts';

export interface PageSource<Row> {
  /** Tells this source from any other of the page. */
  readonly key: readonly string[];
  /** The page that follows `before`; null: the newest. */
  readonly read: (
    before: string | null,
    limit: number,
    signal?: AbortSignal,
  ) => Promise<Answer<Page<Row>>>;
  readonly idOf: (row: Row) => string | number;
  /** Rows are only ever added, none changes. */
  readonly grows: boolean;
}

/** Rows as a table shows them; undefined: none were read yet. */
export interface TableRows<Row> {
  readonly rows: readonly Row[] | undefined;
  readonly failure: Failure | null;
  readonly retry: () => void;
  /** There are older rows; `loadMore` brings some. */
  readonly more: boolean;
  readonly loading: boolean;
  readonly loadMore: () => void;
}

/** Rows of one page as asked for at a time, and for a file. */
const PAGE_ROWS = 200;
const EXPORT_ROWS = 1000;

/** The rows of `source`, anew whenever `mark` moves. */
export function usePagedRows<Row>(
  source: PageSource<Row>,
  mark: string | undefined,
): TableRows<Row> {
  const queries = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: source.key,
    queryFn: async ({ pageParam, signal }) =>
      valueOf(await source.read(pageParam, PAGE_ROWS, signal)),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const [taking, setTaking] = useState(false);
  const takeNewest = async () => {
    setTaking(true);
    const answer = await source.read(null, PAGE_ROWS);
    setTaking(false);
    if (!answer.ok) return void query.refetch();
    queries.setQueryData<InfiniteData<Page<Row>, string | null>>(source.key, (known) => {
      const pages = newestTaken(known?.pages ?? [], answer.value, source.idOf);
      const pageParams = [null, ...pages.slice(0, -1).map(({ next }) => next)];
      return { pages, pageParams };
    });
  };
  useFresh(mark, query.isFetching || taking, () => {
    if (source.grows && query.isSuccess) void takeNewest();
    else void query.refetch();
  });
  return {
    rows: query.data?.pages.flatMap(({ rows }) => rows),
    failure: failureOf(query.error),
    retry: () => void query.refetch(),
    more: query.hasNextPage,
    loading: query.isFetchingNextPage,
    loadMore: () => {
      if (!query.isFetching) void query.fetchNextPage();
    },
  };
}

/** Rows that come whole, anew whenever `mark` moves. */
export function useWholeRows<Row>(
  key: readonly string[],
  read: (signal?: AbortSignal) => Promise<Answer<readonly Row[]>>,
  mark: string | undefined,
): TableRows<Row> {
  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => valueOf(await read(signal)),
  });
  useFresh(mark, query.isFetching, () => void query.refetch());
  return {
    rows: query.data,
    failure: failureOf(query.error),
    retry: () => void query.refetch(),
    more: false,
    loading: false,
    loadMore: () => undefined,
  };
}

/** Every row of `source`, whatever was loaded; `progress` hears how many there are so far. */
export async function allRows<Row>(
  source: PageSource<Row>,
  progress: (count: number) => void,
): Promise<Answer<readonly Row[]>> {
  const rows: Row[] = [];
  let before: string | null = null;
  do {
    const answer: Answer<Page<Row>> = await source.read(before, EXPORT_ROWS);
    if (!answer.ok) return answer;
    rows.push(...answer.value.rows);
    before = answer.value.next;
    progress(rows.length);
  } while (before !== null);
  return { ok: true, value: rows };
}

/** Calls `renew` when `mark` moved, after an answer under way: it may be older than the mark. */
export function useFresh(mark: string | undefined, busy: boolean, renew: () => void): void {
  const seen = useRef(mark);
  useEffect(() => {
    if (busy || mark === seen.current) return;
    seen.current = mark;
    renew();
  }, [mark, busy, renew]);
}

/** What a query throws: the failure as the server gave it. */
class RequestFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The value of an answer, for a query. */
export function valueOf<Value>(answer: Answer<Value>): Value {
  if (answer.ok) return answer.value;
  throw new RequestFailure(answer.error);
}

/** The failure that a query met; null: none. */
export function failureOf(error: Error | null): Failure | null {
  if (error === null) return null;
  if (error instanceof RequestFailure) return error.failure;
  return { code: 'INTERNAL', message: error.message, hint: '' };
}
