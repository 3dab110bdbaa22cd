/**
 * What the console asks its supervisor beside the stream. Answers are kept until a mark of the
 * stream moves; a refusal is a value with a sentence, never a crash of the page.
 */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ErrorBody } from '../../../contract/errors.ts';
import type { Answer } from '../shell/api.ts';
import { get, post } from '../shell/api.ts';

/** A refused or lost request as queries throw it. */
export class Refused extends Error {
  readonly failure: Partial<ErrorBody> & Pick<ErrorBody, 'message' | 'hint'>;

  constructor(failure: Refused['failure']) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * What `path` shows, asked again when one of `marks` moves; null: nothing is asked. The last answer
 * stays while the next is on its way.
 */
export function useRoute<Value>(
  path: string | null,
  marks: readonly unknown[] = [],
): UseQueryResult<Value, Refused> {
  return useQuery<Value, Refused>({
    queryKey: [path, ...marks],
    enabled: path !== null,
    queryFn: async () => unwrap(await get<Value>(path ?? '')),
    placeholderData: keepPreviousData,
    // Asked once: a refusal says the same a second time.
    retry: false,
  });
}

/** Posts and gives the answer, or throws `Refused`. */
export async function send<Value>(path: string, body: unknown): Promise<Value> {
  return unwrap(await post<Value>(path, body));
}

/** Puts and gives the answer, or throws `Refused`. */
export async function put<Value>(path: string, body: unknown): Promise<Value> {
  return unwrap(await putJson<Value>(path, body));
}

async function putJson<Value>(path: string, body: unknown): Promise<Answer<Value>> {
  const headers = { 'content-type': 'application/json' };
  try {
    const response = await fetch(path, { method: 'PUT', headers, body: JSON.stringify(body) });
    const value: unknown = await response.json();
    if (response.ok) return { ok: true, value: value as Value };
    return { ok: false, error: value as ErrorBody };
  } catch {
    const message = 'The supervisor did not answer; whether it saved is not known.';
    return { ok: false, error: { message, hint: 'Look at the versions, then repeat.' } };
  }
}

function unwrap<Value>(answer: Answer<Value>): Value {
  if (answer.ok) return answer.value;
  throw new Refused(answer.error);
}

/** The code of a refusal; empty when there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Refused ? (error.failure.code ?? '') : '';
}
