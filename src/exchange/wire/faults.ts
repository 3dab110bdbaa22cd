/**
 * What stood in the way of an answer, as a `VenueFault`: failures of the transport, and statuses
 * that mean the same on every venue. A venue reads its own error codes first and asks here for the
 * rest: pages of whoever stands before it, refusals for the rate, maintenance.
 */
import type { FaultCause, FaultKind } from '../port.ts';
import { VenueFault } from '../port.ts';
import type { HttpAnswer, TransportFailure } from './http.ts';
import type { Redaction } from './redaction.ts';

/** So much of a page is told. */
const TOLD = 160;
/** A ban that does not say how long it lasts, ms. */
const BAN_MS = 120_000;

/** The fault of a question without an answer; `question` names it, e.g. "GET /api/v1/time". */
export function transportFault(question: string, failure: TransportFailure): VenueFault {
  const { because, message } = failure;
  return new VenueFault('unreachable', `${question}: ${message}`, null, because);
}

/**
 * The fault of an answer whose body says nothing that the venue documents. `now`: our wall clock,
 * against which a date in Retry-After is read where the answer has no date of its own.
 */
export function statusFault(
  question: string,
  answer: HttpAnswer,
  now: number,
  redaction: Redaction,
): VenueFault {
  const [kind, because] = meaningOf(answer);
  const wait = retryAfterMs(answer, now) ?? (answer.status === 418 ? BAN_MS : null);
  const words = redaction.clean(wordsOf(answer.text));
  const said = `${question} was answered ${answer.status}${words === '' ? '' : `: ${words}`}`;
  return new VenueFault(kind, said, wait, because);
}

function meaningOf({ status, headers, text }: HttpAnswer): [FaultKind, FaultCause] {
  const isPage = isPageOf(headers['content-type'], text);
  if (status === 429 || status === 418) return ['rate_limited', 'rate'];
  if (status === 503 && isMaintenance(headers, text)) return ['maintenance', 'maintenance'];
  if (status === 407 || status === 451) return ['unreachable', 'blocked'];
  // A page is of whoever stands before the venue; its own refusals are JSON.
  if (status === 403) return isPage ? ['unreachable', 'blocked'] : ['refused', 'permission'];
  if (status === 401 && !isPage) return ['refused', 'key'];
  if (status === 408 || status === 504) return ['unreachable', 'timeout'];
  // Whoever stands before the venue says so for a moment's trouble, too.
  if (status === 502 || status === 503) return ['unreachable', 'connection'];
  if (status >= 500 && !isPage) return ['unreachable', 'other'];
  return ['unreachable', 'answer'];
}

function isMaintenance(headers: HttpAnswer['headers'], text: string): boolean {
  return headers['retry-after'] !== undefined || /maintenance|upgrad/i.test(text);
}

/** Whether it is a web page and not an answer of an API. */
export function isPageOf(type: string | undefined, text: string): boolean {
  return type?.includes('html') === true || /^\s*</.test(text);
}

/**
 * What Retry-After says, in ms from now, whether it counts seconds or names a date; null when it
 * says nothing.
 */
export function retryAfterMs({ headers }: HttpAnswer, now: number): number | null {
  const text = headers['retry-after']?.trim();
  if (text === undefined) return null;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const until = Date.parse(text);
  if (Number.isNaN(until)) return null;
  // By the clock that wrote both, if it says its time.
  const sent = Date.parse(headers.date ?? '');
  return Math.max(0, until - (Number.isNaN(sent) ? now : sent));
}

/** The first words of a body, without tags. */
export function wordsOf(text: string): string {
  const head = text.slice(0, 4000);
  const [, title] = /<title[^>]*>([^<]*)/i.exec(head) ?? [];
  const plain = title ?? head.replace(/<[^>]*>/g, ' ');
  const words = plain.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return words.length > TOLD ? `${words.slice(0, TOLD)}…` : words;
}
