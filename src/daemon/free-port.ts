/**
 * Ports for external programs, which cannot tell us what they bound: the supervisor looks for a
 * free one just before the spawn. Built-in bots bind themselves and report.
 */
import { createServer } from 'node:net';
import { GriddError } from '../contract/errors.ts';
import { say, textOf } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';
import { toldHolder } from '../platform/port-holder.ts';

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
export async function findPort(wish: PortWish): Promise<{ port: number; warning: Said | null }> {
  const { wanted, host } = wish;
  if (wanted !== null && (await canBind(wanted, host))) return { port: wanted, warning: null };
  const held = wanted === null ? null : { wanted, holder: toldHolder(wanted) };
  if (held !== null && wish.strict) {
    throw new GriddError('PORT_TAKEN', `The port ${wanted} is held by ${textOf(held.holder)}.`);
  }
  const avoid = new Set(wish.avoid);
  for (let port = FIRST_PORT; port <= LAST_PORT; port += 1) {
    if (avoid.has(port) || port === wanted || !(await canBind(port, host))) continue;
    if (held === null) return { port, warning: null };
    return { port, warning: say('port_held', { ...held, port }) };
  }
  throw new GriddError('PORT_TAKEN', `No port from ${FIRST_PORT} to ${LAST_PORT} is free.`);
}

/** Ports handed to programs by instance: a program binds its port a while after it got it. */
const handed = new Map<string, number>();
let turn: Promise<unknown> = Promise.resolve();

/** The port of an instance whose program has ended is nobody's any more. */
export function releasePort(id: string): void {
  handed.delete(id);
}

/** As `findPort`, one at a time, and never a port that another instance was handed. */
export function handPort(id: string, wish: PortWish): ReturnType<typeof findPort> {
  const found = turn.then(async () => {
    const others = [...handed].flatMap(([owner, port]) => (owner === id ? [] : [port]));
    const owner = [...handed].find(([other, port]) => other !== id && port === wish.wanted)?.[0];
    if (owner !== undefined && wish.strict) {
      throw new GriddError('PORT_TAKEN', `Port ${wish.wanted} was handed to ${owner}.`);
    }
    const wanted = owner === undefined ? wish.wanted : null;
    const found = await findPort({ ...wish, wanted, avoid: [...wish.avoid, ...others] });
    const result = owner === undefined ? found : { ...found, warning: moved(wish, owner, found) };
    handed.set(id, result.port);
    return result;
  });
  turn = found.catch(() => undefined);
  return found;
}

function moved({ wanted }: PortWish, owner: string, { port }: { readonly port: number }): Said {
  return say('port_handed', { wanted: String(wanted), owner, port });
}

/** Whether the port could be bound a moment ago. */
export function canBind(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
