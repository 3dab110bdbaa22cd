/**
 * What a client may send: weight per minute and address, orders per minute and account. Beyond it
 * requests are refused with 429 until the minute ends; who goes on regardless is banned with 418.
 * Minutes are those of the clock, as on the venue.
 */
import { AsterError, refusal } from './aster-error.ts';

const MINUTE_MS = 60_000;

/** How much is allowed. */
export interface LimitRules {
  readonly weight_per_minute: number;
  readonly orders_per_minute: number;
  /** Requests refused with 429 in a minute before the address is banned. */
  readonly refusals_before_ban: number;
  /** How long a ban lasts. */
  readonly ban_ms: number;
}

export const ASTER_LIMITS: LimitRules = {
  weight_per_minute: 2400,
  orders_per_minute: 1200,
  refusals_before_ban: 50,
  ban_ms: 120_000,
};

interface Minute {
  minute: number;
  used: number;
  refused: number;
  banned_until_ms: number;
}

export class RequestLimits {
  readonly #rules: LimitRules;
  readonly #weights = new Map<string, Minute>();
  readonly #orders = new Map<string, Minute>();

  constructor(rules: LimitRules) {
    this.#rules = rules;
  }

  /** Charges an address; answers what it used of the minute, else throws 429 or 418. */
  charge(address: string, weight: number, nowMs: number): number {
    const { weight_per_minute, refusals_before_ban, ban_ms } = this.#rules;
    const entry = current(this.#weights, address, nowMs);
    if (nowMs < entry.banned_until_ms) throw later(banned(entry), entry.banned_until_ms - nowMs);
    entry.used += weight;
    if (entry.used <= weight_per_minute) return entry.used;
    entry.refused += 1;
    if (entry.refused > refusals_before_ban) {
      entry.banned_until_ms = nowMs + ban_ms;
      throw later(banned(entry), ban_ms);
    }
    const refused = refusal('TOO_MANY_REQUESTS', weight_per_minute);
    throw later(refused, untilNextMinute(nowMs), usedHeaders(entry.used));
  }

  /** Counts new orders of an account; answers those of the minute, else throws 429. */
  countOrders(account: string, count: number, nowMs: number): number {
    const entry = current(this.#orders, account, nowMs);
    if (entry.used + count > this.#rules.orders_per_minute) {
      const refused = refusal('TOO_MANY_ORDERS', this.#rules.orders_per_minute);
      throw later(refused, untilNextMinute(nowMs));
    }
    entry.used += count;
    return entry.used;
  }
}

/** The header that tells what was used of the minute. */
export function usedHeaders(weight: number): Readonly<Record<string, string>> {
  return { 'X-MBX-USED-WEIGHT-1M': String(weight) };
}

function current(entries: Map<string, Minute>, key: string, nowMs: number): Minute {
  const minute = Math.floor(nowMs / MINUTE_MS);
  const known = entries.get(key) ?? { minute, used: 0, refused: 0, banned_until_ms: 0 };
  if (known.minute !== minute) Object.assign(known, { minute, used: 0, refused: 0 });
  entries.set(key, known);
  return known;
}

function banned({ banned_until_ms }: Minute): AsterError {
  return refusal('BANNED', banned_until_ms);
}

function untilNextMinute(nowMs: number): number {
  return MINUTE_MS - (nowMs % MINUTE_MS);
}

/** A refusal that says when to come again. */
function later(
  error: AsterError,
  waitMs: number,
  headers: Readonly<Record<string, string>> = {},
): AsterError {
  const wait = { 'Retry-After': String(Math.max(1, Math.ceil(waitMs / 1000))) };
  return new AsterError(error.code, error.message, error.status, { ...headers, ...wait });
}
