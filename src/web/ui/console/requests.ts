/**
 * What the console asks its supervisor beside the stream: answers are kept until a mark of the
 * stream moves, and a refusal is a value with a sentence, never a crash of the page.
 */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Failure } from '../shell/api.ts';
import { get } from '../shell/api.ts';

/** What a route showed last; `value` undefined: nothing yet. */
export interface Asked<Value> {
  readonly value: Value | undefined;
  readonly failure: Failure | null;
  /** The next answer is on its way. */
  readonly loading: boolean;
  readonly retry: () => void;
}

/**
 * What `path` shows, asked again when one of `marks` moves; null: nothing is asked. The last answer
 * stays while the next is on its way.
 */
export function useRoute<Value>(path: string | null, marks: readonly unknown[] = []): Asked<Value> {
  const query = useQuery({
    queryKey: [path, ...marks],
    enabled: path !== null,
    queryFn: async ({ signal }) => {
      const answer = await get<Value>(path ?? '', signal);
      if (answer.ok) return answer.value;
      throw new Refused(answer.error);
    },
    placeholderData: keepPreviousData,
    // A refusal says the same a second time.
    retry: false,
  });
  return {
    value: query.data,
    failure: query.error instanceof Refused ? query.error.failure : null,
    loading: query.isFetching,
    retry: () => void query.refetch(),
  };
}

/** Forgets what routes whose path begins so showed: a page that comes back asks anew. */
export function useForget(): (begin: string) => void {
  const queries = useQueryClient();
  return (begin) => {
    void queries.invalidateQueries({
      predicate: ({ queryKey: [path] }) => typeof path === 'string' && path.startsWith(begin),
    });
  };
}

/** A refused or lost request as queries throw it. */
class Refused extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}
