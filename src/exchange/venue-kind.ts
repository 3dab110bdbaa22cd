/**
 * What gridd knows of a kind of venue before it talks to one: its own addresses, the credentials it
 * takes, and how a venue of the kind is opened. Secrets are values here and are never printed.
 */
import type { CredentialName } from '../contract/venues.ts';
import type { Clock } from '../platform/clock.ts';
import type { MarketData } from './market-data.ts';
import type { Venue, VenueCapabilities } from './port.ts';

export { CREDENTIAL_NAMES } from '../contract/venues.ts';
export type { CredentialName } from '../contract/venues.ts';
export type Credentials = Readonly<Partial<Record<CredentialName, string>>>;

/** How a venue is reached. Addresses without a slash at the end. */
export interface WireOptions {
  readonly rest_url: string;
  readonly ws_url: string;
  /** Address of an HTTP proxy; null: none. */
  readonly proxy: string | null;
  readonly connect_timeout_ms: number;
  readonly read_timeout_ms: number;
  readonly clock: Clock;
  /** Takes a line about the traffic, without keys and signatures in it. */
  readonly trace: (line: string) => void;
}

/** What a venue is opened with: one account, one symbol as the venue writes it. */
export interface VenueOptions extends WireOptions {
  readonly symbol: string;
  readonly credentials: Credentials;
}

/** A kind of venue. */
export interface VenueKind {
  /** As in `metadata.exchange`. */
  readonly name: string;
  /** The venue's own addresses; any other host than theirs must be allowed by the user. */
  readonly rest_url: string;
  readonly ws_url: string;
  /** Sets of credentials, any one of which is enough; the first is for new users. */
  readonly credentials: readonly (readonly CredentialName[])[];
  /** What its venues declare before they were opened. */
  readonly capabilities: VenueCapabilities;
  /**
   * Opens a venue; nothing is sent yet. Credentials that cannot be read throw a `refused` fault
   * because of the `key`.
   */
  open(options: VenueOptions): Venue;
  /** Opens its public data. */
  openData(options: WireOptions): MarketData;
}
