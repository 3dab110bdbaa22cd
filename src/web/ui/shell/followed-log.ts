/**
 * The lines of a log as a view holds them: the newest that match, then what came after, and what
 * was before where it is asked for, kept in bounds. A mark of the stream says that there is more.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { LogLine, LogPage } from '../../../contract/page-api.ts';
import { get } from './api.ts';
import type { Answer, Failure } from './api.ts';
import { firstLines, withNewer, withOlder } from './log-lines.ts';
import type { HeldLines } from './log-lines.ts';
import { failureOf, useFresh, valueOf } from './paged-rows.ts';

export interface FollowedLog {
  readonly held: HeldLines | undefined;
  readonly failure: Failure | null;
  readonly retry: () => void;
  /** More lines are being read. */
  readonly reading: boolean;
  /** Reads lines before those that are held. */
  readonly readOlder: () => void;
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
      firstLines(valueOf(await page({ limit: String(FIRST_LINES) }, signal))),
    gcTime: 0,
  });
  const take = (change: (held: HeldLines) => HeldLines) =>
    queries.setQueryData<HeldLines>(key, (held) => (held === undefined ? held : change(held)));
  const readOn = async (from: string) => {
    setReading(true);
    for (let cursor: string | null = from; cursor !== null; ) {
      const limit = String(MORE_LINES);
      const answer: Answer<LogPage> = await page({ after: cursor, limit });
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
    const answer = await page({ before, limit: String(FIRST_LINES) });
    if (answer.ok) take((held) => withOlder(held, answer.value));
    setReading(false);
  };
  useFresh(mark, isFetching || reading, () => {
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

/** A line as text, as `gridd logs` would print it; `named`: with its instance. */
export function lineText({ at, level, text, instance }: LogLine, named = false): string {
  return [named ? instance : '', at ?? '', level.toUpperCase().padEnd(5), text].join(' ').trim();
}
