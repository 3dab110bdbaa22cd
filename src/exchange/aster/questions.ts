/**
 * What a client asks Aster. Listings are complete and oldest first; an order that was made before
 * the span asked for is in the history if this process ever saw it rest.
 */
import { VenueFault } from '../port.ts';
import type { Venue, VenueOrder } from '../port.ts';
import { answerFault } from '../wire/json.ts';
import { assertRoom } from '../wire/rest.ts';
import type { AsterConnection } from './connection.ts';
import type { FillHistory } from './fill-history.ts';
import { sorted } from './order-memory.ts';
import type { OrderMemory } from './order-memory.ts';
import { aliasOf, balanceOf, fundingOf, positionOf, ratesOf } from './parse-account.ts';
import type { AsterPosition } from './parse-account.ts';
import type { PartAnswers } from './part-answers.ts';
import { priceOf } from './parse-market.ts';
import { orderOf } from './parse-order.ts';
import { ROUTES } from './routes.ts';
import type { Signer } from './sign.ts';
import { listUntilNow } from './span.ts';
import type { TermsReader } from './terms.ts';

export interface QuestionParts {
  readonly symbol: string;
  readonly signer: Signer;
  readonly connection: AsterConnection;
  readonly memory: OrderMemory;
  readonly terms: TermsReader;
  readonly fills: FillHistory;
  /** Of `account`. */
  readonly answers: PartAnswers;
}

type Questions =
  | 'market'
  | 'price'
  | 'orderByClientId'
  | 'openOrders'
  | 'orderHistory'
  | 'fillsSince'
  | 'fundingSince'
  | 'position'
  | 'balance'
  | 'account'
  | 'setLeverage'
  | 'serverTime'
  | 'windDeadMan';

/** So far back the venue finds orders that ended without an execution, ms. */
export const HISTORY_MS = 7 * 86_400_000;
const ORDER_RULES = { longest_ms: HISTORY_MS - 1, most: 1000 };
/** Payments are found this far back, in one window. */
const FUNDING_MS = 90 * 86_400_000;
const FUNDING_RULES = { longest_ms: 2 * FUNDING_MS, most: 1000 };

/** The questions of the port. */
export function questionsOf(parts: QuestionParts): Pick<Venue, Questions> {
  const { symbol, connection, memory, terms, fills } = parts;
  return {
    market: async () => (await terms.read()).rules,
    async price() {
      const { last, mark } = await pricesOf(connection, symbol);
      const at_ms = Math.max(last.at_ms, mark.at_ms);
      return { last: last.price, mark: mark.price, at_ms };
    },
    async orderByClientId(clientId) {
      const params = { symbol, origClientOrderId: clientId };
      const answer = await connection.find(ROUTES.order, params);
      return answer === null ? null : memory.note(orderOf(answer));
    },
    openOrders: () => openOrders(parts),
    orderHistory: (sinceMs) => orderHistory(parts, sinceMs),
    async fillsSince(sinceMs) {
      const { rules, rates } = await terms.get();
      return fills.since(sinceMs, rules.quote, rates);
    },
    fundingSince: (sinceMs) => fundingSince(parts, sinceMs),
    position: async () => (await positionNow(parts)).position,
    async balance() {
      const { rules } = await terms.get();
      return balanceOf((await connection.ask(ROUTES.balance)).items(), rules.quote);
    },
    account: () => parts.answers.reading(() => accountNow(parts)),
    async setLeverage(leverage) {
      const params = { symbol, leverage: String(leverage) };
      const answer = await connection.ask(ROUTES.leverage, params);
      const set = answer.at('leverage').integer();
      if (set !== leverage) throw answerFault(`${answer.path} says leverage ${set}`);
    },
    serverTime: () => connection.time.now(),
    async windDeadMan(timeoutMs) {
      const countdownTime = String(Math.max(0, Math.round(timeoutMs ?? 0)));
      // It guards as a cancel does: questions do not hold it back.
      await connection.ask(ROUTES.countdown, { symbol, countdownTime }, 'cancel');
    },
  };
}

/** Last and mark price, each with its moment. */
export async function pricesOf(connection: AsterConnection, symbol: string) {
  const weight = ROUTES.price.weight + ROUTES.premiumIndex.weight;
  assertRoom(connection.limit, { weight });
  const [last, mark] = await Promise.all([
    connection.ask(ROUTES.price, { symbol }),
    connection.ask(ROUTES.premiumIndex, { symbol }),
  ]);
  return { last: priceOf(last, 'price'), mark: priceOf(mark, 'markPrice') };
}

async function openOrders({ symbol, connection, memory }: QuestionParts): Promise<VenueOrder[]> {
  const answer = await connection.ask(ROUTES.openOrders, { symbol });
  // As listed, not as remembered: a hint that came meanwhile is told by the stream.
  const told = answer.items().map(orderOf);
  for (const order of told) memory.note(order);
  return sorted(told.map(({ order }) => order));
}

async function orderHistory(parts: QuestionParts, sinceMs: number): Promise<readonly VenueOrder[]> {
  const { symbol, connection, memory } = parts;
  const before = memory.resting();
  const fromOf = (now: number): number => Math.max(0, Math.floor(sinceMs), now - HISTORY_MS);
  const { time } = connection;
  const { rows: listed } = await listUntilNow(time, fromOf, ORDER_RULES, async (start, end) => {
    const span = { startTime: String(start), endTime: String(end) };
    const limit = String(ORDER_RULES.most);
    const answer = await connection.ask(ROUTES.allOrders, { symbol, ...span, limit });
    return answer.items().map(orderOf);
  });
  for (const order of listed) memory.note(order);
  // Whether the span is one of making or of change is not documented: who rested is looked at.
  const seen = new Set(listed.map(({ order }) => order.venue_order_id));
  const open = new Set((await openOrders(parts)).map(({ venue_order_id }) => venue_order_id));
  for (const { venue_order_id: orderId } of before) {
    if (seen.has(orderId) || open.has(orderId)) continue;
    const answer = await connection.find(ROUTES.order, { symbol, orderId });
    if (answer !== null) memory.note(orderOf(answer));
  }
  return memory.since(Math.max(0, sinceMs));
}

async function fundingSince({ symbol, connection, terms }: QuestionParts, sinceMs: number) {
  const { rules } = await terms.get();
  const fromOf = (now: number): number => Math.max(0, Math.floor(sinceMs), now - FUNDING_MS);
  const { time } = connection;
  const { rows } = await listUntilNow(time, fromOf, FUNDING_RULES, async (start, end) => {
    const span = { startTime: String(start), endTime: String(end) };
    const limit = String(FUNDING_RULES.most);
    const what = { symbol, incomeType: 'FUNDING_FEE', ...span, limit };
    const answer = await connection.ask(ROUTES.income, what);
    return answer.items().map((raw) => fundingOf(raw, rules.quote));
  });
  const known = new Map(rows.map((payment) => [payment.funding_id, payment]));
  const all = [...known.values()].sort((a, b) => a.at_ms - b.at_ms);
  return all.filter(({ at_ms }) => at_ms >= sinceMs);
}

async function positionNow({ symbol, connection }: QuestionParts): Promise<AsterPosition> {
  const answer = await connection.ask(ROUTES.positionRisk, { symbol });
  return positionOf(answer.items(), symbol);
}

async function accountNow(parts: QuestionParts) {
  const { symbol, signer, answers } = parts;
  // One after another, as a small share lets them through; the heavy ones last.
  const facts = await answers.ask(ROUTES.account);
  const account_id = signer.address ?? aliasOf((await answers.ask(ROUTES.balance)).items());
  const commission = await answers.ask(ROUTES.commissionRate, { symbol });
  const mode = await answers.ask(ROUTES.positionMode);
  const { maker, taker } = ratesOf(commission);
  const can_trade = facts.at('canTrade').given?.bool() ?? null;
  const open = { account_id, maker_fee: maker, taker_fee: taker, can_trade };
  // Of an account in hedge mode a symbol has no one position.
  if (mode.at('dualSidePosition').bool()) {
    return { ...open, leverage: null, position_mode: 'hedge' as const };
  }
  const { leverage, isolated } = await positionNow(parts);
  if (isolated) {
    const text = `${symbol} is on isolated margin at Aster; set it to cross margin there.`;
    throw new VenueFault('refused', text, null, 'other');
  }
  return { ...open, leverage, position_mode: 'one_way' as const };
}
