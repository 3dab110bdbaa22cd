/**
 * Aster behind the exchange port: one account, one symbol, over REST and streams. One position per
 * symbol (one-way mode) on cross margin.
 */
import type { Limited, Venue, VenueCapabilities } from '../port.ts';
import type { VenueOptions } from '../venue-kind.ts';
import { actionsOf } from './actions.ts';
import { AsterConnection } from './connection.ts';
import { FillHistory } from './fill-history.ts';
import { OrderMemory } from './order-memory.ts';
import { PartAnswers } from './part-answers.ts';
import { HISTORY_MS, questionsOf } from './questions.ts';
import { BATCH, CLIENT_ID_LENGTH } from './requests.ts';
import { ORDERS_PER_MINUTE, WEIGHT_PER_MINUTE } from './routes.ts';
import { signerOf } from './sign.ts';
import { AsterStream } from './stream.ts';
import { TermsReader } from './terms.ts';

export const NAME = 'aster';

export const CAPABILITIES: VenueCapabilities = {
  client_id: { form: 'text', max_length: CLIENT_ID_LENGTH },
  batch: BATCH,
  // The venue has it (V3 only); nothing of ours asks for it.
  amend: false,
  cancel_by_client_id: true,
  post_only: true,
  reduce_only: true,
  trigger_orders: true,
  // Of the symbol, and it takes waiting stop orders along.
  dead_man_switch: true,
  leverage: 'symbol',
  // The mark price comes every second.
  silence_ms: 10_000,
  listing_lag_ms: 2000,
  history_ms: HISTORY_MS,
  requests_per_minute: WEIGHT_PER_MINUTE,
  requests_counted_by: 'address',
  orders_per_minute: ORDERS_PER_MINUTE,
  lockstep: false,
};

/** The limits of the port by their names here. */
const LIMIT_NAMES: Readonly<Record<Limited, string>> = { requests: 'weight', orders: 'orders' };

/** Opens a client; nothing is sent yet. */
export function openAsterVenue(options: VenueOptions): Venue {
  const { symbol, credentials, clock } = options;
  const signer = signerOf(credentials);
  const secrets = Object.values(credentials).filter((value) => value !== undefined);
  const connection = new AsterConnection(options, signer, secrets);
  const memory = new OrderMemory();
  const terms = new TermsReader(symbol, new PartAnswers(connection, clock));
  const answers = new PartAnswers(connection, clock);
  const fills = new FillHistory({ symbol, connection, memory });
  const stream = new AsterStream({ options, connection, memory, terms });
  return {
    name: NAME,
    capabilities: CAPABILITIES,
    ...actionsOf({ symbol, connection, memory, market: () => terms.known?.market ?? null }),
    ...questionsOf({ symbol, signer, connection, memory, terms, fills, answers }),
    connect: (listener) => stream.connect(listener),
    usage: (of = 'requests') => connection.limit.usage(LIMIT_NAMES[of]),
    grant: (share, of) =>
      connection.limit.grant(share, of === undefined ? null : LIMIT_NAMES[of]),
    async close() {
      await stream.close();
      connection.close();
    },
  };
}
