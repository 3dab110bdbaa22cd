/**
 * Requests to Backpack, signed by the venue's own time: it is measured before the first one and
 * again every few minutes, so that a wrong clock of this machine harms nothing. A question that the
 * venue refuses for its time is measured and asked once more; an order never is.
 */
import type { Clock } from '../../platform/clock.ts';
import { VenueFault } from '../port.ts';
import type { WireOptions } from '../venue-kind.ts';
import { HttpCaller } from '../wire/http.ts';
import type { HttpAnswer, HttpRequest } from '../wire/http.ts';
import { Answer } from '../wire/json.ts';
import type { Cost, Purpose } from '../wire/rate-limit.ts';
import { RateLimit } from '../wire/rate-limit.ts';
import type { Redaction } from '../wire/redaction.ts';
import { Rest } from '../wire/rest.ts';
import type { RestRequest, RestResult } from '../wire/rest.ts';
import { ServerClock } from '../wire/server-clock.ts';
import { faultOf } from './errors.ts';
import { LIMITS, ONE } from './rate-limit.ts';
import { instructionText, queryText, signedHeaders } from './sign.ts';
import type { Params, SigningKey } from './sign.ts';

/** A request that is signed. `params`: its query or its body; a list: a batch of orders. */
export interface SignedRequest {
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly instruction: string;
  readonly params: Params | readonly Params[];
  readonly purpose: Purpose;
}

/** So old a measurement of the venue's time is taken again. */
const CLOCK_AGE_MS = 5 * 60_000;

/** Requests without a signature, and the venue's time. */
export class PublicRest {
  readonly http: HttpCaller;
  readonly limit: RateLimit;
  readonly time: ServerClock;
  readonly rest: Rest;
  readonly clock: Clock;
  #last = 0;

  constructor(options: WireOptions, redaction: Redaction) {
    const { clock } = options;
    this.clock = clock;
    this.http = new HttpCaller({ ...options, url: options.rest_url, redaction });
    this.limit = new RateLimit(LIMITS, clock);
    const ownFault = ({ name }: RestRequest, answer: HttpAnswer): VenueFault | null =>
      cleaned(faultOf(name, answer, clock.now()), redaction);
    this.rest = new Rest({ http: this.http, limit: this.limit, clock, redaction, ownFault });
    // A cancel may wait for it.
    this.time = new ServerClock(clock, () => this.#clockNow('cancel'));
  }

  /** Asks without a key. */
  ask(path: string, params: Params = {}, cost: Cost = ONE): Promise<Answer> {
    return this.rest.ask(publicRequest(path, params, cost));
  }

  /** The venue's clock, ms; it never goes back. */
  async serverTime(): Promise<number> {
    this.#last = Math.max(this.#last, await this.#clockNow('question'));
    return this.#last;
  }

  /** The clock as it stands: what was told before and was wrong is not what to sign by. */
  async #clockNow(purpose: Purpose): Promise<number> {
    const path = '/api/v1/time';
    const text = await this.rest.askText({ ...publicRequest(path, {}, ONE), purpose });
    return new Answer(text.trim(), `GET ${path}`).time('ms');
  }

  close(): void {
    this.http.close();
  }
}

export class SignedRest {
  readonly public: PublicRest;
  readonly #key: SigningKey;
  #measuring: Promise<void> | null = null;

  constructor(rest: PublicRest, key: SigningKey) {
    this.public = rest;
    this.#key = key;
  }

  /** Resolves when the venue's time is known; rejects with what asking for it rejects with. */
  async ready(): Promise<void> {
    const { time } = this.public;
    if (time.offset === null) await this.#measure();
    else if ((time.age ?? 0) > CLOCK_AGE_MS) void this.#measure().catch(() => undefined);
  }

  /** The answer to a question; a `GET`. */
  ask(request: SignedRequest): Promise<Answer> {
    return this.#asked(() => this.public.rest.ask(this.#sign(request)));
  }

  /** As `ask`; null when the venue has no such thing. */
  find(request: SignedRequest): Promise<Answer | null> {
    return this.#asked(() => this.public.rest.find(this.#sign(request)));
  }

  /** Sends what changes something, once. Rejects, unsent, when the venue's time is not known. */
  async send(request: SignedRequest): Promise<RestResult> {
    await this.ready();
    return this.public.rest.send(this.#sign(request));
  }

  /** The fault of an answer that is none. */
  faultOf(request: SignedRequest, answer: HttpAnswer): VenueFault {
    const fault = this.public.rest.faultOf(this.#sign(request), answer);
    // Measured anew before the next request.
    if (fault.because === 'clock') this.public.time.distrust();
    return fault;
  }

  async #asked<T>(question: () => Promise<T>): Promise<T> {
    await this.ready();
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof VenueFault) || error.because !== 'clock') throw error;
      this.public.time.distrust();
      await this.ready();
      return question();
    }
  }

  #sign({ method, path, instruction, params, purpose }: SignedRequest): RestRequest {
    const list = isList(params) ? params : [params];
    const texts = list.map((each) => instructionText(instruction, each));
    const now = this.public.time.now();
    const headers = signedHeaders(this.#key, texts, now);
    const common = { method, purpose, cost: ONE, name: `${method} ${path}` };
    if (method !== 'GET') {
      const type = { 'Content-Type': 'application/json; charset=utf-8' };
      return { ...common, path, headers: { ...headers, ...type }, body: JSON.stringify(params) };
    }
    const query = isList(params) ? '' : queryText(params);
    return { ...common, path: query === '' ? path : `${path}?${query}`, headers };
  }

  #measure(): Promise<void> {
    this.#measuring ??= this.public.time.measure().finally(() => (this.#measuring = null));
    return this.#measuring;
  }
}

function isList(params: Params | readonly Params[]): params is readonly Params[] {
  return Array.isArray(params);
}

function publicRequest(path: string, params: Params, cost: Cost): RestRequest {
  const query = queryText(params);
  const whole = query === '' ? path : `${path}?${query}`;
  return { method: 'GET', purpose: 'question', cost, name: `GET ${path}`, path: whole };
}

/** A venue may repeat what it was sent. */
function cleaned(fault: VenueFault | null, redaction: Redaction): VenueFault | null {
  if (fault === null) return null;
  const { kind, message, retry_after_ms, because } = fault;
  return new VenueFault(kind, redaction.clean(message), retry_after_ms, because);
}

