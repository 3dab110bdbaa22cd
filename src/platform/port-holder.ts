/**
 * Who listens on a TCP port of this machine, read from /proc. It never connects and never guesses:
 * a holder of another user cannot be seen and is then "another process".
 */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { say, textOf } from '../contract/sentences.ts';
import type { Telling } from '../contract/sentences.ts';
import { processName } from './process-identity.ts';

/** The process that holds a port. */
export interface PortHolder {
  readonly pid: number;
  /** Its command name as the kernel knows it, e.g. "python3". */
  readonly command: string;
}

const LISTEN = '0A';

/** The process that listens on TCP `port`; null when nobody does or it cannot be seen. */
export function portHolder(port: number): PortHolder | null {
  const sockets = new Set(listeningInodes(port).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return null;
  for (const name of names('/proc')) {
    const pid = Number(name);
    if (Number.isInteger(pid) && holdsOne(pid, sockets)) return { pid, command: processName(pid) };
  }
  return null;
}

/** Whether anybody listens on TCP `port`, also one that cannot be seen. */
export function isListenedOn(port: number): boolean {
  return listeningInodes(port).length > 0;
}

/** The holder of `port` in words, e.g. "python3 (pid 4711)" or "another process". */
export function portHolderText(port: number): string {
  return textOf(toldHolder(port));
}

/** The same for a place of a sentence. */
export function toldHolder(port: number): Telling {
  const holder = portHolder(port);
  return holder === null ? say('another_process') : `${holder.command} (pid ${holder.pid})`;
}

/** Ports on which somebody listens now, whichever address. */
export function listeningPorts(): Set<number> {
  return new Set(listeners().map(({ port }) => port));
}

function listeningInodes(port: number): string[] {
  return listeners().flatMap((one) => (one.port === port ? [one.inode] : []));
}

function listeners(): { readonly port: number; readonly inode: string }[] {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => text(table).split('\n'));
  return lines.flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, local, , state] = fields;
    const inode = fields[9];
    if (local === undefined || state !== LISTEN || inode === undefined) return [];
    return [{ port: Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16), inode }];
  });
}

function holdsOne(pid: number, sockets: ReadonlySet<string>): boolean {
  return names(`/proc/${pid}/fd`).some((fd) => sockets.has(target(`/proc/${pid}/fd/${fd}`)));
}

// Processes end while they are looked at, and those of others are closed to us: nothing is seen.
function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
