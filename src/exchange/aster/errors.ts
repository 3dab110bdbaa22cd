/**
 * What Aster's error codes mean for us: to a question a fault, to an order a refusal, or that
 * nothing may be concluded. A code that is not in the table refuses an order, and faults a question
 * by the status it came with: the venue answered, and did nothing. Pure.
 */
import type { FaultCause, FaultKind, RejectReason } from '../port.ts';

/** `unknown`: an order may have been executed; `absent`: the order rests no more, or never did. */
export type ActionVerdict = RejectReason | 'unknown' | 'absent';

export interface Meaning {
  readonly kind: FaultKind;
  readonly because: FaultCause;
  readonly verdict: ActionVerdict;
}

function passing(verdict: ActionVerdict, because: FaultCause = 'other'): Meaning {
  return { kind: 'unreachable', because, verdict };
}

function lasting(because: FaultCause, verdict: ActionVerdict): Meaning {
  return { kind: 'refused', because, verdict };
}

const UNKNOWN = passing('unknown');
const RATE: Meaning = { kind: 'rate_limited', because: 'rate', verdict: 'rate_limited' };
const CLOSING: Meaning = { kind: 'maintenance', because: 'maintenance', verdict: 'maintenance' };
const KEY = lasting('key', 'permission');
const CLOSED = lasting('symbol', 'symbol_closed');
const MARGIN = passing('insufficient_margin');
const BOUNDS = passing('price_out_of_bounds');
const FULL = passing('max_orders');
const DUPLICATE = passing('duplicate_client_id');
const INCREASES = passing('reduce_only_would_increase');
/** The stamp was refused: the request was not looked at. */
const STAMP = lasting('clock', 'wrong_time');

const MEANINGS: Readonly<Record<number, Meaning>> = {
  [-1000]: UNKNOWN,
  [-1001]: UNKNOWN,
  [-1002]: KEY,
  [-1003]: RATE,
  [-1006]: UNKNOWN,
  [-1007]: passing('unknown', 'timeout'),
  [-1011]: lasting('address', 'permission'),
  [-1015]: RATE,
  [-1016]: CLOSING,
  [-1021]: STAMP,
  [-1022]: KEY,
  [-1121]: CLOSED,
  [-2011]: passing('absent'),
  [-2013]: passing('absent'),
  [-2014]: KEY,
  [-2015]: KEY,
  [-2016]: CLOSED,
  [-2018]: MARGIN,
  [-2019]: MARGIN,
  [-2021]: BOUNDS,
  [-2022]: INCREASES,
  [-2024]: MARGIN,
  [-2025]: FULL,
  [-2027]: passing('max_position'),
  [-2028]: lasting('other', 'other'),
  [-4001]: BOUNDS,
  [-4002]: BOUNDS,
  [-4003]: passing('size_not_on_lot'),
  [-4004]: passing('below_min_quantity'),
  [-4006]: BOUNDS,
  [-4007]: BOUNDS,
  [-4013]: BOUNDS,
  [-4014]: passing('price_not_on_tick'),
  [-4015]: passing('bad_client_id'),
  [-4016]: BOUNDS,
  [-4022]: CLOSED,
  [-4023]: passing('size_not_on_lot'),
  [-4024]: BOUNDS,
  [-4028]: lasting('other', 'other'),
  [-4045]: FULL,
  [-4050]: MARGIN,
  [-4051]: MARGIN,
  [-4056]: KEY,
  [-4057]: KEY,
  [-4087]: lasting('permission', 'permission'),
  [-4088]: lasting('permission', 'permission'),
  [-4115]: DUPLICATE,
  [-4116]: DUPLICATE,
  [-4118]: INCREASES,
  [-4131]: BOUNDS,
  [-4140]: CLOSED,
  [-4141]: CLOSED,
  [-4142]: BOUNDS,
  [-4144]: CLOSED,
  [-4161]: lasting('other', 'other'),
  [-4164]: passing('below_min_notional'),
  [-4183]: BOUNDS,
  [-4184]: BOUNDS,
  [-4225]: STAMP,
  [-5022]: passing('post_only_would_cross'),
  [-5060]: BOUNDS,
  [-5076]: passing('below_min_notional'),
};

/** Parameters that the venue will not read however often they are sent. */
const UNREADABLE = lasting('other', 'other');

/** What a status says by itself. */
const STATUSES: Readonly<Record<number, Meaning>> = {
  401: KEY,
  403: lasting('permission', 'permission'),
  418: RATE,
  429: RATE,
};

/** The meaning of an error body that came with an HTTP status. */
export function meaningOf(code: number, message: string, status = 400): Meaning {
  // What it answers to a nonce met before has no documented code.
  if (/\bnonce\b/i.test(message)) return STAMP;
  // The venue has said so under the code of an unknown error.
  if (/\bno agent\b/i.test(message)) return KEY;
  const known = MEANINGS[code];
  if (known !== undefined) return known;
  if (/\b(agent|signer)\b/i.test(message)) return KEY;
  if (code <= -1100 && code > -1200) return UNREADABLE;
  return STATUSES[status] ?? passing('other');
}

/** Whether the stamp alone was refused, so that the same request may be sent with a new one. */
export function stampRefused(meaning: Meaning): boolean {
  return meaning.because === 'clock';
}

/**
 * Whether the refusal of a stamp proves that the request was not looked at: by its code, not only
 * its words. A stamp that the venue met before may have come with this very request, if something
 * on the way sent it twice.
 */
export function provesUnseen(code: number | null, message: string): boolean {
  const metBefore = /\b(duplicat\w*|already|used)\b/i.test(message);
  return code !== null && MEANINGS[code] === STAMP && !metBefore;
}

/** The moment until which an address is banned, ms of the venue's clock; null: it names none. */
export function bannedUntil(message: string): number | null {
  const until = /banned until (\d{13})\b/.exec(message)?.[1];
  return until === undefined ? null : Number(until);
}
