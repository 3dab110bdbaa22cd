/** REST over a kept connection: every way in which a request fails has its name and its truth. */
import { afterEach, describe, expect, test } from 'vitest';
import { HttpCaller, causeOf } from '../../../src/exchange/wire/http.ts';
import type { HttpOptions, HttpResult } from '../../../src/exchange/wire/http.ts';
import { Redaction } from '../../../src/exchange/wire/redaction.ts';
import { callerOptions, deadPort, listen, serve } from './loopback.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function caller(url: string, more: Partial<HttpOptions> = {}): HttpCaller {
  const made = new HttpCaller(callerOptions(url, more));
  ends.push(() => made.close());
  return made;
}

const GET = { method: 'GET', path: '/x' } as const;

describe('answers', () => {
  test('status, headers, text and one connection for many requests', async () => {
    const server = await serve(({ url, body }, response) => {
      response.writeHead(url === '/missing' ? 404 : 200, { 'x-told': 'yes' });
      response.end(`got ${body}`);
    });
    ends.push(server.close);
    const calls = caller(`${server.url}/base`);
    const post = { method: 'POST', path: '/a?b=1', body: 'grüße', headers: { 'x-a': '1' } } as const;
    const found = await calls.call(post);
    expect(found).toMatchObject({ answer: { status: 200, text: 'got grüße' } });
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/base/a?b=1', body: 'grüße' });
    expect(server.seen[0]?.headers).toMatchObject({ 'x-a': '1', 'content-length': '7' });
    for (let k = 0; k < 5; k += 1) await calls.call(GET);
    expect(server.connections()).toBe(1);
  });

  test('a redirect is an answer: keys follow nobody', async () => {
    const server = await serve((_, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    });
    ends.push(server.close);
    expect(await caller(server.url).call(GET)).toMatchObject({ answer: { status: 302 } });
    expect(server.seen).toHaveLength(1);
  });
});

function failure(result: HttpResult): { because: string; sent: boolean; message: string } {
  if ('failure' in result) return result.failure;
  throw new Error(`answered ${result.answer.status}`);
}

describe('failures', () => {
  test('a refused connection: nothing was sent', async () => {
    const result = await caller(`http://127.0.0.1:${await deadPort()}`).call(GET);
    expect(failure(result)).toMatchObject({ because: 'connection', sent: false });
  });

  test('a name that is not known: nothing was sent', async () => {
    const result = await caller('http://no-such-host.invalid').call(GET);
    expect(failure(result)).toMatchObject({ because: 'name', sent: false });
  });

  test('a server without TLS behind https: nothing was sent', async () => {
    const plain = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    ends.push(plain.close);
    const result = await caller(`https://127.0.0.1:${plain.port}`).call(GET);
    expect(failure(result)).toMatchObject({ because: 'tls', sent: false });
  });

  test('a TLS handshake that hangs ends at the connect timeout: nothing was sent', async () => {
    const silent = await listen(() => undefined);
    ends.push(silent.close);
    const quick = { connect_timeout_ms: 60 };
    const result = await caller(`https://127.0.0.1:${silent.port}`, quick).call(GET);
    expect(failure(result)).toMatchObject({ because: 'timeout', sent: false });
  });

  test('an answer that does not come ends at the read timeout: it may have been sent', async () => {
    const silent = await listen((socket) => socket.resume());
    ends.push(silent.close);
    const url = `http://127.0.0.1:${silent.port}`;
    const result = await caller(url, { read_timeout_ms: 60 }).call(GET);
    expect(failure(result)).toMatchObject({ because: 'timeout', sent: true });
  });

  test('an answer that trickles ends at the read timeout too', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      const drip = setInterval(() => response.write('.'), 15);
      response.on('close', () => clearInterval(drip));
    });
    ends.push(server.close);
    const result = await caller(server.url, { read_timeout_ms: 100 }).call(GET);
    expect(failure(result)).toMatchObject({ because: 'timeout', sent: true });
  });

  test('a connection that breaks before or within the answer: it may have been sent', async () => {
    for (const said of ['', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"half":']) {
      const breaks = await listen((socket) => {
        socket.once('data', () => socket.end(said));
      });
      ends.push(breaks.close);
      const result = await caller(`http://127.0.0.1:${breaks.port}`).call(GET);
      expect(failure(result), said).toMatchObject({ because: 'connection', sent: true });
    }
  });

  test('what is no HTTP is no answer', async () => {
    const odd = await listen((socket) => {
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    });
    ends.push(odd.close);
    const result = await caller(`http://127.0.0.1:${odd.port}`).call(GET);
    expect(failure(result)).toMatchObject({ sent: true });
  });

  test('an answer without an end is not read to it', async () => {
    const server = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1 << 20)));
      };
      response.on('drain', more);
      more();
    });
    ends.push(server.close);
    const result = await caller(server.url, { read_timeout_ms: 20_000 }).call(GET);
    expect(failure(result)).toMatchObject({ because: 'answer', sent: true });
  });

  test('codes of the system have their names', () => {
    const named = (code: string) => causeOf(Object.assign(new Error(''), { code }));
    expect(['ENOTFOUND', 'EAI_AGAIN'].map(named)).toEqual(['name', 'name']);
    const tls = ['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'];
    expect(tls.map(named)).toEqual(['tls', 'tls', 'tls']);
    expect(['ECONNRESET', 'ETIMEDOUT'].map(named)).toEqual(['connection', 'timeout']);
    expect(causeOf(new Error('no code'))).toBe('connection');
  });
});

describe('through a proxy', () => {
  test('the request goes through its tunnel', async () => {
    const server = await serve((_, response) => response.end('through'));
    ends.push(server.close);
    const asked: string[] = [];
    const { connect } = await import('node:net');
    const proxy = await listen((socket) => {
      socket.once('data', (head: Buffer) => {
        asked.push(head.toString().split('\r\n')[0] ?? '');
        const far = connect(server.port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          socket.pipe(far).pipe(socket);
        });
        far.on('error', () => socket.destroy());
      });
    });
    ends.push(proxy.close);
    const result = await caller(server.url, { proxy: `http://127.0.0.1:${proxy.port}` }).call(GET);
    expect(result).toMatchObject({ answer: { text: 'through' } });
    expect(asked).toEqual([`CONNECT 127.0.0.1:${server.port} HTTP/1.1`]);
  });

  test('a proxy that refuses is told from a venue that does: nothing was sent', async () => {
    const proxy = await listen((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 407 Login\r\ncontent-length: 0\r\n\r\n'));
    });
    ends.push(proxy.close);
    const calls = caller('http://venue.invalid', { proxy: `http://127.0.0.1:${proxy.port}` });
    expect(failure(await calls.call(GET))).toMatchObject({ because: 'blocked', sent: false });
  });
});

test('no trace and no failure shows a key, a signature or a listen key', async () => {
  const secret = 'aGVsbG8rd29ybGQ/YmFzZTY0PT0=';
  const traced: string[] = [];
  const trace = (line: string) => void traced.push(line);
  const redaction = new Redaction([secret, undefined]);
  const server = await serve((_, response) => response.end('{}'));
  ends.push(server.close);
  const calls = caller(server.url, { trace, redaction });
  redaction.keep('LISTENKEY0123456789');
  const paths = [
    `/a?k=${encodeURIComponent(secret)}&signature=abcdef0123456789`,
    `/ws/pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv`,
    '/b?listenKey=LISTENKEY0123456789&apiKey=q1w2e3r4t5',
  ];
  for (const path of paths) await calls.call({ method: 'GET', path });
  expect(traced).toHaveLength(3);
  const all = traced.join('\n');
  for (const word of [secret, encodeURIComponent(secret), 'abcdef0123456789', 'pqia91ma19a5']) {
    expect(all).not.toContain(word);
  }
  expect(all).not.toMatch(/LISTENKEY|q1w2e3r4t5/);
  expect(all).toContain('GET /a?k=***&signature=*** -> 200');
});
