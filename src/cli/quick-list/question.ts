/**
 * One question to the supervisor over its control socket. Loading node's HTTP client costs more
 * than the question; HTTP/1.0 is answered in one piece that ends with the connection. Only a whole,
 * good answer of this home's supervisor counts: with anything else the full command line asks
 * again, which has patience and words.
 */
import { connect } from 'node:net';
import type { Home } from '../../platform/paths.ts';
import { HOME_HEADER, readEndpoint } from '../endpoint.ts';

/** After such a silence the full command line asks; it looks whether the process is stopped. */
const SILENCE_MS = 200;

/** The JSON answer to `GET path`; null when there is none that counts. Never rejects. */
export async function ask(home: Home, path: string): Promise<unknown> {
  const endpoint = readEndpoint(home);
  if (endpoint === null || endpoint.home !== home.folder) return null;
  const answer = await exchange(endpoint.control_socket, `GET ${path} HTTP/1.0\r\n\r\n`);
  return answer === null ? null : readAnswer(answer, home);
}

/** All that comes back until the other side ends; null when it does not end well. */
function exchange(socketPath: string, request: string): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(socketPath);
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks)));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(null));
    socket.write(request);
  });
}

/** The body of a whole answer with status 200 that bears `home`, parsed; else null. */
function readAnswer(answer: Buffer, home: Home): unknown {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [status = '', ...lines] = answer.toString('latin1', 0, end).split('\r\n');
  const body = answer.subarray(end + 4);
  const headers = new Map(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.toLowerCase(), value.join(':').trim()];
    }),
  );
  const counts =
    /^HTTP\/1\.[01] 200 /.test(status) &&
    headers.get(HOME_HEADER) === encodeURI(home.folder) &&
    headers.get('content-length') === String(body.length) &&
    !headers.has('transfer-encoding');
  try {
    return counts ? (JSON.parse(body.toString('utf8')) as unknown) : null;
  } catch {
    return null;
  }
}
