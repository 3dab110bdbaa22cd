/**
 * Where this home's sockets are: a 0700 folder of this user with a path short enough for a socket
 * (107 bytes; longer ones are cut silently and reach somebody else). Chosen once, kept in
 * endpoint.json; others read that file and never compute. A folder that is not ours alone is
 * refused.
 */
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Endpoint } from '../contract/fleet-api.ts';
import { GriddError } from '../contract/errors.ts';
import { LINK_PROTOCOL } from '../contract/instance-api.ts';
import { readJson } from '../platform/json-file.ts';
import { homeHash } from '../platform/home-hash.ts';
import type { Home } from '../platform/paths.ts';

export { homeHash };

const LONGEST_SOCKET_PATH = 107;

/** What the choice depends on besides the home. */
export interface SocketSurroundings {
  readonly uid: number;
  readonly runtime_dir: string | undefined;
  readonly temporary: string;
}

/** Socket paths of this home in a folder that exists and is ours alone. Throws HOME_UNUSABLE. */
export function chooseEndpoint(home: Home, around: SocketSurroundings, pid: number): Endpoint {
  const refusals: string[] = [];
  for (const folder of candidates(home, around)) {
    const endpoint: Endpoint = {
      home: home.folder,
      pid,
      control_socket: join(folder, 'control.sock'),
      bot_socket: join(folder, 'bots.sock'),
      protocol: LINK_PROTOCOL,
    };
    if (Buffer.byteLength(endpoint.control_socket) > LONGEST_SOCKET_PATH) {
      refusals.push(`${folder} is too long`);
      continue;
    }
    const reason = claimFolder(folder, around.uid);
    if (reason === null) return endpoint;
    refusals.push(reason);
  }
  throw new GriddError('HOME_UNUSABLE', `No folder for the sockets: ${refusals.join('; ')}.`, {
    hint: 'Set XDG_RUNTIME_DIR or TMPDIR to a short folder that is yours.',
  });
}

function candidates(home: Home, around: SocketSurroundings): string[] {
  const hash = homeHash(home);
  const kept = readJson(home.endpoint);
  const folders: string[] = [];
  if (isEndpoint(kept) && kept.home === home.folder) {
    const folder = dirname(kept.control_socket);
    // A hand-made path is not made ours: only a folder that we would have chosen ourselves is.
    if (basename(folder) === hash) folders.push(folder);
  }
  if (around.runtime_dir !== undefined && isOurs(around.runtime_dir, around.uid)) {
    folders.push(join(around.runtime_dir, 'gridd', hash));
  }
  folders.push(join(around.temporary, `gridd-${around.uid}`, hash));
  folders.push(join('/tmp', `gridd-${around.uid}`, hash));
  return folders;
}

function isEndpoint(value: unknown): value is Endpoint {
  return (
    typeof value === 'object' &&
    value !== null &&
    'home' in value &&
    'control_socket' in value &&
    typeof value.control_socket === 'string' &&
    value.control_socket.startsWith('/')
  );
}

function isOurs(folder: string, uid: number): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat !== undefined && stat.isDirectory() && stat.uid === uid;
}

/** Makes `folder` and its parent (gridd's own) ours alone; a sentence when that is not so. */
function claimFolder(folder: string, uid: number): string | null {
  for (const part of [dirname(folder), folder]) {
    try {
      mkdirSync(part, { recursive: true, mode: 0o700 });
      const stat = lstatSync(part);
      if (!stat.isDirectory() || stat.uid !== uid) return `${part} belongs to somebody else`;
      if ((stat.mode & 0o077) !== 0) chmodSync(part, 0o700);
    } catch (error) {
      return `${part} cannot be used (${error instanceof Error ? error.message : String(error)})`;
    }
  }
  return null;
}
