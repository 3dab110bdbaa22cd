/**
 * Every exchange that ccxt knows, as kinds of venue. Loaded only in a process that asks for one;
 * one class of ccxt, of the pinned version.
 */
import { VenueFault } from '../port.ts';
import type { VenueCapabilities } from '../port.ts';
import type { VenueKind, WireOptions } from '../venue-kind.ts';
import { CcxtData } from './data.ts';
import type { CcxtExchange } from './exchange.ts';
import { Lane } from './lane.ts';
import { loadCcxtClass } from './load.ts';
import { idForm } from './names.ts';
import { openExchange, ownAddresses } from './open.ts';
import { Pace } from './pace.ts';
import { CcxtVenue } from './venue.ts';

export { CCXT_VERSION, ccxtFolder, ccxtIds } from './load.ts';

/** ccxt's precision mode in which precisions are steps, not counts of decimals. */
const TICK_SIZE = 4;
const MINUTE_MS = 60_000;
/** An ended order may be missing in listings for so long on the slowest of them. */
const LISTING_LAG_MS = 3000;
/** How long ended orders are surely found; the shortest of the large exchanges. */
const HISTORY_MS = 24 * 3_600_000;
const SILENCE_MS = 30_000;
/** Cancels in one call: what the strictest of the large exchanges takes. */
const CANCELS = 10;

/**
 * The kind of venue of an exchange; a `refused` fault when ccxt does not have it. `spacing_ms`:
 * between two requests, ccxt's own when absent.
 */
export async function loadCcxtKind(id: string, spacing_ms?: number): Promise<VenueKind> {
  const Exchange = await loadCcxtClass(id);
  const sample = new Exchange({});
  const lacks = lackOf(sample);
  if (lacks !== null) {
    const message = `gridd cannot trade on ${id} through ccxt: it has no ${lacks}`;
    throw new VenueFault('refused', message, null, 'capability');
  }
  const own = ownAddresses(sample);
  const name = `ccxt:${id}`;
  const form = idForm(id);
  const spacing = spacing_ms ?? sample.rateLimit;
  const capabilities = capabilitiesOf(sample, form.client_id, spacing);
  const paced = (options: WireOptions) => new Pace(spacing, options.clock);
  return {
    name,
    ...own,
    credentials: credentialsOf(sample),
    capabilities,
    open(options) {
      const pace = paced(options);
      const exchange = openExchange(Exchange, options, own, pace);
      const lane = new Lane();
      return new CcxtVenue({ name, exchange, capabilities, form, lane, pace, options });
    },
    openData: (options) =>
      new CcxtData(name, openExchange(Exchange, options, own, paced(options))),
  };
}

/** What nothing can be traded without. */
const NEEDED = [
  'createOrder',
  'cancelOrder',
  'fetchOpenOrders',
  'fetchMyTrades',
  'fetchPositions',
  'fetchBalance',
  'fetchTicker',
];

function lackOf({ has, precisionMode, requiredCredentials }: CcxtExchange): string | null {
  if (precisionMode !== TICK_SIZE) return 'price and size steps';
  const other = Object.entries(requiredCredentials).find(([name, on]) => on && !(name in NAMES));
  if (other !== undefined) return `way in without "${other[0]}", which a config cannot hold`;
  return NEEDED.find((what) => has[what] !== true) ?? null;
}

function capabilitiesOf(
  exchange: CcxtExchange,
  client_id: VenueCapabilities['client_id'],
  spacingMs: number,
): VenueCapabilities {
  return {
    client_id,
    // ccxt tells no outcome of each order that is placed in a batch.
    batch: { submit: 1, cancel: exchange.has['cancelOrders'] === true ? CANCELS : 1 },
    amend: false,
    cancel_by_client_id: false,
    post_only: true,
    reduce_only: true,
    trigger_orders: false,
    dead_man_switch: false,
    leverage: exchange.has['setLeverage'] === true ? 'symbol' : 'account',
    silence_ms: SILENCE_MS,
    listing_lag_ms: LISTING_LAG_MS,
    history_ms: HISTORY_MS,
    requests_per_minute: Math.max(1, Math.floor(MINUTE_MS / spacingMs)),
    lockstep: false,
  };
}

const NAMES = {
  apiKey: 'api_key',
  secret: 'secret_key',
  password: 'passphrase',
  walletAddress: 'account_address',
  privateKey: 'private_key',
} as const;

function credentialsOf(exchange: CcxtExchange): VenueKind['credentials'] {
  const { requiredCredentials } = exchange;
  const needed = Object.entries(NAMES).filter(([theirs]) => requiredCredentials[theirs] === true);
  return [needed.map(([, ours]) => ours)];
}
