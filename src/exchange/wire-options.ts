/**
 * From an expanded `exchange_config` to what a venue is opened with: addresses, proxy, time limits,
 * credentials. Sends nothing; what it returns holds secrets and is never printed.
 */
import { GriddError } from '../contract/errors.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import { CREDENTIAL_NAMES } from '../contract/venues.ts';
import type { Clock } from '../platform/clock.ts';
import type { Credentials, VenueKind, VenueOptions, WireOptions } from './venue-kind.ts';

type ExchangeConfig = InstanceConfig['exchange_config'];
type Reach = Pick<ExchangeConfig, 'connect_timeout' | 'read_timeout'> &
  Pick<Partial<ExchangeConfig>, 'base_url' | 'ws_url' | 'proxy'>;
type Environment = Readonly<Record<string, string | undefined>>;

/** What the process adds to a config. */
export interface WireSurroundings {
  readonly clock: Clock;
  /** Takes a line about the traffic, without keys and signatures in it. */
  readonly trace: (line: string) => void;
  /** Where HTTPS_PROXY and NO_PROXY are looked up. */
  readonly environment: Environment;
}

/** How the venue of a config is reached; its hosts have been judged with the config. */
export function wireOptions(
  kind: Pick<VenueKind, 'rest_url' | 'ws_url'>,
  exchange: Reach,
  { clock, trace, environment }: WireSurroundings,
): WireOptions {
  const rest_url = withoutSlash(exchange.base_url ?? kind.rest_url);
  return {
    rest_url,
    ws_url: withoutSlash(exchange.ws_url ?? kind.ws_url),
    proxy: exchange.proxy ?? proxyOf(environment, new URL(rest_url)),
    connect_timeout_ms: Math.ceil(exchange.connect_timeout * 1000),
    read_timeout_ms: Math.ceil(exchange.read_timeout * 1000),
    clock,
    trace,
  };
}

/** What one grid's venue is opened with. VENUE_KEY where the config lacks a set of credentials. */
export function venueOptions(
  kind: Pick<VenueKind, 'name' | 'rest_url' | 'ws_url' | 'credentials'>,
  config: InstanceConfig,
  surroundings: WireSurroundings,
): VenueOptions {
  const { exchange_config: exchange, metadata } = config;
  const given = CREDENTIAL_NAMES.filter((name) => (exchange[name] ?? '') !== '');
  const complete = kind.credentials.some((set) => set.every((name) => given.includes(name)));
  if (!complete) {
    const sets = kind.credentials.map((set) => set.join(' and ')).join(', or ');
    const has = given.length === 0 ? 'none' : given.join(', ');
    const message = `${kind.name} takes ${sets}; exchange_config has ${has}.`;
    throw new GriddError('VENUE_KEY', message);
  }
  const credentials: Credentials = Object.fromEntries(given.map((name) => [name, exchange[name]]));
  return { ...wireOptions(kind, exchange, surroundings), symbol: metadata.symbol, credentials };
}

/** The proxy that an environment names for `url`; null: none. Loopback never goes through one. */
export function proxyOf(environment: Environment, url: URL): string | null {
  const value = (name: string) => environment[name.toLowerCase()] ?? environment[name] ?? '';
  const proxy = url.protocol === 'http:' ? value('HTTP_PROXY') : value('HTTPS_PROXY');
  if (proxy === '' || isLoopback(url.hostname)) return null;
  const excepted = value('NO_PROXY').split(/[\s,]+/).filter((entry) => entry !== '');
  if (excepted.some((entry) => names(entry.toLowerCase(), url))) return null;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** Whether an entry of NO_PROXY means this host: itself, a domain above it, or all. */
function names(entry: string, { hostname, port, protocol }: URL): boolean {
  if (entry === '*') return true;
  const [, host = entry, wanted] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  const present = port !== '' ? port : protocol === 'http:' ? '80' : '443';
  if (wanted !== undefined && wanted !== present) return false;
  const domain = host.replace(/^\*?\./, '');
  return hostname === domain || hostname.endsWith(`.${domain}`);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, '');
}
