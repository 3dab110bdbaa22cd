/**
 * Two configs must never share an id, log folder, database, port or live market. config/active is
 * judged as a whole, together with configs given from elsewhere; a given config takes the place of
 * the same file there.
 */
import { dirname, join } from 'node:path';
import { GriddError } from '../contract/errors.ts';
import type { Home } from '../platform/paths.ts';
import { toHome } from '../platform/paths.ts';
import { activeClaims, realFile } from './active-configs.ts';
import type { Claim } from './active-configs.ts';
import type { LoadedConfig } from './loaded-config.ts';

/** One thing that two configs both claim; `files` as shown, relative to the home. */
export interface Conflict {
  readonly key: 'instance_id' | 'log_dir' | 'db_path' | 'web_port' | 'market';
  readonly value: string;
  readonly files: readonly [string, string];
  readonly ids: readonly [string, string];
}

/** Every conflict among the files of config/active and `more`. */
export function findConflicts(home: Home, more: readonly LoadedConfig[] = []): Conflict[] {
  const given = new Map<string, Claim>();
  // The same config given twice is one config; under another id it is a second one.
  for (const claim of more) given.set(`${realFile(claim.file)} ${claim.id}`, claim);
  const replaced = new Set(more.map(({ file }) => realFile(file)));
  const active = activeClaims(home).filter(({ file }) => !replaced.has(realFile(file)));
  const claims = [...active, ...given.values()].map((claim) => ({
    ...claim,
    realLogDir: realPlace(claim.logDir),
    realDbPath: realPlace(claim.dbPath),
  }));
  const conflicts: Conflict[] = [];
  claims.forEach((later, index) => {
    for (const earlier of claims.slice(0, index)) conflicts.push(...between(home, earlier, later));
  });
  return conflicts;
}

/** A claim whose places have their links resolved. */
interface PlacedClaim extends Claim {
  readonly realLogDir: string;
  readonly realDbPath: string;
}

function between(home: Home, a: PlacedClaim, b: PlacedClaim): Conflict[] {
  const shared = sharedBy(a, b);
  // Nearly every pair shares nothing, and a file's name as it is shown asks the disk.
  if (shared.length === 0) return [];
  const files = [toHome(home, a.file), toHome(home, b.file)] as const;
  const ids = [a.id, b.id] as const;
  return shared.map(([key, value]) => {
    const place = key === 'log_dir' || key === 'db_path';
    return { key, value: place ? toHome(home, value) : value, files, ids };
  });
}

function sharedBy(a: PlacedClaim, b: PlacedClaim): [Conflict['key'], string][] {
  const shared: [Conflict['key'], string][] = [];
  if (a.id === b.id) shared.push(['instance_id', a.id]);
  if (a.realLogDir === b.realLogDir) shared.push(['log_dir', a.logDir]);
  if (a.realDbPath === b.realDbPath) shared.push(['db_path', a.dbPath]);
  if (a.webPort !== null && a.webPort === b.webPort) shared.push(['web_port', String(a.webPort)]);
  if (a.market !== null && a.market === b.market) shared.push(['market', a.market]);
  return shared;
}

/** A place with the links of its existing part resolved. */
function realPlace(path: string): string {
  const real = realFile(path);
  if (real !== path || dirname(path) === path) return real;
  return join(realPlace(dirname(path)), path.slice(dirname(path).length));
}

/**
 * CONFIG_CONFLICT naming each thing once, with every file that claims it; `conflicts` is not empty.
 */
export function conflictError(conflicts: readonly Conflict[]): GriddError {
  const things = claimedThings(conflicts);
  const problems = things.map(({ key, value, files }) => {
    const path = PATHS[key] ?? `daemon_config.${key}`;
    const message = `is the same in ${listText(files)}`;
    return { path, message, found: value, rule: 'conflict' as const };
  });
  const claims = new Map<string, string[]>();
  for (const { key, value, files } of things) {
    const names = `${listText(files)} ${USE[files.length] ?? 'all use'}`;
    claims.set(names, [...(claims.get(names) ?? []), `${key} ${value}`]);
  }
  const sentences = [...claims].map(([names, claimed]) => `${names} ${listText(claimed)}`);
  return new GriddError('CONFIG_CONFLICT', `${sentences.join('; ')}.`, { problems });
}

const PATHS: Readonly<Partial<Record<Conflict['key'], string>>> = {
  instance_id: 'metadata.instance_id',
  market: 'metadata.symbol',
};

interface ClaimedThing {
  readonly key: Conflict['key'];
  readonly value: string;
  readonly files: readonly string[];
}

/** Twenty copies of one config are 190 pairs and one mistake: a thing, with all its files. */
function claimedThings(conflicts: readonly Conflict[]): ClaimedThing[] {
  const things = new Map<string, ClaimedThing>();
  for (const { key, value, files } of conflicts) {
    const name = `${key} ${value}`;
    const known = things.get(name)?.files ?? [];
    things.set(name, { key, value, files: [...new Set([...known, ...files])] });
  }
  return [...things.values()];
}

const USE: Readonly<Record<number, string>> = { 1: 'under two ids uses', 2: 'both use' };
const MOST_NAMED = 4;

function listText(words: readonly string[]): string {
  const more = words.length - MOST_NAMED;
  const named = more > 1 ? [...words.slice(0, MOST_NAMED), `${more} more`] : [...words];
  const last = named.pop() ?? '';
  return named.length === 0 ? last : `${named.join(', ')} and ${last}`;
}

/** Ports that the active configs other than `exceptId` claim, ascending. */
export function claimedPorts(home: Home, exceptId: string | null): number[] {
  const ports = activeClaims(home)
    .filter(({ id }) => id !== exceptId)
    .flatMap(({ webPort }) => webPort ?? []);
  return [...new Set(ports)].sort((a, b) => a - b);
}
