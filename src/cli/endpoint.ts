/** What the supervisor of a home says about itself on disk: endpoint.json. */
import type { Endpoint } from '../contract/fleet-api.ts';
import { readJson } from '../platform/json-file.ts';
import type { Home } from '../platform/paths.ts';
import { processStat } from '../platform/process-identity.ts';

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

/** What a supervisor that lives said of its console; nothing where none is wanted, or none runs. */
export function publishedConsole(home: Home): Pick<Endpoint, 'console' | 'console_fault'> {
  const endpoint = readEndpoint(home);
  if (endpoint?.home !== home.folder || processStat(endpoint.pid) === null) return {};
  const { console, console_fault } = endpoint;
  if (typeof console === 'string') return { console };
  return typeof console_fault === 'string' ? { console_fault } : {};
}

/** That a wanted console is away and why, on a line that ends in a newline; else empty. */
export function awayText(home: Home): string {
  const { console_fault: fault } = publishedConsole(home);
  return fault === undefined ? '' : `no console: ${fault.replaceAll('\n', ' ')}\n`;
}
