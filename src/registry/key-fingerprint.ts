/**
 * What tells keys and accounts apart without being a secret: a short name made of the key's value,
 * whatever variable held it.
 */
import { createHmac } from 'node:crypto';
import type { CredentialName } from '../contract/venues.ts';
import type { Home } from '../platform/paths.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { expandConfig, readEnvFile } from './variables.ts';
import type { Variables } from './variables.ts';

const NAMES = ['api_key', 'account_address', 'private_key'] as const;
/** Enough to tell the keys of one home apart. */
const SHOWN = 12;

/**
 * The account that a config trades on: a paper instance is its own, live it is venue and key. Null
 * for a program, and where a variable is not set. `environment`: beside `.env`, which wins.
 */
export function accountName(
  home: Home,
  loaded: LoadedConfig,
  environment: Variables,
): string | null {
  if (loaded.program !== null) return null;
  if (loaded.config.exchange_config.mode === 'paper') return `paper ${loaded.id}`;
  const { exchange } = loaded.config.metadata;
  try {
    const { config } = expandConfig(loaded, { ...environment, ...readEnvFile(home) });
    const key = keyFingerprint(home.folder, exchange, config.exchange_config);
    return `${exchange} ${key.slice(0, SHOWN)}`;
  } catch {
    // Why it cannot be read is said by the start.
    return null;
  }
}

/** Tells the key of `credentials` from others of the same home; it cannot be read back. */
export function keyFingerprint(
  homeFolder: string,
  venue: string,
  credentials: Readonly<Partial<Record<CredentialName, string>>>,
): string {
  const name = NAMES.find((each) => (credentials[each] ?? '') !== '');
  const key = name === undefined ? '' : `${name}\0${plainKey(credentials[name] ?? '')}`;
  return fingerprint(homeFolder, `${venue}\0${key}`);
}

/** Hexadecimal keys and addresses are one however they are written. */
function plainKey(text: string): string {
  const key = text.trim();
  return /^(0x)?[0-9a-f]+$/i.test(key) ? key.toLowerCase().replace(/^0x/, '') : key;
}

/** A name for `text` that means something in this home only, and cannot be read back. */
export function fingerprint(homeFolder: string, text: string): string {
  return createHmac('sha256', homeFolder).update(text).digest('hex').slice(0, 24);
}
