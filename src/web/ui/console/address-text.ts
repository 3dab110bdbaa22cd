/**
 * Addresses of the console as text: "#/configs/bp_sol_01?tab=history". PURE. An address nobody
 * knows is the fleet.
 */

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

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
