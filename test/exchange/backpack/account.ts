/** A key pair of a test, the same in every run, and what opens a venue with it. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { backpack } from '../../../src/exchange/backpack/index.ts';
import type { Venue } from '../../../src/exchange/port.ts';
import type { VenueOptions } from '../../../src/exchange/venue-kind.ts';
import { systemClock } from '../../../src/platform/clock.ts';

const SEED = Buffer.from(Array.from({ length: 32 }, (_, k) => (k * 7 + 3) % 256));
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

const secret = createPrivateKey({
  key: Buffer.concat([PKCS8, SEED]),
  ...{ format: 'der', type: 'pkcs8' },
});
const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });

export const KEYS = {
  api_key: spki.subarray(-32).toString('base64'),
  secret_key: SEED.toString('base64'),
};

export const SYMBOL = 'SOL_USDC_PERP';

/** Opens a venue at an address; nothing is sent yet. */
export function openAt(rest_url: string, more: Partial<VenueOptions> = {}): Venue {
  return backpack.open({
    ...{ rest_url, ws_url: rest_url.replace('http', 'ws'), proxy: null, symbol: SYMBOL },
    ...{ connect_timeout_ms: 2000, read_timeout_ms: 2000, clock: systemClock },
    ...{ trace: () => undefined, credentials: KEYS, ...more },
  });
}
