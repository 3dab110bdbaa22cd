/** What the supervisor of a home says about itself on disk: endpoint.json. */
import type { Endpoint } from '../contract/fleet-api.ts';
import { readJson } from '../platform/json-file.ts';
import type { Home } from '../platform/paths.ts';

/** Header in which the supervisor says whose it is, URI-encoded. */
export const HOME_HEADER = 'x-gridd-home';

/** Where the supervisor of `home` said its sockets are; null when it said nothing usable. */
export function readEndpoint(home: Home): Endpoint | null {
  const value = readJson(home.endpoint);
  if (typeof value !== 'object' || value === null) return null;
  const { control_socket: socket, home: folder, pid } = value as Partial<Endpoint>;
  const named = typeof socket === 'string' && typeof folder === 'string';
  return named && typeof pid === 'number' ? (value as Endpoint) : null;
}
