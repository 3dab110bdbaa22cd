/** The page's requests: JSON there, JSON or an `ErrorBody` back; a lost answer is said in words. */
import type { ErrorBody } from '../../../contract/errors.ts';

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Failure };

/** What the page shows of a failure. */
export type Failure = Pick<ErrorBody, 'message' | 'hint' | 'problems'>;

/** Reads what a route shows. Never rejects. */
export async function get<Value>(path: string): Promise<Answer<Value>> {
  try {
    const response = await fetch(path);
    const value: unknown = await response.json();
    if (response.ok) return { ok: true, value: value as Value };
    return { ok: false, error: value as ErrorBody };
  } catch {
    return { ok: false, error: { message: 'The bot did not answer.', hint: 'Try again.' } };
  }
}

/** Posts `body`; `key` makes a repetition harmless. Never rejects. */
export async function post<Value>(path: string, body: unknown, key = ''): Promise<Answer<Value>> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (key !== '') headers['idempotency-key'] = key;
  try {
    const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    const value: unknown = await response.json();
    if (response.ok) return { ok: true, value: value as Value };
    return { ok: false, error: value as ErrorBody };
  } catch {
    const message = 'The bot did not answer; whether it acted is not known.';
    return { ok: false, error: { message, hint: 'Look at the figures, then repeat.' } };
  }
}

/** A key no other request has. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
