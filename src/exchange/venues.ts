/**
 * The venues that can be traded live, each loaded only when it is asked for: the code of the others
 * is in no process that does not use it.
 */
import { GriddError } from '../contract/errors.ts';
import { LIVE_VENUE_NAMES, ccxtId } from '../contract/venues.ts';
import { VenueFault } from './port.ts';
import type { VenueKind } from './venue-kind.ts';

/** How the kinds are loaded, by their names in `metadata.exchange`. */
export type KindLoaders = Readonly<Record<string, () => Promise<VenueKind>>>;

const KINDS: KindLoaders = {
  backpack: async () => (await import('./backpack/index.ts')).backpack,
  aster: async () => (await import('./aster/index.ts')).asterKind,
};

/** Loads a kind of venue; VENUE_UNKNOWN with the list for a name that is none. */
export async function loadVenueKind(name: string, kinds: KindLoaders = KINDS): Promise<VenueKind> {
  const load = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (load !== undefined) return load();
  const id = ccxtId(name);
  if (id !== null) return throughCcxt(id);
  const known = LIVE_VENUE_NAMES;
  const message = `"${name}" is no exchange that can be traded live; these are: ${known}.`;
  throw new GriddError('VENUE_UNKNOWN', message);
}

async function throughCcxt(id: string): Promise<VenueKind> {
  const { loadCcxtKind } = await import('./ccxt/index.ts');
  try {
    return await loadCcxtKind(id);
  } catch (error) {
    if (!(error instanceof VenueFault)) throw error;
    throw new GriddError('VENUE_UNKNOWN', `ccxt:${id} cannot be used: ${error.message}.`);
  }
}

/** Ids of the exchanges that ccxt has; null where it is not installed. */
export async function ccxtVenues(): Promise<readonly string[] | null> {
  const { ccxtFolder, ccxtIds } = await import('./ccxt/index.ts');
  const folder = ccxtFolder();
  return folder === null ? null : ccxtIds(folder);
}
