/**
 * The variables of a config: which it names, what `.env` gives, and the config with them put in.
 * Secrets go into credential fields and the process's own environment only: a variable that looks
 * like a secret, or that a credential field uses, is refused in fields that pages and logs show.
 */
import { parse } from 'dotenv';
import type { InstanceConfig } from '../contract/instance-config.ts';
import { GriddError } from '../contract/errors.ts';
import type { Problem } from '../contract/errors.ts';
import { codedSaid } from '../contract/said-codes.ts';
import type { CodedText } from '../contract/said-codes.ts';
import { say } from '../contract/sentences.ts';
import type { Said, Telling } from '../contract/sentences.ts';
import { CREDENTIAL_NAMES } from '../contract/venues.ts';
import type { CredentialName } from '../contract/venues.ts';
import { readText } from '../platform/json-file.ts';
import type { Home } from '../platform/paths.ts';
import { isPassing } from './jsonc-text.ts';
import { refuseExpanded } from './live-checks.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { expandText, namesIn } from './variable-text.ts';

/** Variable names to values; undefined: not set. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * A config with its variables put in. It holds secrets: never log it.
 */
export interface ExpandedConfig {
  readonly config: InstanceConfig;
  readonly warnings: readonly CodedText[];
}

type Kind = 'credential' | 'environment' | 'shown';

interface Field {
  readonly path: string;
  readonly kind: Kind;
  readonly text: string;
}

/**
 * Puts `variables` into a config. Throws ENV_MISSING naming every missing variable and its path,
 * and what `refuseExpanded` throws.
 */
export function expandConfig(loaded: LoadedConfig, variables: Variables): ExpandedConfig {
  const config = structuredClone(loaded.config);
  const secrets = secretNames(loaded.config);
  const missing: Problem[] = [];
  const refused: Problem[] = [];
  const warnings: CodedText[] = [];
  for (const field of fieldsOf(loaded.config)) {
    const { path, kind } = field;
    const leak = kind === 'shown' ? namesIn(field.text).find((name) => secrets(name)) : undefined;
    if (leak !== undefined) refused.push({ path, message: `would show the secret \${${leak}}` });
    const own = (name: string) => {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      // `KEY=` copied from .env.example is no key.
      return kind === 'credential' && value === '' ? undefined : value;
    };
    const expanded = expandText(field.text, own);
    const absent = expanded.missing.map((name) => `\${${name}}`).join(' and ');
    const verb = expanded.missing.length > 1 ? 'are' : 'is';
    if (absent === '') {
      put(config, path, expanded.text);
    } else if (kind === 'credential' && loaded.config.exchange_config.mode === 'paper') {
      put(config, path, undefined);
      warnings.push(codedSaid(unset(expanded.missing), path));
    } else {
      missing.push({ path, message: `${absent} ${verb} not set` });
    }
  }
  if (missing.length > 0) throw missingError(loaded, missing);
  if (refused.length > 0) {
    const hint = 'Use secrets in credentials of exchange_config and in environment only.';
    const message = `${loaded.file} would show a secret (${refused[0]?.path ?? ''}).`;
    throw new GriddError('CONFIG_INVALID', message, { problems: refused, hint });
  }
  refuseExpanded(loaded, config);
  return { config, warnings };
}

function unset(names: readonly string[]): Said {
  const all = names.map((name): Telling => `\${${name}}`);
  const whole = all.reduce((first, second) => say('both', { first, second }));
  return names.length > 1 ? say('keys_unset', { names: whole }) : say('key_unset', { name: whole });
}

/** Names of all variables that a config uses where they are expanded, sorted. */
export function namedVariables(loaded: LoadedConfig): string[] {
  const names = fieldsOf(loaded.config).flatMap((field) => namesIn(field.text));
  return [...new Set(names)].sort();
}

/** Variables of the home's `.env`, read anew; none where there is no file. */
export function readEnvFile(home: Home): Record<string, string> {
  let text: string | null;
  try {
    text = readText(home.env);
  } catch (error) {
    if (isPassing(error)) throw error;
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    const hint = 'Make .env a file that you can read, or remove it.';
    throw new GriddError('CONFIG_NOT_FOUND', `${home.env} cannot be read (${why}).`, { hint });
  }
  return text === null ? {} : parse(text);
}

function missingError(loaded: LoadedConfig, problems: readonly Problem[]): GriddError {
  const list = problems.map(({ path, message }) => `${message} (${path})`).join(', ');
  const { mode } = loaded.config.exchange_config;
  const isKey = ({ path }: Problem) => CREDENTIAL_NAMES.some((key) => path === EXCHANGE + key);
  const hint = mode === 'live' && problems.some(isKey) ? { hint: NO_DEFAULT } : {};
  return new GriddError('ENV_MISSING', `${loaded.id}: ${list}.`, { problems, ...hint });
}

const EXCHANGE = 'exchange_config.';
const NO_DEFAULT = 'Set the variable in .env: a key of a live config takes no default.';
type ExchangeText = CredentialName | 'proxy' | 'base_url' | 'ws_url';

const SECRET_NAME = /KEY|SECRET|TOKEN|PASS|PRIVATE|CREDENTIAL/i;

function secretNames(config: InstanceConfig): (name: string) => boolean {
  const used = fieldsOf(config)
    .filter((field) => field.kind === 'credential')
    .flatMap((field) => namesIn(field.text));
  return (name) => used.includes(name) || SECRET_NAME.test(name);
}

function fieldsOf(config: InstanceConfig): Field[] {
  const { exchange_config: exchange } = config;
  const { name, description } = config.metadata;
  const of = (key: ExchangeText, kind: Kind) => ({
    path: `${EXCHANGE}${key}`,
    kind,
    text: exchange[key],
  });
  const fields: { path: string; kind: Kind; text: string | undefined }[] = [
    ...CREDENTIAL_NAMES.map((key) => of(key, 'credential')),
    // It may hold a password.
    of('proxy', 'credential'),
    of('base_url', 'shown'),
    of('ws_url', 'shown'),
    { path: 'metadata.name', kind: 'shown', text: name },
    { path: 'metadata.description', kind: 'shown', text: description },
  ];
  for (const [key, text] of Object.entries(config.daemon_config.environment)) {
    fields.push({ path: `daemon_config.environment.${key}`, kind: 'environment', text });
  }
  return fields.flatMap(({ path, kind, text }) => (text === undefined ? [] : { path, kind, text }));
}

function put(config: InstanceConfig, path: string, value: string | undefined): void {
  const { exchange_config: exchange, metadata, daemon_config: daemon } = config;
  if (path.startsWith(EXCHANGE)) {
    return assign(exchange, path.slice(EXCHANGE.length) as ExchangeText, value);
  }
  switch (path) {
    case 'metadata.name':
      return assign(metadata, 'name', value);
    case 'metadata.description':
      return assign(metadata, 'description', value);
    default:
      if (value !== undefined) {
        daemon.environment[path.slice('daemon_config.environment.'.length)] = value;
      }
  }
}

function assign<K extends string>(
  target: { [key in K]?: string },
  key: K,
  value: string | undefined,
): void {
  if (value === undefined) delete target[key];
  else target[key] = value;
}
