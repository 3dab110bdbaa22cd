/**
 * What every process knows of the venues that can be traded live, without loading one: their names,
 * the hosts that are their own, and the names of the credentials that a config may give them.
 */

/** Names of credentials, as in `exchange_config`. */
export const CREDENTIAL_NAMES = [
  'api_key',
  'secret_key',
  'passphrase',
  'account_address',
  'private_key',
] as const;
export type CredentialName = (typeof CREDENTIAL_NAMES)[number];

/** Those that let their holder act; an address of an account is no secret. */
export const SECRET_NAMES: readonly CredentialName[] = CREDENTIAL_NAMES.filter(
  (name) => name !== 'account_address',
);

/** Hosts of each venue itself, REST and WebSocket; keys are never sent to others unasked. */
export const VENUE_HOSTS: Readonly<Record<string, readonly string[]>> = {
  backpack: ['api.backpack.exchange', 'ws.backpack.exchange'],
  aster: ['fapi.asterdex.com', 'fstream.asterdex.com'],
};

/** Names of the venues with a client of our own, as in `metadata.exchange`. */
export const LIVE_VENUES: readonly string[] = Object.keys(VENUE_HOSTS);
/** What names a venue that `mode: live` can trade on, in words. */
export const LIVE_VENUE_NAMES = `${LIVE_VENUES.join(', ')}, or ccxt:ID for any that ccxt has`;

const THROUGH_CCXT = /^ccxt:([a-z0-9]{2,40})$/;

/** The id of an exchange that is reached through ccxt; null for every other name. */
export function ccxtId(name: string): string | null {
  return THROUGH_CCXT.exec(name)?.[1] ?? null;
}

/** Whether a name may be one that can be traded live; ccxt alone knows which ids it has. */
export function isLiveVenue(name: string): boolean {
  return LIVE_VENUES.includes(name) || ccxtId(name) !== null;
}
