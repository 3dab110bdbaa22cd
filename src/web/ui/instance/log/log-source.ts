/**
 * The lines of the log as the view holds them: the newest that match, then what came after, kept in
 * bounds. A mark of the stream says that there is more.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { LogLevel, LogLine, LogPage } from '../../../../contract/page-api.ts';
import { get } from '../../shell/api.ts';
import type { Answer, Failure } from '../../shell/api.ts';
import { failureOf, useFresh, valueOf } from '../../shell/paged-rows.ts';
import { useMark } from '../tables/marks.ts';
import { query } from '../tables/row-sources.ts';
import { linesTaken } from './log-lines.ts';
import type { HeldLines } from './log-lines.ts';

export interface LogWanted {
  /** The least level. */
  readonly level: LogLevel;
  /** Text that occurs in the line; empty: any. */
  readonly search: string;
}

export interface LogView {
  readonly held: HeldLines | undefined;
  readonly failure: Failure | null;
  readonly retry: () => void;
}

const FIRST_LINES = 500;
const MORE_LINES = 1000;

/** The log, followed while the view is there. */
export function useLog({ level, search }: LogWanted): LogView {
  const queries = useQueryClient();
  const [reading, setReading] = useState(false);
  const q = search === '' ? null : search;
  const key = ['log', level, search];
  const page = (more: Record<string, string | number | null>, signal?: AbortSignal) =>
    get<LogPage>(`/api/log?${query({ level, q, ...more })}`, signal);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<HeldLines> =>
      linesTaken(null, valueOf(await page({ limit: FIRST_LINES }, signal))),
    gcTime: 0,
  });
  const readOn = async (cursor: string) => {
    setReading(true);
    const answer: Answer<LogPage> = await page({ after: cursor, limit: MORE_LINES });
    setReading(false);
    // The place may be gone with the file it was in: then from the newest again.
    if (!answer.ok) return void refetch();
    queries.setQueryData<HeldLines>(key, (held) => linesTaken(held ?? null, answer.value));
  };
  useFresh(useMark('log'), isFetching || reading, () => {
    if (data === undefined) void refetch();
    else void readOn(data.cursor);
  });
  return { held: data, failure: failureOf(error), retry: () => void refetch() };
}

/** A line as text, as `gridd logs` would print it. */
export function lineText({ at, level, text }: LogLine): string {
  return [at ?? '', level.toUpperCase().padEnd(5), text].join(' ').trim();
}
