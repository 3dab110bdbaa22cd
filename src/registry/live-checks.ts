/**
 * What a config that trades live must satisfy beyond the schema: a venue that is known, hosts that
 * may be handed signed requests, secrets that do not stand in the file. Nothing here is sent
 * anywhere; no value of a secret is ever repeated.
 */
import { statSync } from 'node:fs';
import { isIP } from 'node:net';
import { GriddError } from '../contract/errors.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import {
  CREDENTIAL_NAMES,
  LIVE_VENUE_NAMES,
  SECRET_NAMES,
  VENUE_HOSTS,
  isLiveVenue,
} from '../contract/venues.ts';
import type { Home } from '../platform/paths.ts';
import type { CodedProblem } from './config-schema.ts';
import { isRecord } from './jsonc-text.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { namesIn } from './variable-text.ts';

/** The keys that say where requests go; values of any kind, as a file may hold them. */
type Wire = Readonly<Record<string, unknown>>;

const ADDRESSES = [
  { key: 'base_url', safe: 'https:', plain: 'http:' },
  { key: 'ws_url', safe: 'wss:', plain: 'ws:' },
] as const;

/** Problems of a live config; `exchange` as in metadata, `wire` its exchange_config. */
export function liveProblems(exchange: unknown, wire: Wire): CodedProblem[] {
  return [
    ...venueProblems(exchange),
    ...addressProblems(exchange, wire),
    ...proxyProblems(wire),
    ...secretProblems(wire),
  ];
}

/** Whether `exchange` names a venue: for its account, or only for its prices. */
export function venueProblems(exchange: unknown): CodedProblem[] {
  if (typeof exchange !== 'string' || isLiveVenue(exchange)) return [];
  const message = 'is no exchange that can be traded live';
  const allowed = LIVE_VENUE_NAMES;
  const path = 'metadata.exchange';
  return [{ path, message, found: exchange, allowed, code: 'VENUE_UNKNOWN', rule: 'no_venue' }];
}

/** Addresses that may not be used; those with variables are judged once these are put in. */
function addressProblems(exchange: unknown, wire: Wire): CodedProblem[] {
  const refused = { code: 'HOST_REFUSED', rule: 'foreign_host' } as const;
  return ADDRESSES.flatMap(({ key, safe, plain }): CodedProblem[] => {
    const text = wire[key];
    if (typeof text !== 'string' || namesIn(text).length > 0) return [];
    const path = `exchange_config.${key}`;
    const allowed = `${safe}//…, or ${plain}//… of this machine`;
    const url = parsed(text);
    const bare = url !== null && url.search === '' && url.hash === '' && url.username === '';
    if (url === null || !bare || (url.protocol !== safe && url.protocol !== plain)) {
      return [{ path, message: 'is no address', allowed, ...refused, rule: 'no_address' }];
    }
    if (isLoopbackName(url.hostname)) return [];
    if (url.protocol === plain) {
      const message = 'would send signed requests unencrypted';
      return [{ path, message, found: url.host, allowed, ...refused }];
    }
    const own = VENUE_HOSTS[String(exchange)] ?? [];
    if (own.includes(url.hostname) || wire['allow_custom_host'] === true) return [];
    const message = `is no host of ${String(exchange)}: it would be handed signed requests`;
    const hosts = [...own, 'an address of this machine', 'any with allow_custom_host: true'];
    const words = { found: url.hostname, allowed: hosts.join(', ') };
    return [{ path, message, ...words, ...refused }];
  });
}

function proxyProblems({ proxy }: Wire): CodedProblem[] {
  if (typeof proxy !== 'string' || namesIn(proxy).length > 0) return [];
  const path = 'exchange_config.proxy';
  const url = parsed(proxy);
  if (url !== null && ['http:', 'https:'].includes(url.protocol)) return [];
  const [message, allowed] = ['is no address of an HTTP proxy', 'http://host:port'];
  return [{ path, message, allowed, rule: 'no_address' }];
}

/** Exactly one variable and no default: a default is a literal. */
const ONE_VARIABLE = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;

function secretProblems(wire: Wire): CodedProblem[] {
  const literal = (text: unknown) =>
    typeof text === 'string' && text !== '' && !ONE_VARIABLE.test(text);
  const { proxy } = wire;
  const names: string[] = SECRET_NAMES.filter((name) => literal(wire[name]));
  if (typeof proxy === 'string' && (parsed(proxy)?.password ?? '') !== '') names.push('proxy');
  return names.map((name) => ({
    path: `exchange_config.${name}`,
    message: 'stands in the file itself, where it is copied and shown with it',
    allowed: '${NAME}, with the value in .env',
    code: 'SECRET_IN_CONFIG',
    rule: 'plain_secret',
  }));
}

/** Refuses what a live config's addresses became once their variables were put in. */
export function refuseExpanded({ file, program }: LoadedConfig, config: InstanceConfig): void {
  if (config.exchange_config.mode !== 'live' || program !== null) return;
  const wire = config.exchange_config;
  const problems = [...addressProblems(config.metadata.exchange, wire), ...proxyProblems(wire)];
  const [first] = problems;
  if (first === undefined) return;
  const plain = problems.map(({ code: _code, ...problem }) => problem);
  const message = `${file}: ${first.path} ${first.message}.`;
  throw new GriddError(first.code ?? 'CONFIG_INVALID', message, { problems: plain });
}

/** Refuses (ENV_EXPOSED) to trade live with a `.env` of the home that others could read. */
export function refuseExposedEnv(home: Home, { config, program }: LoadedConfig): void {
  if (config.exchange_config.mode !== 'live' || program !== null) return;
  const stats = statSync(home.env, { throwIfNoEntry: false });
  if (stats === undefined || (stats.mode & 0o077) === 0) return;
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
  throw new GriddError('ENV_EXPOSED', `${home.env} has mode ${mode}: others can read its keys.`, {
    hint: `Run: chmod 600 ${home.env}`,
  });
}

/**
 * The market that a live config trades and the keys it does so with, as the file names them: two
 * grids there would take each other's position for their own. Null for any other config.
 */
export function claimedMarket(root: Readonly<Record<string, unknown>>): string | null {
  const [metadata, daemon, wire] = ['metadata', 'daemon_config', 'exchange_config'].map((part) =>
    isRecord(root[part]) ? root[part] : {},
  );
  // What a program does with its account is its own affair.
  if (wire?.['mode'] !== 'live' || daemon?.['script_path'] !== undefined) return null;
  const keys = CREDENTIAL_NAMES.flatMap((name) => {
    const text = wire[name];
    return typeof text === 'string' && ONE_VARIABLE.test(text) ? text : [];
  });
  const [exchange, symbol] = [metadata?.['exchange'], metadata?.['symbol']];
  if (keys.length === 0 || typeof exchange !== 'string' || typeof symbol !== 'string') return null;
  return `${symbol} on ${exchange} with ${keys.join(' and ')}`;
}

/** Whether a host, as a URL or a config writes it, is this machine alone. */
export function isLoopbackName(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

function parsed(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
