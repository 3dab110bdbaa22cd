/**
 * Ports for external programs, which cannot tell us what they bound: the supervisor looks for a free one
 * just before the spawn. Built-in bots bind themselves and report.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { GriddError } from '../contract/errors.ts';

const FIRST_PORT = 5001;
const LAST_PORT = 6000;

/** What to look for: `wanted` first, never one of `avoid`. */
export interface PortWish {
  readonly wanted: number | null;
  readonly host: string;
  readonly strict: boolean;
  readonly avoid: readonly number[];
}

/** A port that could be bound a moment ago, and a warning when it is not the wanted one. */
export async function findPort(wish: PortWish): Promise<{ port: number; warning: string | null }> {
  const { wanted, host } = wish;
  if (wanted !== null && (await canBind(wanted, host))) return { port: wanted, warning: null };
  const holder = wanted === null ? null : portHolder(wanted);
  if (wanted !== null && wish.strict) {
    throw new GriddError('PORT_TAKEN', `Port ${wanted} is held by ${holder ?? 'another process'}.`);
  }
  const avoid = new Set(wish.avoid);
  for (let port = FIRST_PORT; port <= LAST_PORT; port += 1) {
    if (avoid.has(port) || port === wanted || !(await canBind(port, host))) continue;
    const why = `port ${wanted} is held by ${holder ?? 'another process'}`;
    return { port, warning: wanted === null ? null : `${why}; using ${port}` };
  }
  throw new GriddError('PORT_TAKEN', `No port from ${FIRST_PORT} to ${LAST_PORT} is free.`);
}

function canBind(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Who listens on a TCP port, e.g. "pid 4711 (nginx)"; null when /proc does not show it to us. */
export function portHolder(port: number): string | null {
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readLines(table)) {
      const fields = line.trim().split(/\s+/);
      const local = fields[1]?.split(':')[1];
      if (local === undefined || Number.parseInt(local, 16) !== port) continue;
      // 0A: listening.
      if (fields[3] === '0A' && fields[9] !== undefined) inodes.add(`socket:[${fields[9]}]`);
    }
  }
  if (inodes.size === 0) return null;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || !holdsOne(pid, inodes)) continue;
    return `pid ${pid} (${readLines(`/proc/${pid}/comm`)[0] ?? 'unknown'})`;
  }
  return null;
}

function holdsOne(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => {
      try {
        return inodes.has(readlinkSync(`${folder}/${fd}`));
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
