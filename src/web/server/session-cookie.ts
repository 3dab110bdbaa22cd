/**
 * Sessions without a store: the value of a cookie proves itself. It is signed with a key derived
 * from the access token and bound to the port, because browsers send a cookie to every port of a
 * host; a new token ends every session. It holds nothing but when it was given.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a session lasts. */
export const SESSION_MS = 7 * 86_400_000;
/** A clock that was set back does not end a session that was just begun. */
const CLOCK_SLACK_MS = 300_000;
const VALUE = /^1\.([0-9a-z]{1,11})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;
const NONCE_BYTES = 16;

/** What a session is bound to. */
export interface SessionPlace {
  readonly token: string;
  readonly port: number;
}

/** The name of the cookie of the server on `port`. */
export function cookieName(port: number): string {
  return `gridd_session_${port}`;
}

/** The value of a new session that begins at `now` (milliseconds since 1970). */
export function makeSession(place: SessionPlace, now: number): string {
  const since = now.toString(36);
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  return `1.${since}.${nonce}.${sign(place, since, nonce)}`;
}

/** Whether one of `values` is a session of this place that still lasts at `now`. */
export function holdsSession(place: SessionPlace, values: readonly string[], now: number): boolean {
  return values.some((value) => {
    const [, since = '', nonce = '', signature = ''] = VALUE.exec(value) ?? [];
    if (since === '') return false;
    const age = now - Number.parseInt(since, 36);
    if (age < -CLOCK_SLACK_MS || age >= SESSION_MS) return false;
    return isSame(signature, sign(place, since, nonce));
  });
}

/** Every value that a Cookie header gives the cookie `name`: another page may have set one too. */
export function cookieValues(header: string | undefined, name: string): string[] {
  const prefix = `${name}=`;
  const parts = (header ?? '').split(';').map((part) => part.trim());
  return parts.flatMap((part) => (part.startsWith(prefix) ? part.slice(prefix.length) : []));
}

/** Set-Cookie of `value`; empty: that it ends. `secure`: the page came over TLS. */
export function setCookie(port: number, value: string, secure: boolean): string {
  const age = value === '' ? 0 : SESSION_MS / 1000;
  const rest = secure ? '; Secure' : '';
  return `${cookieName(port)}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${rest}`;
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'gridd').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function sign({ token, port }: SessionPlace, since: string, nonce: string): string {
  const key = createHmac('sha256', token).update('gridd web session').digest();
  return createHmac('sha256', key).update(`${port} ${since} ${nonce}`).digest('base64url');
}
