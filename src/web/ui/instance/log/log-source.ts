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
import { firstLines, withNewer, withOlder } from './log-lines.ts';
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
  /** Older lines are being read. */
  readonly reading: boolean;
  /** Reads lines before those that are held. */
  readonly readOlder: () => void;
}

const FIRST_LINES = 500;
const MORE_LINES = 1000;

/** The log, followed while the view is there. */
export function useLog({ level, search }: LogWanted): LogView {
  const queries = useQueryClient();
  const [reading, setReading] = useState(false);
  const q = search === '' ? null : search;
  const key = ['log', level, search];
  const page = (more: Record<string, string | number>, signal?: AbortSignal) =>
    get<LogPage>(`/api/log?${query({ level, q, ...more })}`, signal);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<HeldLines> =>
      firstLines(valueOf(await page({ limit: FIRST_LINES }, signal))),
    gcTime: 0,
  });
  const take = (change: (held: HeldLines) => HeldLines) =>
    queries.setQueryData<HeldLines>(key, (held) => (held === undefined ? held : change(held)));
  const readOn = async (from: string) => {
    setReading(true);
    for (let cursor: string | null = from; cursor !== null; ) {
      const answer: Answer<LogPage> = await page({ after: cursor, limit: MORE_LINES });
      // The place may be gone with the file it was in: then from the newest again.
      if (!answer.ok) void refetch();
      else take((held) => withNewer(held, answer.value));
      const full = answer.ok && answer.value.lines.length >= MORE_LINES;
      cursor = full ? answer.value.cursor : null;
    }
    setReading(false);
  };
  const readBack = async (before: string) => {
    setReading(true);
    const answer = await page({ before, limit: FIRST_LINES });
    if (answer.ok) take((held) => withOlder(held, answer.value));
    setReading(false);
  };
  useFresh(useMark('log'), isFetching || reading, () => {
    if (data === undefined) void refetch();
    else void readOn(data.cursor);
  });
  return {
    ...{ held: data, failure: failureOf(error), reading },
    retry: () => void refetch(),
    readOlder: () => {
      const before = data?.older ?? null;
      if (!reading && before !== null) void readBack(before);
    },
  };
}

/** A line as text, as `gridd logs` would print it. */
export function lineText({ at, level, text }: LogLine): string {
  return [at ?? '', level.toUpperCase().padEnd(5), text].join(' ').trim();
}
