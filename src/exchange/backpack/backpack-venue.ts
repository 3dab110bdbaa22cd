/**
 * Backpack behind the exchange port: one account, one perpetual market. Leverage is the account's
 * own and only told; the venue documents no dead man's switch.
 */
import { createHash } from 'node:crypto';
import { InvariantError, assert } from '../../contract/assert.ts';
import { makeMarket } from '../../contract/market.ts';
import type { MarketRules } from '../../contract/market.ts';
import { BudgetHeld, VenueFault } from '../port.ts';
import type { Venue, VenueAccount, VenueCapabilities, VenueListener } from '../port.ts';
import type { VenueOptions } from '../venue-kind.ts';
import { answerFault } from '../wire/json.ts';
import type { Answer } from '../wire/json.ts';
import { Redaction } from '../wire/redaction.ts';
import { assertRoom } from '../wire/rest.ts';
import { priceOf, symbolFault } from './backpack-data.ts';
import { HISTORY_MS, Listings } from './listings.ts';
import { OrderMemory } from './order-memory.ts';
import { BATCH, Orders, isClientId, heldBack } from './orders.ts';
import { FLAT, accountOf, balanceOf, positionOf } from './parse.ts';
import type { Assets } from './parse.ts';
import { lowerLeverage, marketOf } from './parse-market.ts';
import { LIMITS } from './rate-limit.ts';
import { readKey } from './sign.ts';
import type { SigningKey } from './sign.ts';
import { PublicRest, SignedRest } from './signed-rest.ts';
import { Stream } from './stream.ts';

export const CAPABILITIES: VenueCapabilities = {
  client_id: { form: 'uint32', max_length: 10 },
  batch: BATCH,
  amend: false,
  cancel_by_client_id: true,
  post_only: true,
  reduce_only: true,
  trigger_orders: true,
  dead_man_switch: false,
  leverage: 'account',
  silence_ms: 45_000,
  listing_lag_ms: 2000,
  history_ms: HISTORY_MS,
  requests_per_minute: LIMITS.requests,
  lockstep: false,
};

/** Opens a venue; nothing is sent yet. */
export function backpackVenue(options: VenueOptions): Venue {
  return new BackpackVenue(options);
}

class BackpackVenue implements Venue {
  readonly name = 'backpack';
  readonly capabilities = CAPABILITIES;
  readonly #options: VenueOptions;
  readonly #key: SigningKey;
  readonly #redaction: Redaction;
  readonly #rest: SignedRest;
  readonly #memory = new OrderMemory();
  readonly #orders: Orders;
  readonly #listings: Listings;
  #rules: MarketRules | null = null;
  #stream: Stream | null = null;

  constructor(options: VenueOptions) {
    const { symbol, credentials } = options;
    this.#options = options;
    this.#key = readKey(credentials);
    const { api_key, secret_key } = credentials;
    this.#redaction = new Redaction([api_key, secret_key, this.#key.api_key]);
    this.#rest = new SignedRest(new PublicRest(options, this.#redaction), this.#key);
    const common = { symbol, rest: this.#rest, memory: this.#memory };
    this.#orders = new Orders({ ...common, rules: () => this.#rules });
    this.#listings = new Listings({ ...common, assets: assetsOf(symbol) });
  }

  async market(): Promise<MarketRules> {
    const { symbol } = this.#options;
    const { limit, time } = this.#rest.public;
    assertRoom(limit, { requests: time.offset === null ? 3 : 2 });
    const [row, account] = await Promise.all([
      this.#rest.public.ask('/api/v1/market', { symbol }),
      this.#account(),
    ]);
    const { rules, is_perpetual, is_open } = marketOf(row);
    if (!is_perpetual) throw symbolFault(`${symbol} is no perpetual market`);
    if (!is_open) throw symbolFault(`${symbol} is closed`);
    const { maker_fee, taker_fee, leverage } = account;
    const max_leverage = lowerLeverage(rules.max_leverage, leverage ?? rules.max_leverage);
    this.#rules = usable({ ...rules, maker_fee, taker_fee, max_leverage });
    return this.#rules;
  }

  price(): Promise<{ last: string; mark: string; at_ms: number }> {
    return priceOf(this.#rest.public, this.#options.symbol);
  }

  async connect(listener: VenueListener): Promise<void> {
    assert(this.#stream === null, 'a venue has one listener');
    const { symbol } = this.#options;
    this.#stream = new Stream(
      {
        ...{ options: this.#options, symbol, assets: assetsOf(symbol), key: this.#key },
        ...{ rest: this.#rest, memory: this.#memory, redaction: this.#redaction },
        price: () => this.price(),
      },
      listener,
    );
    await this.#stream.open();
  }

  submit: Venue['submit'] = (order) => this.#orders.submit(order);
  submitBatch: Venue['submitBatch'] = (orders) => this.#orders.submitBatch(orders);
  cancel: Venue['cancel'] = (clientId) => this.#orders.cancel(clientId);
  cancelBatch: Venue['cancelBatch'] = (clientIds) => this.#orders.cancelBatch(clientIds);
  openOrders: Venue['openOrders'] = () => this.#listings.openOrders();
  orderHistory: Venue['orderHistory'] = (sinceMs) => this.#listings.orderHistory(sinceMs);
  fillsSince: Venue['fillsSince'] = (sinceMs) => this.#listings.fillsSince(sinceMs);
  fundingSince: Venue['fundingSince'] = (sinceMs) => this.#listings.fundingSince(sinceMs);

  orderByClientId: Venue['orderByClientId'] = async (clientId) =>
    isClientId(clientId) ? this.#listings.orderByClientId(clientId) : null;

  submitTrigger: Venue['submitTrigger'] = async (trigger) => {
    try {
      const { last, mark } = await this.price();
      const present = trigger.trigger_by === 'mark' ? mark : last;
      return await this.#orders.submitTrigger(trigger, present);
    } catch (error) {
      if (error instanceof BudgetHeld) return heldBack(error);
      if (!(error instanceof VenueFault)) throw error;
      // The price is not known, and nothing was sent.
      return { status: 'unknown', message: `${error.message}; nothing was sent` };
    }
  };

  position: Venue['position'] = async () => {
    const { symbol } = this.#options;
    const rows = await this.#rest.find({
      ...{ method: 'GET', path: '/api/v1/position', instruction: 'positionQuery' },
      ...{ purpose: 'question', params: { symbol } },
    });
    return rows === null ? FLAT : positionOf(rows, symbol);
  };

  balance: Venue['balance'] = async () =>
    balanceOf(
      await this.#question('/api/v1/capital/collateral', 'collateralQuery'),
    );

  account(): Promise<VenueAccount> {
    return this.#account();
  }

  setLeverage(): Promise<void> {
    return Promise.reject(lacking('the leverage is the account\'s: set it on the venue'));
  }

  serverTime(): Promise<number> {
    return this.#rest.public.serverTime();
  }

  windDeadMan(): Promise<void> {
    return Promise.reject(lacking('it has no dead man\'s switch'));
  }

  usage: Venue['usage'] = () => this.#rest.public.limit.usage();
  grant: Venue['grant'] = (share) => this.#rest.public.limit.grant(share);

  async close(): Promise<void> {
    await this.#stream?.close();
    this.#rest.public.close();
  }

  async #account(): Promise<VenueAccount> {
    const answer = await this.#question('/api/v1/account', 'accountQuery');
    // The venue tells no name of the account: the public key stands for it.
    const hash = createHash('sha256').update(this.#key.api_key).digest('hex');
    return accountOf(answer, `key-${hash.slice(0, 16)}`);
  }

  #question(path: string, instruction: string): Promise<Answer> {
    return this.#rest.ask({
      ...{ method: 'GET', path, instruction, purpose: 'question', params: {} },
    });
  }
}

/** The assets of a symbol as the venue writes it, e.g. SOL_USDC_PERP. */
function assetsOf(symbol: string): Assets {
  const [base = symbol, quote = 'USDC'] = symbol.split('_');
  return { base, quote };
}

function lacking(message: string): VenueFault {
  return new VenueFault('refused', `backpack: ${message}`, null, 'capability');
}

/** Rules that the engine can work with; others are an answer that we do not understand. */
function usable(rules: MarketRules): MarketRules {
  try {
    makeMarket(rules);
    return rules;
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    throw answerFault(`the market's rules cannot be used: ${error.message}`);
  }
}
