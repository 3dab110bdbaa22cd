/**
 * Where one is on the console: the part behind the "#", so that every view and its filters can be
 * bookmarked while the server knows "/" alone. An address nobody knows is the fleet.
 */
import { useMemo, useSyncExternalStore } from 'react';

export const VIEWS = ['fleet', 'accounts', 'configs', 'new', 'log', 'events', 'doctor'] as const;
export type View = (typeof VIEWS)[number];

/** A view, what it is about ("bp_sol_01"; empty: nothing), and its filters. */
export interface Address {
  readonly view: View;
  readonly subject: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Reads "#/configs/bp_sol_01?tab=history". Never throws. */
export function readAddress(hash: string): Address {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', subject = ''] = path.split('/').map(decoded);
  const view = VIEWS.find((each) => each === name) ?? 'fleet';
  return { view, subject, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** The address as it stands in a link; empty filters are left out. */
export function hrefOf(
  view: View,
  subject = '',
  query: Readonly<Record<string, string>> = {},
): string {
  const set = Object.entries(query).filter(([, value]) => value !== '');
  const search = new URLSearchParams(set).toString();
  const path = subject === '' ? view : `${view}/${encodeURIComponent(subject)}`;
  return `#/${path}${search === '' ? '' : `?${search}`}`;
}

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

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
