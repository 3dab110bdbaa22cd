/** What this server asks of its page: a token or none, given or not, and what it never does. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { SessionView } from '../../../contract/access.ts';
import { request } from './api.ts';
import type { Answer } from './api.ts';

const KEY = ['session'];

/** The session; undefined while not known. A server without sessions asks for nothing. */
export function useSession(): SessionView | undefined {
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const answer = await request<SessionView>('question', '/api/session', {});
      if (answer.ok) return answer.value;
      if (answer.error.code === 'NOT_FOUND') return OPEN;
      throw new Error(answer.error.code);
    },
  });
  return data;
}

/** Opens and ends the session; after both it is read anew what the page may do. */
export function useSessionChange(): {
  readonly open: (token: string) => Promise<Answer<SessionView>>;
  readonly end: () => Promise<Answer<unknown>>;
} {
  const queries = useQueryClient();
  const change = async <Value>(init: RequestInit): Promise<Answer<Value>> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await request<Value>('trial', '/api/session', { ...init, headers });
    if (answer.ok) await queries.invalidateQueries({ queryKey: KEY });
    return answer;
  };
  return {
    open: (token) => change({ method: 'POST', body: JSON.stringify({ token }) }),
    end: () => change({ method: 'DELETE', body: '{}' }),
  };
}

const OPEN: SessionView = { needs_token: 'never', signed_in: false, read_only: null };
