/**
 * Submits and cancels on Backpack. What became of each is a value: refused only where the venue's
 * own words prove that it did nothing, unknown after everything else that is no answer, unsent ones
 * included: whoever looks an order up loses nothing but time. Orders are cancelled one by one; the
 * venue's "cancel all" would take others along.
 */
import { assert } from '../../contract/assert.ts';
import type { MarketRules } from '../../contract/market.ts';
import type {
  CancelOutcome,
  OrderRequest,
  Rejection,
  RejectReason,
  SubmitOutcome,
  TriggerRequest,
} from '../port.ts';
import { BudgetHeld, VenueFault } from '../port.ts';
import type { HttpAnswer } from '../wire/http.ts';
import { Answer, parseExactJson } from '../wire/json.ts';
import { isDone } from '../wire/rest.ts';
import type { RestResult } from '../wire/rest.ts';
import { errorIn, errorOf, expiryReason, isRefusal, reasonOf, rejectionOf } from './errors.ts';
import type { OrderMemory } from './order-memory.ts';
import { isAboveZero, minus, orderOf } from './parse.ts';
import type { Params } from './sign.ts';
import type { SignedRequest, SignedRest } from './signed-rest.ts';

/** Most orders in one call, and most cancels that are sent beside each other. */
export const BATCH = { submit: 20, cancel: 10 } as const;

const ORDER = '/api/v1/order';
/** A cancel that the venue has accepted is looked up so often, with pauses of so many ms. */
const LOOKS = 4;
const LOOK_PAUSE_MS = 150;

type Sized = Pick<OrderRequest, 'price' | 'size'>;
/** What an order needs beyond its parameters for its answer to be read. */
type Sent = Sized & { readonly client_id: string; readonly post_only: boolean };
type Unknown = Extract<SubmitOutcome, { status: 'unknown' }>;

export interface OrderParts {
  readonly symbol: string;
  readonly rest: SignedRest;
  readonly memory: OrderMemory;
  /** Rules of the market, once they were read. */
  readonly rules: () => MarketRules | null;
}

export class Orders {
  readonly #parts: OrderParts;

  constructor(parts: OrderParts) {
    this.#parts = parts;
  }

  async submit(order: OrderRequest): Promise<SubmitOutcome> {
    const fault = payloadFault(order);
    return fault ?? this.#place(orderParams(this.#parts.symbol, order), order);
  }

  async submitBatch(orders: readonly OrderRequest[]): Promise<readonly SubmitOutcome[]> {
    assert(orders.length <= BATCH.submit, `a batch has at most ${BATCH.submit} orders`);
    const { symbol } = this.#parts;
    const outcomes = orders.map((order): SubmitOutcome | null => payloadFault(order));
    const sound = orders.filter((_, index) => outcomes[index] === null);
    if (sound.length === 0) return outcomes.map((outcome) => outcome ?? unknown('not sent'));
    const params = sound.map((order) => orderParams(symbol, order));
    const answered = await this.#placeAll(params, sound);
    return outcomes.map((outcome) => outcome ?? answered.shift() ?? unknown('no answer to it'));
  }

  /** `present`: the price by which the trigger is judged. */
  async submitTrigger(trigger: TriggerRequest, present: string): Promise<SubmitOutcome> {
    const sent = { ...trigger, price: null, post_only: false };
    const fault = payloadFault(sent) ?? triggerFault(trigger, present);
    return fault ?? this.#place(triggerParams(this.#parts.symbol, trigger), sent);
  }

  async cancel(clientId: string): Promise<CancelOutcome> {
    const { symbol, rest } = this.#parts;
    if (!isClientId(clientId)) return { status: 'gone' };
    const request: SignedRequest = {
      ...{ method: 'DELETE', path: ORDER, instruction: 'orderCancel', purpose: 'cancel' },
      params: { symbol, ...this.#idParams(clientId) },
    };
    const result = await this.#send(request);
    if ('status' in result && result.status !== 'answered') return result;
    const { answer } = result;
    if (answer.status === 202) return this.#lookUp(clientId, rest);
    if (isDone(answer)) return this.#cancelled(answer, clientId);
    const error = errorOf(answer);
    if (error === null || !isRefusal(answer, error)) return this.#silence(request, answer);
    if (isMissing(answer, error)) return { status: 'gone' };
    return this.#rejection(request, answer, { price: null, size: '0' });
  }

  async cancelBatch(clientIds: readonly string[]): Promise<readonly CancelOutcome[]> {
    assert(clientIds.length <= BATCH.cancel, `at most ${BATCH.cancel} cancels go together`);
    return Promise.all(clientIds.map((clientId) => this.cancel(clientId)));
  }

  async #place(params: Params, sent: Sent): Promise<SubmitOutcome> {
    const { orderType, reduceOnly, triggerPrice } = params;
    const closes = orderType === 'Market' && reduceOnly === true && triggerPrice === undefined;
    const purpose = closes ? 'close' : 'place';
    const request: SignedRequest = {
      ...{ method: 'POST', path: ORDER, instruction: 'orderExecute', purpose, params },
    };
    const result = await this.#send(request);
    if (result.status !== 'answered') return result;
    const { answer } = result;
    if (isDone(answer)) return this.#accepted(parseExactJson(answer.text), sent);
    if (!isRefusal(answer, errorOf(answer))) return this.#silence(request, answer);
    return this.#rejection(request, answer, sent);
  }

  async #placeAll(params: readonly Params[], sent: readonly Sent[]): Promise<SubmitOutcome[]> {
    const request: SignedRequest = {
      ...{ method: 'POST', path: '/api/v1/orders', instruction: 'orderExecute', purpose: 'place' },
      params,
    };
    const result = await this.#send(request);
    if (result.status !== 'answered') return sent.map(() => result);
    const { answer } = result;
    if (!isDone(answer)) {
      const refused = isRefusal(answer, errorOf(answer));
      return sent.map((order) =>
        refused ? this.#rejection(request, answer, order) : this.#silence(request, answer),
      );
    }
    const items = parseExactJson(answer.text);
    return sent.map((order, index) => {
      const item: unknown = Array.isArray(items) ? items[index] : undefined;
      const error = errorIn(item);
      if (error === null) return this.#accepted(item, order);
      const item4xx = { ...answer, status: 400 };
      if (!isRefusal(item4xx, error)) return unknown(`${error.code}: ${error.message}`);
      const reason = reasonOf(error, order, this.#parts.rules());
      return rejected(reason, `${error.code}: ${error.message}`);
    });
  }

  /** Reads the order that was made. */
  #accepted(value: unknown, sent: Sent): SubmitOutcome {
    return readable(() => {
      const row = orderOf(new Answer(value, `POST ${ORDER}`));
      const order = this.#parts.memory.complete(row, 'dated');
      // Another's answer: a batch whose items are in another order than ours.
      if (order.client_id !== sent.client_id) return unknown('the answer is of another order');
      const ended = order.status === 'cancelled' || order.status === 'rejected';
      if (!ended || order.filled !== '0') {
        return { status: 'accepted', venue_order_id: order.venue_order_id };
      }
      const reason = expiryReason(row.expiry, sent.post_only);
      return rejected(reason, `the order expired at once (${row.expiry ?? 'no reason told'})`);
    });
  }

  #cancelled(answer: HttpAnswer, clientId: string): CancelOutcome {
    return readable((): CancelOutcome => {
      const { memory, rest } = this.#parts;
      const row = orderOf(new Answer(parseExactJson(answer.text), `DELETE ${ORDER}`));
      const order = memory.complete(row, 'dated', rest.public.time.now());
      if (order.client_id !== clientId) return unknown('the answer is of another order');
      if (row.order.status === 'filled') return { status: 'gone' };
      if (row.order.status === 'open') return unknown('the venue says that it rests');
      return { status: 'cancelled' };
    });
  }

  /** The venue took note of a cancel (202): it is over when the order rests no more. */
  async #lookUp(clientId: string, rest: SignedRest): Promise<CancelOutcome> {
    const { symbol } = this.#parts;
    for (let look = 0; look < LOOKS; look += 1) {
      await rest.public.clock.delay(LOOK_PAUSE_MS);
      try {
        const resting = await rest.find({
          ...{ method: 'GET', path: ORDER, instruction: 'orderQuery', purpose: 'cancel' },
          params: { symbol, ...this.#idParams(clientId) },
        });
        if (resting === null) return { status: 'gone' };
      } catch (error) {
        if (!(error instanceof VenueFault)) throw error;
        return unknown(error.message);
      }
    }
    return unknown('the cancel is accepted and not executed yet');
  }

  #idParams(clientId: string): Params {
    const orderId = this.#parts.memory.idOf(clientId);
    return orderId === null ? { clientId: Number(clientId) } : { orderId };
  }

  /** Sends; what has no answer is an outcome already. */
  async #send(
    request: SignedRequest,
  ): Promise<Extract<RestResult, { status: 'answered' }> | Rejection | Unknown> {
    try {
      const result = await this.#parts.rest.send(request);
      if (result.status === 'answered') return result;
      if (result.status === 'failed') {
        const { message, sent } = result.failure;
        return unknown(sent ? message : `${message}; nothing was sent`);
      }
      return heldBack(new BudgetHeld(result.wait_ms));
    } catch (error) {
      if (error instanceof BudgetHeld) return heldBack(error);
      if (!(error instanceof VenueFault)) throw error;
      return unknown(`${error.message}; nothing was sent`);
    }
  }

  /** An answer that proves nothing. */
  #silence(request: SignedRequest, answer: HttpAnswer): Unknown {
    return unknown(this.#parts.rest.faultOf(request, answer).message);
  }

  #rejection(request: SignedRequest, answer: HttpAnswer, sent: Sized): Rejection {
    const { rest, rules } = this.#parts;
    const { message, retry_after_ms } = rest.faultOf(request, answer);
    const error = errorOf(answer);
    if (error !== null) {
      return rejectionOf(answer, error, sent, rules(), rest.public.clock.now());
    }
    const wait = retry_after_ms === null ? {} : { retry_after_ms };
    return { status: 'rejected', reason: 'rate_limited', message, ...wait };
  }
}

function isMissing({ status }: HttpAnswer, { code, message }: { code: string; message: string }) {
  const told = /not found|does ?n[o']t exist|unknown order/i.test(message);
  return status === 404 || code === 'RESOURCE_NOT_FOUND' || told;
}

/** The parameters of an order, as they are signed and sent. */
export function orderParams(symbol: string, order: OrderRequest): Params {
  const { client_id, side, price, size, post_only, reduce_only } = order;
  return {
    clientId: Number(client_id),
    orderType: price === null ? 'Market' : 'Limit',
    ...(post_only ? { postOnly: true } : {}),
    ...(price === null ? {} : { price }),
    quantity: size,
    ...(reduce_only ? { reduceOnly: true } : {}),
    side: side === 'buy' ? 'Bid' : 'Ask',
    symbol,
  };
}

/** The parameters of a stop that closes at market. */
export function triggerParams(symbol: string, trigger: TriggerRequest): Params {
  return {
    clientId: Number(trigger.client_id),
    orderType: 'Market',
    reduceOnly: true,
    side: trigger.side === 'buy' ? 'Bid' : 'Ask',
    symbol,
    triggerBy: trigger.trigger_by === 'mark' ? 'MarkPrice' : 'LastPrice',
    triggerPrice: trigger.trigger_price,
    triggerQuantity: trigger.size,
  };
}

export function isClientId(text: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(text) && Number(text) < 2 ** 32;
}

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** What the venue could not even read. */
function payloadFault(order: Sent): Rejection | null {
  if (!isClientId(order.client_id)) {
    return rejected('bad_client_id', `"${order.client_id}" is no number from 0 to 4294967295`);
  }
  if (order.post_only && order.price === null) {
    return rejected('post_only_without_price', 'an order at market cannot be post-only');
  }
  if (!DECIMAL.test(order.size)) return rejected('size_not_on_lot', `size "${order.size}"`);
  const priced = order.price === null || DECIMAL.test(order.price);
  return priced ? null : rejected('price_not_on_tick', `price "${order.price}"`);
}

/** One that would fire at once is refused: the venue might take it for the other direction. */
function triggerFault(trigger: TriggerRequest, present: string): Rejection | null {
  const { side, trigger_price } = trigger;
  if (!DECIMAL.test(trigger_price)) return rejected('price_not_on_tick', trigger_price);
  const [low, high] = side === 'sell' ? [trigger_price, present] : [present, trigger_price];
  const waits = isAboveZero(minus(high, low));
  return waits ? null : rejected('other', `the price is ${present}: the stop would fire at once`);
}

function rejected(reason: RejectReason, message: string): Rejection {
  return { status: 'rejected', reason, message };
}

function unknown(message: string): Unknown {
  return { status: 'unknown', message };
}

/** What is read; an answer that cannot be read says nothing of what was done. */
function readable<T>(read: () => T): T | Unknown {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof VenueFault)) throw error;
    return unknown(error.message);
  }
}

/** What our own limits held back: it was certainly not sent, which is no silence of the venue. */
export function heldBack({ message, retry_after_ms }: BudgetHeld): Rejection {
  const wait = retry_after_ms === null ? {} : { retry_after_ms };
  return { status: 'rejected', reason: 'rate_limited', message, ...wait };
}
