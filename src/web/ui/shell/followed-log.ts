/**
 * The lines of a log as a view holds them: the newest that match, then what came after, kept in
 * bounds. A mark of the stream says that there is more.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { LogLine, LogPage } from '../../../contract/page-api.ts';
import { get } from './api.ts';
import type { Answer, Failure } from './api.ts';
import { linesTaken } from './log-lines.ts';
import type { HeldLines } from './log-lines.ts';
import { failureOf, useFresh, valueOf } from './paged-rows.ts';

export interface FollowedLog {
  readonly held: HeldLines | undefined;
  readonly failure: Failure | null;
  readonly retry: () => void;
}

const FIRST_LINES = 500;
const MORE_LINES = 1000;

/** The log narrowed to `wanted` (empty values: not at all), followed while the view is there. */
export function useFollowedLog(
  wanted: Readonly<Record<string, string>>,
  mark: string | undefined,
): FollowedLog {
  const queries = useQueryClient();
  const [reading, setReading] = useState(false);
  const set = Object.entries(wanted).filter(([, value]) => value !== '');
  const key = ['log', ...set.map(([name, value]) => `${name}=${value}`)];
  const page = (more: Record<string, string>, signal?: AbortSignal) => {
    const query = new URLSearchParams([...set, ...Object.entries(more)]);
    return get<LogPage>(`/api/log?${query}`, signal);
  };
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<HeldLines> =>
      linesTaken(null, valueOf(await page({ limit: String(FIRST_LINES) }, signal))),
    gcTime: 0,
  });
  const readOn = async (cursor: string) => {
    setReading(true);
    const answer: Answer<LogPage> = await page({ after: cursor, limit: String(MORE_LINES) });
    setReading(false);
    // The place may be gone with the file it was in: then from the newest again.
    if (!answer.ok) return void refetch();
    queries.setQueryData<HeldLines>(key, (held) => linesTaken(held ?? null, answer.value));
  };
  useFresh(mark, isFetching || reading, () => {
    if (data === undefined) void refetch();
    else void readOn(data.cursor);
  });
  return { held: data, failure: failureOf(error), retry: () => void refetch() };
}

/** A line as text, as `gridd logs` would print it; `named`: with its instance. */
export function lineText({ at, level, text, instance }: LogLine, named = false): string {
  return [named ? instance : '', at ?? '', level.toUpperCase().padEnd(5), text].join(' ').trim();
}
