/**
 * What a client does at Aster: submits, stops and cancels, each with an outcome. Only orders named
 * by their client id are ever cancelled; the venue's "cancel all" would take others' along.
 */
import { assert } from '../../contract/assert.ts';
import type { Market } from '../../contract/market.ts';
import { VenueFault } from '../port.ts';
import type { CancelOutcome, OrderRequest, Rejection } from '../port.ts';
import type { SubmitOutcome, TriggerRequest, Venue } from '../port.ts';
import type { Answer } from '../wire/json.ts';
import type { AsterConnection, Refusal, Reply } from './connection.ts';
import { provesUnseen, stampRefused } from './errors.ts';
import type { OrderMemory } from './order-memory.ts';
import { orderOf } from './parse-order.ts';
import { BATCH, badClientId, flawOf, isClientId } from './requests.ts';
import { orderParams, refusedHere, triggerParams } from './requests.ts';
import { ROUTES } from './routes.ts';

export interface ActionParts {
  readonly symbol: string;
  readonly connection: AsterConnection;
  readonly memory: OrderMemory;
  /** The market as far as it was read. */
  readonly market: () => Market | null;
}

type Actions = 'submit' | 'submitBatch' | 'cancel' | 'cancelBatch' | 'submitTrigger';

/** What was asked for, as far as a refusal is judged by it. */
type Asked = Pick<OrderRequest, 'client_id' | 'price' | 'size'>;

type Unknown = { readonly status: 'unknown'; readonly message: string };

/** The actions of the port. */
export function actionsOf(parts: ActionParts): Pick<Venue, Actions> {
  const { symbol, connection } = parts;
  return {
    async submit(order) {
      const refused = refusedHere(order);
      if (refused !== null) return refused;
      const params = orderParams(symbol, order);
      const purpose = order.price === null && order.reduce_only ? 'close' : 'place';
      const reply = await connection.act(ROUTES.submit, params, purpose, 1);
      return submitOutcome(parts, order, reply);
    },
    async submitTrigger(trigger) {
      if (!isClientId(trigger.client_id)) return badClientId(trigger.client_id);
      const params = triggerParams(symbol, trigger);
      const reply = await connection.act(ROUTES.submit, params, 'place', 1);
      return submitOutcome(parts, askedOf(trigger), reply);
    },
    submitBatch: (orders) => submitBatch(parts, orders),
    async cancel(clientId) {
      if (!isClientId(clientId)) return { status: 'gone' };
      const params = { symbol, origClientOrderId: clientId };
      return cancelOutcome(parts, clientId, await connection.act(ROUTES.cancel, params, 'cancel'));
    },
    cancelBatch: (clientIds) => cancelBatch(parts, clientIds),
  };
}

async function submitBatch(
  parts: ActionParts,
  orders: readonly OrderRequest[],
): Promise<readonly SubmitOutcome[]> {
  assert(orders.length <= BATCH.submit, `a batch has at most ${BATCH.submit} orders`);
  const refusals = orders.map(refusedHere);
  const sent = orders.filter((_, index) => refusals[index] === null);
  if (sent.length === 0) return refusals.flatMap((refused) => refused ?? []);
  const list = sent.map((order) => orderParams(parts.symbol, order));
  const params = { batchOrders: JSON.stringify(list) };
  const { connection } = parts;
  const reply = await connection.act(ROUTES.submitBatch, params, 'place', sent.length);
  const replies = itemReplies(connection, reply, sent.length);
  let next = 0;
  return orders.map((order, index) => {
    const refused = refusals[index];
    if (refused !== null && refused !== undefined) return refused;
    const own = replies[next++] ?? { status: 'unknown', message: 'the answer lacks this order' };
    return submitOutcome(parts, order, own);
  });
}

async function cancelBatch(
  parts: ActionParts,
  clientIds: readonly string[],
): Promise<readonly CancelOutcome[]> {
  assert(clientIds.length <= BATCH.cancel, `a batch has at most ${BATCH.cancel} ids`);
  const { connection, symbol } = parts;
  const sent = clientIds.filter(isClientId);
  if (sent.length === 0) return clientIds.map(() => ({ status: 'gone' }));
  const params = { symbol, origClientOrderIdList: JSON.stringify(sent) };
  const reply = await connection.act(ROUTES.cancelBatch, params, 'cancel');
  const replies = itemReplies(connection, reply, sent.length);
  const outcomes = replies.map((each, index) => cancelOutcome(parts, sent[index] ?? '', each));
  return clientIds.map((id) => {
    const index = sent.indexOf(id);
    if (index < 0) return { status: 'gone' };
    return outcomes[index] ?? { status: 'unknown', message: 'the answer lacks this order' };
  });
}

/** The reply to each item of a batch; a refusal or silence is the reply to all of them. */
function itemReplies(connection: AsterConnection, reply: Reply, count: number): Reply[] {
  if (reply.status !== 'done') return Array.from({ length: count }, () => reply);
  const read = attempt(() => {
    const items = reply.answer.items();
    return items.map((item): Reply => {
      const refusal = connection.refusalIn(item);
      return refusal === null ? { status: 'done', answer: item } : { status: 'refused', refusal };
    });
  });
  if (!('status' in read) && read.length === count) return read;
  const message = 'status' in read ? read.message : `the answer has ${read.length} items`;
  return Array.from({ length: count }, () => ({ status: 'unknown', message }));
}

function submitOutcome(parts: ActionParts, asked: Asked, reply: Reply): SubmitOutcome {
  if (reply.status === 'unknown') return reply;
  if (reply.status === 'refused') return refusedOutcome(parts, asked, reply.refusal);
  const { answer } = reply;
  return attempt(() => acceptedOutcome(parts, asked, answer));
}

function acceptedOutcome(parts: ActionParts, asked: Asked, answer: Answer): SubmitOutcome {
  const told = orderOf(answer);
  const order = parts.memory.note(told);
  if (order.client_id !== asked.client_id) {
    return { status: 'unknown', message: `${answer.path} names another order` };
  }
  const isRefused = told.expired && told.order.filled === '0' && order.status !== 'open';
  if (!isRefused && told.order.status !== 'rejected') {
    return { status: 'accepted', venue_order_id: order.venue_order_id };
  }
  const reason = told.post_only ? 'post_only_would_cross' : 'other';
  return { status: 'rejected', reason, message: `${answer.path}: it ended unfilled at once` };
}

function refusedOutcome(parts: ActionParts, asked: Asked, refusal: Refusal): SubmitOutcome {
  const { meaning, code, message } = refusal;
  const isDoubtful = stampRefused(meaning) && !provesUnseen(code, message);
  if (meaning.verdict === 'unknown' || isDoubtful) return { status: 'unknown', message };
  if (meaning.verdict === 'absent') return rejection('other', refusal);
  if (meaning.verdict !== 'other') return rejection(meaning.verdict, refusal);
  const market = parts.market();
  const flaw = market === null ? null : flawOf(market, asked.price, asked.size);
  return rejection(flaw ?? 'other', refusal);
}

function cancelOutcome(parts: ActionParts, clientId: string, reply: Reply): CancelOutcome {
  if (reply.status === 'unknown') return reply;
  if (reply.status === 'refused') {
    const { verdict } = reply.refusal.meaning;
    if (verdict === 'absent') return { status: 'gone' };
    if (verdict === 'unknown') return { status: 'unknown', message: reply.refusal.message };
    return rejection(verdict, reply.refusal);
  }
  const { answer } = reply;
  return attempt(() => {
    const told = orderOf(answer);
    parts.memory.note(told);
    const isIt = told.order.client_id === clientId;
    if (!isIt) return { status: 'unknown', message: `${answer.path} names another order` };
    if (told.order.status === 'open') {
      return { status: 'unknown', message: `${answer.path}: the order still rests` };
    }
    return { status: told.order.status === 'cancelled' ? 'cancelled' : 'gone' };
  });
}

function rejection(reason: Rejection['reason'], refusal: Refusal): Rejection {
  const { message, retry_after_ms } = refusal;
  const rejected = { status: 'rejected', reason, message } as const;
  return retry_after_ms === null ? rejected : { ...rejected, retry_after_ms };
}

/** What was done is not known where the answer cannot be read. */
function attempt<T>(read: () => T): T | Unknown {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof VenueFault)) throw error;
    return { status: 'unknown', message: error.message };
  }
}

/** A stop order is judged as one at its trigger. */
function askedOf({ client_id, trigger_price, size }: TriggerRequest): Asked {
  return { client_id, price: trigger_price, size };
}
