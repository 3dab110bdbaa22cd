/**
 * The desk as a `Venue`: each call first does what the venue's clock made due, a store that fails
 * makes a submit or cancel `unknown` and a question a `VenueFault`.
 */
import { assert } from '../../contract/assert.ts';
import { formatMoney } from '../../contract/decimal.ts';
import { priceText, sizeText } from '../../contract/market.ts';
import type { MarketRules } from '../../contract/market.ts';
import { cashOf, entryPrice, equityOf, liquidationTicks } from '../matching/account.ts';
import { CLIENT_ID_LENGTH } from '../matching/order-judge.ts';
import { VenueFault } from '../port.ts';
import type { CancelOutcome, SubmitOutcome, Venue } from '../port.ts';
import type { VenueAccount, VenueCapabilities, VenuePosition } from '../port.ts';
import type { PaperDesk, Submitted } from './desk.ts';
import { isStoreFailure } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { fillOf, fundingOf, orderOf } from './port-view.ts';
import type { PriceWalk } from './walk.ts';

/** Orders in one call. */
const BATCH = 20;

const CAPABILITIES: VenueCapabilities = {
  client_id: { form: 'text', max_length: CLIENT_ID_LENGTH },
  batch: { submit: BATCH, cancel: BATCH },
  amend: false,
  cancel_by_client_id: true,
  post_only: true,
  reduce_only: true,
  trigger_orders: true,
  dead_man_switch: true,
  leverage: 'none',
  // In this process: it cannot fall silent, forget, lag or count requests.
  silence_ms: null,
  listing_lag_ms: 0,
  history_ms: Number.MAX_SAFE_INTEGER,
  requests_per_minute: null,
  lockstep: true,
};

/** A venue that lost its answer to a failing store: nothing is known of what was asked for. */
type Unknown = { readonly status: 'unknown'; readonly message: string };

/** Puts the exchange port before a desk and its walk. */
export function paperVenue(
  rules: MarketRules,
  ledger: Ledger,
  desk: PaperDesk,
  walk: PriceWalk,
): Venue {
  return {
    name: 'paper',
    capabilities: CAPABILITIES,
    market: () => Promise.resolve(rules),
    connect: async (listener) => walk.start(listener),
    ...actionsOf(desk, walk),
    ...questionsOf(ledger, desk, walk),
    account: () => Promise.resolve(accountOf(rules)),
    setLeverage: () =>
      Promise.reject(new VenueFault('refused', 'paper has no leverage', null, 'capability')),
    usage: () => null,
    grant: () => undefined,
    close: () => walk.close(),
  };
}

function accountOf({ maker_fee, taker_fee }: MarketRules): VenueAccount {
  const open = { leverage: null, position_mode: 'one_way', can_trade: true } as const;
  return { account_id: 'paper', maker_fee, taker_fee, ...open };
}

type Actions = 'submit' | 'submitBatch' | 'cancel' | 'cancelBatch' | 'submitTrigger';

function actionsOf(desk: PaperDesk, walk: PriceWalk): Pick<Venue, Actions> {
  const act = <T>(action: () => T): T | Unknown => {
    try {
      keepTime(desk, walk);
      return action();
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      return { status: 'unknown', message: error.message };
    }
  };
  const submitted = (place: () => Submitted): SubmitOutcome =>
    act(() => {
      const { outcome, events } = place();
      walk.tell(events);
      return outcome;
    });
  const cancel = (id: string): CancelOutcome => act(() => desk.cancel(id));
  return {
    submit: async (request) => submitted(() => desk.submit(request)),
    async submitBatch(requests) {
      assert(requests.length <= BATCH, `a batch has at most ${BATCH} orders`);
      return requests.map((request) => submitted(() => desk.submit(request)));
    },
    cancel: async (clientId) => cancel(clientId),
    async cancelBatch(clientIds) {
      assert(clientIds.length <= BATCH, `a batch has at most ${BATCH} ids`);
      return clientIds.map(cancel);
    },
    submitTrigger: async (trigger) => submitted(() => desk.submitTrigger(trigger)),
  };
}

type Questions =
  | 'price'
  | 'orderByClientId'
  | 'openOrders'
  | 'orderHistory'
  | 'fillsSince'
  | 'fundingSince'
  | 'position'
  | 'balance'
  | 'serverTime'
  | 'windDeadMan';

function questionsOf(ledger: Ledger, desk: PaperDesk, walk: PriceWalk): Pick<Venue, Questions> {
  const { market } = desk;
  const ask = async <T>(answer: () => T): Promise<T> => {
    try {
      keepTime(desk, walk);
      return answer();
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      throw new VenueFault('unreachable', `the store failed: ${error.message}`);
    }
  };
  return {
    price: () =>
      ask(() => {
        const price = priceText(market, desk.present);
        return { last: price, mark: price, at_ms: desk.time };
      }),
    orderByClientId: (clientId) =>
      ask(() => {
        const order = ledger.order(clientId);
        return order === null ? null : orderOf(market, order);
      }),
    openOrders: () =>
      ask(() => {
        const open = [...desk.book.all(), ...desk.stops.all()].sort((a, b) => a.id - b.id);
        return open.map((order) => orderOf(market, order));
      }),
    orderHistory: (sinceMs) =>
      ask(() => ledger.ordersSince(sinceMs).map((order) => orderOf(market, order))),
    fillsSince: (sinceMs) =>
      ask(() => ledger.tradesSince(sinceMs).map((trade) => fillOf(market, trade))),
    fundingSince: (sinceMs) => ask(() => ledger.fundingSince(sinceMs).map(fundingOf)),
    position: () => ask(() => positionOf(desk)),
    balance: () =>
      ask(() => {
        const equity = equityOf(market, desk.account, desk.present);
        return { cash: formatMoney(cashOf(desk.account)), equity: formatMoney(equity) };
      }),
    serverTime: () => ask(() => desk.time),
    windDeadMan: (timeoutMs) => ask(() => desk.windDeadMan(timeoutMs)),
  };
}

/** What the clock made due is done before anybody is answered. */
function keepTime(desk: PaperDesk, walk: PriceWalk): void {
  walk.tell(desk.keepTime(desk.time, null));
}

function positionOf({ market, account, present }: PaperDesk): VenuePosition {
  const liquidation = liquidationTicks(market, account, present);
  return {
    size: sizeText(market, account.lots),
    entry_price: entryPrice(market, account),
    liquidation_price: liquidation === null ? null : priceText(market, liquidation),
  };
}
