/**
 * Requests to Aster, signed, within its limits, each sent once; only where the venue refused the
 * stamp, and so looked at nothing, a second time with a new one. A question ends in an answer or a
 * `VenueFault`; an action in what the venue said, or in that nothing is known.
 */
import { assert } from '../../contract/assert.ts';
import type { Clock } from '../../platform/clock.ts';
import { BudgetHeld, VenueFault } from '../port.ts';
import type { WireOptions } from '../venue-kind.ts';
import { retryAfterMs, transportFault } from '../wire/faults.ts';
import { HttpCaller } from '../wire/http.ts';
import type { HttpAnswer } from '../wire/http.ts';
import { Answer, answerFault, parseExactJson } from '../wire/json.ts';
import { RateLimit } from '../wire/rate-limit.ts';
import type { Purpose } from '../wire/rate-limit.ts';
import { Redaction } from '../wire/redaction.ts';
import { Rest, isDone } from '../wire/rest.ts';
import type { RestRequest, RestResult } from '../wire/rest.ts';
import { bannedUntil, meaningOf, provesUnseen, stampRefused } from './errors.ts';
import type { Meaning } from './errors.ts';
import { ORDERS_PER_MINUTE, ROUTES, WEIGHT_PER_MINUTE, pathOf } from './routes.ts';
import type { Route } from './routes.ts';
import { encodeParams } from './sign.ts';
import type { Params, Signed, Signer } from './sign.ts';
import { VenueTime } from './venue-time.ts';

/** What became of an action. `refused`: the venue did nothing. */
export type Reply =
  | { readonly status: 'done'; readonly answer: Answer }
  | { readonly status: 'refused'; readonly refusal: Refusal }
  | { readonly status: 'unknown'; readonly message: string };

/** The venue's own word about a request or an item of one. */
export interface Refusal {
  readonly meaning: Meaning;
  /** The venue's code; null: we held the request back ourselves. */
  readonly code: number | null;
  readonly message: string;
  readonly retry_after_ms: number | null;
}

/** The headers in which the venue counts, by the limits that they count for. */
const USED_HEADERS = { weight: 'x-mbx-used-weight-1m', orders: 'x-mbx-order-count-1m' };
/** Refusals are short: a listing is not read twice to see that it is none. */
const LONGEST_REFUSAL = 4096;
/** The venue bans for up to three days. */
const LONGEST_BAN_MS = 3 * 86_400_000;
const FORM = 'application/x-www-form-urlencoded';
const HELD: Meaning = { kind: 'rate_limited', because: 'rate', verdict: 'rate_limited' };

interface Sent {
  readonly request: RestRequest;
  readonly result: RestResult;
}

export class AsterConnection {
  readonly limit: RateLimit;
  readonly redaction: Redaction;
  readonly time: VenueTime;
  readonly #clock: Clock;
  readonly #signer: Signer | null;
  readonly #http: HttpCaller;
  readonly #rest: Rest;

  /** `signer` null: for public routes only. */
  constructor(options: WireOptions, signer: Signer | null, secrets: readonly string[]) {
    const { clock } = options;
    this.#clock = clock;
    this.#signer = signer;
    this.redaction = new Redaction(secrets);
    const limits = { weight: WEIGHT_PER_MINUTE, orders: ORDERS_PER_MINUTE };
    this.limit = new RateLimit(limits, clock);
    this.#http = new HttpCaller({ ...options, url: options.rest_url, redaction: this.redaction });
    const { limit, redaction } = this;
    this.#rest = new Rest({
      ...{ http: this.#http, limit, clock, redaction },
      ownFault: (request, answer) => this.#ownFault(request, answer),
    });
    this.time = new VenueTime(clock, async (purpose) => {
      return (await this.ask(ROUTES.time, {}, purpose)).at('serverTime').time('ms');
    });
  }

  /** The answer to a question, or to what is asked for with the urgency of a cancel. */
  async ask(
    route: Route,
    params: Params = {},
    purpose: Extract<Purpose, 'cancel' | 'question'> = 'question',
  ): Promise<Answer> {
    const { request, result } = await this.#send(route, params, purpose);
    return this.#answerOf(request, result);
  }

  /** As `ask`; null where the venue says that there is no such order. */
  async find(route: Route, params: Params): Promise<Answer | null> {
    const { request, result } = await this.#send(route, params, 'question');
    if (result.status === 'answered') {
      const refusal = this.#refusalOf(result.answer, request.name);
      if (refusal?.meaning.verdict === 'absent') return null;
    }
    return this.#answerOf(request, result);
  }

  /** What became of an action; never rejects with a fault. */
  async act(route: Route, params: Params, purpose: Purpose, orders = 0): Promise<Reply> {
    try {
      const { request, result } = await this.#send(route, params, purpose, orders);
      return this.#replyOf(request, result);
    } catch (error) {
      // It could not be stamped, and was not sent.
      if (error instanceof BudgetHeld) return heldBack(error.retry_after_ms);
      if (error instanceof VenueFault) return { status: 'unknown', message: error.message };
      throw error;
    }
  }

  /** What an item of a batch says where it is no order; null: it is one. */
  refusalIn(item: Answer): Refusal | null {
    const code = item.at('code').given;
    if (code === null || item.at('orderId').given !== null) return null;
    return this.#refusal(code.integer(), item.at('msg').given?.text() ?? '', item.path);
  }

  close(): void {
    this.#http.close();
  }

  async #send(
    route: Route,
    params: Params,
    purpose: Purpose,
    orders = 0,
  ): Promise<Sent> {
    const first = await this.#sendOnce(route, params, purpose, orders);
    const refusal = route.proof === 'none' ? null : this.#stampRefusalOf(first.result);
    if (refusal === null) return first;
    this.time.distrust();
    // An order that may be there already is never sent again.
    const isOrder = purpose === 'place' || purpose === 'close';
    if (isOrder && !provesUnseen(refusal.code, refusal.message)) return first;
    return this.#sendOnce(route, params, purpose, orders);
  }

  async #sendOnce(
    route: Route,
    params: Params,
    purpose: Purpose,
    orders: number,
  ): Promise<Sent> {
    if (route.proof !== 'none') await this.time.ready();
    const { text, headers } = this.#prove(route, params);
    const path = pathOf(route, this.#signer?.version ?? 'v3');
    const inQuery = route.method === 'GET' || text === '';
    const { weight } = route;
    const request: RestRequest = {
      method: route.method,
      path: inQuery && text !== '' ? `${path}?${text}` : path,
      headers: inQuery ? headers : { ...headers, 'content-type': FORM },
      ...(inQuery ? {} : { body: text }),
      cost: orders > 0 ? { weight, orders } : { weight },
      purpose,
      name: `${route.method} ${path}`,
    };
    const result = await this.#rest.send(request);
    if (result.status === 'answered') this.#heed(result.answer);
    return { request, result };
  }

  #prove(route: Route, params: Params): Signed {
    if (route.proof === 'none') return { text: encodeParams(params), headers: {} };
    const signer = this.#signer;
    assert(signer !== null, 'only public routes are asked without a key');
    return route.proof === 'stream'
      ? signer.identify(params, this.time)
      : signer.sign(params, this.time);
  }

  /** The refusal of a stamp, and of nothing else; with a 5xx no words prove one. */
  #stampRefusalOf(result: RestResult): Refusal | null {
    if (result.status !== 'answered' || result.answer.status >= 500) return null;
    const refusal = this.#refusalOf(result.answer, '');
    return refusal !== null && stampRefused(refusal.meaning) ? refusal : null;
  }

  #answerOf(request: RestRequest, result: RestResult): Answer {
    if (result.status === 'held') throw new BudgetHeld(result.wait_ms);
    if (result.status === 'failed') throw transportFault(request.name, result.failure);
    const { answer } = result;
    const isRefused = this.#refusalOf(answer, request.name) !== null;
    if (isRefused || !isDone(answer)) throw this.#rest.faultOf(request, answer);
    const value = parseExactJson(answer.text);
    if (value === undefined) throw answerFault(`the answer of ${request.name} is no JSON`);
    return new Answer(value, request.name);
  }

  /** The venue counts what every process of this address sends, and says how long a ban lasts. */
  #heed(answer: HttpAnswer): void {
    const { headers } = answer;
    for (const [name, header] of Object.entries(USED_HEADERS)) {
      const used = Number(headers[header] ?? NaN);
      if (Number.isFinite(used)) this.limit.used(name, used);
    }
    const refusal = this.#refusalOf(answer, '');
    if (refusal?.meaning.kind === 'rate_limited') this.limit.hold(refusal.retry_after_ms ?? 0);
  }

  #replyOf(request: RestRequest, result: RestResult): Reply {
    if (result.status === 'held') return heldBack(result.wait_ms);
    if (result.status === 'failed') {
      const { message } = transportFault(request.name, result.failure);
      return { status: 'unknown', message };
    }
    const { answer } = result;
    // Whatever it says with a 5xx: the request was taken, and its end is not known.
    const refusal = answer.status >= 500 ? null : this.#refusalOf(answer, request.name);
    if (refusal !== null) return { status: 'refused', refusal };
    const value = isDone(answer) ? parseExactJson(answer.text) : undefined;
    if (value !== undefined) {
      return { status: 'done', answer: new Answer(value, request.name) };
    }
    const { kind, message, retry_after_ms } = this.#rest.faultOf(request, answer);
    if (kind !== 'rate_limited') return { status: 'unknown', message };
    return { status: 'refused', refusal: { meaning: HELD, code: null, message, retry_after_ms } };
  }

  /** The venue's own words in an answer; null: it has none. */
  #refusalOf(answer: HttpAnswer, name: string): Refusal | null {
    const { status, text: body } = answer;
    if (body.length > LONGEST_REFUSAL) return null;
    const value = parseExactJson(body);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const { code, msg } = value as { code?: unknown; msg?: unknown };
    if (typeof code !== 'number' || code >= 0) return null;
    const text = typeof msg === 'string' ? msg : '';
    const refusal = this.#refusal(code, text, name, status);
    const wait = retryAfterMs(answer, this.#clock.now()) ?? this.#banMs(text);
    return { ...refusal, retry_after_ms: wait };
  }

  /** How long a ban lasts that names its end, ms; null: it names none. */
  #banMs(text: string): number | null {
    const until = bannedUntil(text);
    if (until === null) return null;
    // Before the venue told its time, ours has to do.
    const now = this.time.present() || this.#clock.now();
    return Math.min(LONGEST_BAN_MS, Math.max(0, until - now));
  }

  #refusal(code: number, text: string, name: string, status = 400): Refusal {
    const message = this.redaction.clean(`${name} was refused: ${text} (${code})`);
    return { meaning: meaningOf(code, text, status), code, message, retry_after_ms: null };
  }

  /** A 503 of this venue is no maintenance: what is behind it has not answered in time. */
  #ownFault(request: RestRequest, answer: HttpAnswer): VenueFault | null {
    const refusal = this.#refusalOf(answer, request.name);
    const isMeant = answer.status < 500 || refusal?.meaning.kind === 'maintenance';
    if (refusal !== null && isMeant) return faultOf(refusal);
    if (answer.status !== 503) return null;
    const wait = retryAfterMs(answer, this.#clock.now());
    const text = `${request.name} was answered 503: it may have been done or not`;
    return new VenueFault('unreachable', text, wait, 'timeout');
  }
}

function heldBack(retry_after_ms: number | null): Reply {
  const message = 'no more requests may be sent now';
  return { status: 'refused', refusal: { meaning: HELD, code: null, message, retry_after_ms } };
}

function faultOf({ meaning, message, retry_after_ms }: Refusal): VenueFault {
  return new VenueFault(meaning.kind, message, retry_after_ms, meaning.because);
}
