/**
 * Takes a TCP port by binding it, never by testing first: between a test and a bind another process
 * can take it. What was bound is what is reported.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GriddError } from '../../contract/errors.ts';
import { isErrno } from '../../platform/json-file.ts';
import { portHolderText } from '../../platform/port-holder.ts';

/** First and last port of the range that is searched, unless a wish begins it earlier. */
export const FIRST_PORT = 5001;
export const LAST_PORT = 6000;

/** Which port to take. */
export interface PortWish {
  /** A loopback address. */
  readonly host: string;
  /** null: the first free one of the range; 0: any (the kernel chooses). */
  readonly port: number | null;
  /** Ports that others claim; never taken unless it is `port` itself. */
  readonly avoidPorts: readonly number[];
  /** Refuse instead of moving to another port. */
  readonly strictPort: boolean;
  /** Where the range begins; absent: at 5001. */
  readonly firstPort?: number;
}

/** The port that was taken, and a sentence when it is not the wanted one. */
export interface BoundPort {
  readonly port: number;
  readonly warning: string | null;
}

/** Makes `server` listen; PORT_TAKEN when strict or none is free, else BIND_REFUSED. */
export async function bindPort(server: Server, wish: PortWish): Promise<BoundPort> {
  const wanted = wish.port;
  if (wanted !== null) {
    if (await tryListen(server, wish.host, wanted)) {
      return { port: boundPort(server), warning: null };
    }
    if (wish.strictPort) {
      throw new GriddError(
        'PORT_TAKEN',
        `Port ${wanted} is held by ${portHolderText(wanted)}, and strict_port is true.`,
      );
    }
  }
  for (const port of candidates(wish)) {
    if (!(await tryListen(server, wish.host, port))) continue;
    if (wanted === null) return { port, warning: null };
    const holder = portHolderText(wanted);
    return { port, warning: `Port ${wanted} is held by ${holder}; using ${port} instead.` };
  }
  const holder = wanted === null ? '' : `Port ${wanted} is held by ${portHolderText(wanted)}; `;
  throw new GriddError(
    'PORT_TAKEN',
    `${holder}${holder === '' ? 'No' : 'no'} port up to ${LAST_PORT} is free and unclaimed.`,
  );
}

function* candidates({ port: wanted, avoidPorts, firstPort }: PortWish): Generator<number> {
  const begin = firstPort ?? FIRST_PORT;
  const first = wanted === null || wanted >= LAST_PORT ? begin : wanted + 1;
  const taken = new Set(avoidPorts);
  for (let port = first; port <= LAST_PORT; port += 1) {
    if (!taken.has(port)) yield port;
  }
}

/** False when the port is taken; anything else that goes wrong is BIND_REFUSED. */
function tryListen(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => {
      server.off('listening', onListening);
      if (isErrno(error, 'EADDRINUSE')) return resolve(false);
      const message = `The page cannot listen on ${host}:${port}: ${error.message}.`;
      reject(new GriddError('BIND_REFUSED', message, { hint: 'Choose another web_port.' }));
    };
    const onListening = () => {
      server.off('error', onError);
      resolve(true);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen({ host, port, exclusive: true });
  });
}

function boundPort(server: Server): number {
  return (server.address() as AddressInfo).port;
}
