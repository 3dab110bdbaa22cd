/**
 * The page's requests: JSON there, JSON or an `ErrorBody` back. A lost answer to a question is
 * `NO_ANSWER`; a lost answer to something that acts is `OUTCOME_UNKNOWN`, which is neither done nor
 * refused. An answer that does not come in time is lost. What the server refuses for want of a
 * token is asked again once the user signed in.
 */
import type { ErrorBody, ErrorCode } from '../../../contract/errors.ts';
import { patienceFor } from './patience.ts';
import type { Asking } from './patience.ts';
import { signIn } from './sign-in.ts';

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Failure };

/** What the page shows of a failure. The first two are the page's own, without a message. */
export type FailureCode = 'NO_ANSWER' | 'OUTCOME_UNKNOWN' | ErrorCode;
export interface Failure extends Pick<ErrorBody, 'message' | 'hint' | 'problems'> {
  readonly code: FailureCode;
}

type Method = 'POST' | 'PUT' | 'DELETE';

/** Reads what a route shows. Never rejects. */
export async function get<Value>(path: string, signal?: AbortSignal): Promise<Answer<Value>> {
  return withToken(() => request<Value>('question', path, {}, signal));
}

/** Posts a question that is too long for an address. Never rejects. */
export function question<Value>(path: string, body: object): Promise<Answer<Value>> {
  return withToken(() => request<Value>('question', path, posted('POST', body)));
}

/** Posts `body`; `key` makes a repetition harmless. Never rejects. */
export function post<Value>(path: string, body: unknown, key = ''): Promise<Answer<Value>> {
  return send('POST', path, body, key);
}

/** Posts what is only tried out: a lost answer leaves nothing undecided. Never rejects. */
export function tryOut<Value>(path: string, body: object): Promise<Answer<Value>> {
  const init = posted('POST', { ...body, dry_run: true });
  return withToken(() => request<Value>('trial', path, init));
}

/** Sends what changes something; `key` makes a repetition harmless. Never rejects. */
export function send<Value>(
  method: Method,
  path: string,
  body: unknown,
  key = '',
): Promise<Answer<Value>> {
  const init = posted(method, body, key === '' ? {} : { 'idempotency-key': key });
  return withToken(() => request<Value>('deed', path, init));
}

function posted(method: Method, body: unknown, more: Record<string, string> = {}): RequestInit {
  const headers = { 'content-type': 'application/json', ...more };
  return { method, headers, body: JSON.stringify(body) };
}

/** A key no other request has. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** One exchange. Without an answer that can be read, in time, only a deed is left undecided. */
export async function request<Value>(
  asking: Asking,
  path: string,
  init: RequestInit,
  signal?: AbortSignal,
): Promise<Answer<Value>> {
  const code = asking === 'deed' ? 'OUTCOME_UNKNOWN' : 'NO_ANSWER';
  const unanswered: Failure = { code, message: '', hint: '' };
  const giving = new AbortController();
  const giveUp = () => giving.abort();
  const timer = setTimeout(giveUp, patienceFor(asking, path));
  signal?.addEventListener('abort', giveUp);
  try {
    const response = await fetch(path, { ...init, signal: giving.signal });
    const text = await response.text();
    const value: unknown = text === '' ? null : JSON.parse(text);
    if (response.ok) return { ok: true, value: value as Value };
    return { ok: false, error: isErrorBody(value) ? value : unanswered };
  } catch {
    return { ok: false, error: unanswered };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

/** Nothing was done by a request that was refused for want of a token: it is asked once more. */
async function withToken<Value>(ask: () => Promise<Answer<Value>>): Promise<Answer<Value>> {
  const answer = await ask();
  if (answer.ok || answer.error.code !== 'TOKEN_NEEDED') return answer;
  return (await signIn.ask()) ? ask() : answer;
}

function isErrorBody(value: unknown): value is ErrorBody {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}
