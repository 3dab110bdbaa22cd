/**
 * Where one is on the console: the part behind the "#", so that every view and its filters can be
 * bookmarked while the server knows "/" alone. An address nobody knows is the fleet.
 */
import { useMemo, useSyncExternalStore } from 'react';
import type { Address } from './address-text.ts';
import { hrefOf, readAddress } from './address-text.ts';

export type { Address, View } from './address-text.ts';
export { hrefOf } from './address-text.ts';

/** Goes there; the way back leads here. */
export function goTo(href: string): void {
  window.location.hash = href;
}

/** Changes filters of the present view without a step in the browser's history. */
export function setQuery(change: Readonly<Record<string, string>>): void {
  const { view, subject, query } = readAddress(window.location.hash);
  window.history.replaceState(null, '', hrefOf(view, subject, { ...query, ...change }));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

/** The present address, anew whenever it changes. */
export function useAddress(): Address {
  const hash = useSyncExternalStore(listen, () => window.location.hash);
  return useMemo(() => readAddress(hash), [hash]);
}

/** The page of an instance: the host name by which the user came here, and its own port. */
export function instanceHref(port: number): string {
  return `${window.location.protocol}//${window.location.hostname}:${port}/`;
}

function listen(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}
