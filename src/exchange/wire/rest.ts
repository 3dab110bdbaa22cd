/**
 * Requests to one venue within its limits: what does not fit is not sent, and what the venue says
 * about waiting is obeyed by every request that follows. Nothing is sent twice.
 */
import type { Clock } from '../../platform/clock.ts';
import { BudgetHeld } from '../port.ts';
import type { VenueFault } from '../port.ts';
import { statusFault, transportFault } from './faults.ts';
import type { HttpAnswer, HttpCaller, HttpRequest, TransportFailure } from './http.ts';
import { Answer, answerFault, parseExactJson } from './json.ts';
import type { Cost, Purpose, RateLimit } from './rate-limit.ts';
import type { Redaction } from './redaction.ts';

export interface RestRequest extends HttpRequest {
  readonly cost: Cost;
  readonly purpose: Purpose;
  /** Names the request in faults, without its query, e.g. "GET /api/v1/time". */
  readonly name: string;
}

/** What became of a request. `held`: nothing was sent, it may be in so many ms. */
export type RestResult =
  | { readonly status: 'answered'; readonly answer: HttpAnswer }
  | { readonly status: 'failed'; readonly failure: TransportFailure }
  | { readonly status: 'held'; readonly wait_ms: number };

export interface RestParts {
  readonly http: HttpCaller;
  readonly limit: RateLimit;
  readonly clock: Clock;
  readonly redaction: Redaction;
  /** Reads the venue's own words about an answer that is none; null: it has none for it. */
  readonly ownFault: (request: RestRequest, answer: HttpAnswer) => VenueFault | null;
}

export class Rest {
  readonly #parts: RestParts;

  constructor(parts: RestParts) {
    this.#parts = parts;
  }

  /** Sends once, if the limits let it. */
  async send(request: RestRequest): Promise<RestResult> {
    const { http, limit } = this.#parts;
    const wait_ms = limit.take(request.cost, request.purpose);
    if (wait_ms > 0) return { status: 'held', wait_ms };
    const result = await http.call(request);
    if ('failure' in result) return { status: 'failed', failure: result.failure };
    this.#obey(result.answer);
    return { status: 'answered', answer: result.answer };
  }

  /**
   * The answer to a question, without a value where the venue has nothing to say (204); rejects
   * with the `VenueFault` of whatever stood in the way.
   */
  async ask(request: RestRequest): Promise<Answer> {
    const answer = await this.#reach(request);
    if (!isDone(answer)) throw this.faultOf(request, answer);
    const value = answer.status === 204 ? undefined : parsed(request, answer.text);
    return new Answer(value, request.name);
  }

  /** As `ask`; null when the venue says in its own words that there is no such thing. */
  async find(request: RestRequest): Promise<Answer | null> {
    const answer = await this.#reach(request);
    if (isDone(answer)) return new Answer(parsed(request, answer.text), request.name);
    const own = answer.status === 404 && this.#parts.ownFault(request, answer) !== null;
    if (own) return null;
    throw this.faultOf(request, answer);
  }

  /** As `ask`, as the text that it is. */
  async askText(request: RestRequest): Promise<string> {
    const answer = await this.#reach(request);
    if (!isDone(answer)) throw this.faultOf(request, answer);
    return answer.text;
  }

  async #reach(request: RestRequest): Promise<HttpAnswer> {
    const result = await this.send(request);
    if (result.status === 'held') throw new BudgetHeld(result.wait_ms);
    if (result.status === 'failed') throw transportFault(request.name, result.failure);
    return result.answer;
  }

  /** The fault of an answer that is not one of 200 to 299. */
  faultOf(request: RestRequest, answer: HttpAnswer): VenueFault {
    const { ownFault, clock, redaction } = this.#parts;
    const own = ownFault(request, answer);
    return own ?? statusFault(request.name, answer, clock.now(), redaction);
  }

  /** Who asks on in spite of a 429 is banned. */
  #obey(answer: HttpAnswer): void {
    const { limit, clock, redaction } = this.#parts;
    if (answer.status !== 429 && answer.status !== 418) return;
    const { retry_after_ms } = statusFault('', answer, clock.now(), redaction);
    if (retry_after_ms !== null) limit.hold(retry_after_ms);
  }
}

/**
 * Throws `BudgetHeld` unless a reading of several questions may ask all of them now: asked again
 * and again, the first would use up what the others wait for.
 */
export function assertRoom(limit: RateLimit, cost: Cost): void {
  const wait = limit.wait(cost, 'question');
  if (wait > 0) throw new BudgetHeld(wait);
}

/** Whether the venue says that it did what was asked. */
export function isDone({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

function parsed(request: RestRequest, text: string): unknown {
  const value = parseExactJson(text);
  if (value === undefined) throw answerFault(`the answer of ${request.name} is no JSON`);
  return value;
}
