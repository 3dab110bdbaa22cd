/** The quick list: what it takes for an answer, and that nobody can tell it from the full one. */
import { execFile } from 'node:child_process';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../../src/cli/quick-list/question.ts';
import { PROCESS_STATES } from '../../src/contract/instance-api.ts';
import type { Home } from '../../src/platform/paths.ts';
import { ROOT } from '../source-tree.ts';
import { makeHome } from './cli-harness.ts';

const GRIDD = join(ROOT, 'bin', 'gridd.js');
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Listens as the supervisor of `home` that endpoint.json names. */
async function listen(home: Home, server: Server, named: object = {}): Promise<void> {
  const socket = join(home.folder, 's');
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  mkdirSync(home.supervisorLogs, { recursive: true });
  const endpoint = { home: home.folder, pid: 1, control_socket: socket, bot_socket: '', ...named };
  writeFileSync(home.endpoint, JSON.stringify(endpoint));
}

/** Answers whatever is asked with `pieces`, one after the other; then ends, unless `open`. */
function saying(pieces: readonly (string | Buffer)[], open = false): Server {
  return createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      for (const piece of pieces) socket.write(piece);
      if (!open) socket.end();
    });
  });
}

/** A whole answer of the supervisor of `home`, with `more` headers before it ends. */
function answer(home: Home, body: string, more: readonly string[] = []): string {
  const headers = [`x-gridd-home: ${encodeURI(home.folder)}`, ...more];
  if (!more.some((line) => line.startsWith('Content-Length'))) {
    headers.push(`content-length: ${Buffer.byteLength(body)}`);
  }
  return ['HTTP/1.1 200 OK', ...headers, '', body].join('\r\n');
}

describe('a question', () => {
  it('is answered, in however many pieces', async () => {
    const home = makeHome();
    const rows = Array.from({ length: 5000 }, (_, n) => ({ id: `größe_${n}` }));
    const bytes = Buffer.from(answer(home, JSON.stringify(rows)));
    const cut = [0, 1, 30, 90, 91, 150, 70_001, bytes.length];
    await listen(home, saying(cut.slice(1).map((end, n) => bytes.subarray(cut[n], end))));
    expect(await ask(home, '/api/instances')).toEqual(rows);
  });

  it.each<[string, (home: Home) => Server, object?]>([
    ['a part of the body', (home) => saying([answer(home, '[]', ['Content-Length: 3'])])],
    ['a body of no told length', (home) => saying([answer(home, '[]', ['Content-Length: '])])],
    ['chunks', (home) => saying([answer(home, '[]', ['Transfer-Encoding: chunked'])])],
    ['another status', (home) => saying([answer(home, '[]').replace('200 OK', '500 No')])],
    ['another home', (home) => saying([answer(home, '[]').replace('home: ', 'home: /x')])],
    ['no JSON', (home) => saying([answer(home, '[')])],
    ['no HTTP', () => saying(['what?'])],
    ['nothing', () => saying([])],
    ['silence', (home) => saying([answer(home, '[]').slice(0, -1)], true)],
    ['an endpoint of another home', (home) => saying([answer(home, '[]')]), { home: '/x' }],
    ['a socket that is not there', (home) => saying([answer(home, '[]')]), { control_socket: '/x' }],
  ])('takes %s for no answer', async (_name, serverOf, named) => {
    const home = makeHome();
    await listen(home, serverOf(home), named);
    expect(await ask(home, '/api/instances')).toBeNull();
  });

  it('is not asked where no supervisor ever was', async () => {
    expect(await ask(makeHome(), '/api/instances')).toBeNull();
  });
});

const plain = {
  ...{ desired: 'running', grid_state: null, pid: 4711, web_port: 5001, venue: 'paper' },
  ...{ mode: 'paper', symbol: 'SOL_USDC_PERP', position: '-0.5', grid_profit: '12.3456' },
  ...{ total_pnl: '-0.00012', restarts: 3, cpu_percent: 1.25, memory_mb: 78.4, uptime_s: 3725 },
  ...{ started_at: '2026-01-02T03:04:05.000Z', config_file: 'config/active/a.json', log_dir: 'l' },
};
const ROWS = [
  ...PROCESS_STATES.map((state) => ({ ...plain, id: `a_${state}`, state, last_error: 'why' })),
  { ...plain, id: 'an-id-that-must-wrap-into-lines', state: 'running', symbol: 'X'.repeat(40) },
  { ...plain, id: 'wide', state: 'running', symbol: '日本_USDC_PERP', last_error: null },
  { ...plain, id: 'bare', state: 'stopped', pid: null, web_port: null, total_pnl: null },
];

/** What a command prints; `versions`: of HTTP, as it was asked. */
async function listing(home: Home, words: readonly string[], versions: string[]) {
  const asked = versions.length;
  const env = { PATH: process.env['PATH'], HOME: home.folder, GRIDD_HOME: home.folder };
  const said = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [GRIDD, ...words], { cwd: home.folder, env }, (error, out, err) => {
      if (error === null) resolve(out + err);
      else reject(error);
    });
  });
  return { said, versions: versions.slice(asked) };
}

describe('gridd list', () => {
  it.each([[[]], [['--wide']], [['--json']], [['--wide', '--json']]])(
    'is the same byte for byte as the full command line prints it (%j)',
    async (flags) => {
      const home = makeHome();
      const versions: string[] = [];
      const server = createHttpServer((request, response) => {
        versions.push(request.httpVersion);
        response.setHeader('x-gridd-home', encodeURI(home.folder));
        const body = JSON.stringify(ROWS);
        response.setHeader('content-length', Buffer.byteLength(body)).end(body);
      });
      await listen(home, server);
      const quick = await listing(home, ['list', ...flags], versions);
      const full = await listing(home, ['--home', home.folder, 'list', ...flags], versions);
      expect([quick.versions, full.versions]).toEqual([['1.0'], ['1.1']]);
      expect(quick.said).toContain('an-id-that');
      expect(quick.said).toBe(full.said);
    },
  );

  it('is printed by the full command line when its own question was not answered', async () => {
    const home = makeHome();
    const versions: string[] = [];
    const server = createHttpServer((request, response) => {
      versions.push(request.httpVersion);
      response.setHeader('x-gridd-home', encodeURI(home.folder));
      if (request.httpVersion === '1.0') response.socket?.destroy();
      else response.end(JSON.stringify(ROWS));
    });
    await listen(home, server);
    const { said } = await listing(home, ['list'], versions);
    expect(versions).toEqual(['1.0', '1.1']);
    expect(said).toContain('a_running');
  });
});

describe('output that goes to a full disk', () => {
  const toFullDisk = (home: Home, words: string) =>
    new Promise<{ exit: unknown; err: string }>((resolve) => {
      const env = { PATH: process.env['PATH'], GRIDD_HOME: home.folder };
      const line = `"${process.execPath}" "${GRIDD}" ${words} > /dev/full`;
      execFile('sh', ['-c', line], { env }, (error, _out, err) =>
        resolve({ exit: error?.code ?? 0, err }),
      );
    });

  it('is said in one sentence with exit 1, by the quick list and by the full command line', async () => {
    const home = makeHome();
    const words = ['list', 'help', 'list --json'];
    const server = createHttpServer((_request, response) => {
      response.setHeader('x-gridd-home', encodeURI(home.folder));
      response.end(JSON.stringify(ROWS));
    });
    await listen(home, server);
    const ran = await Promise.all(words.map((line) => toFullDisk(home, line)));
    const sentence = /^OUTPUT_UNWRITABLE: The output cannot be written: ENOSPC[^\n]*\n {2}[^\n]*\n$/;
    for (const { exit, err } of ran.slice(0, 2)) {
      expect(exit).toBe(1);
      expect(err).toMatch(sentence);
    }
    expect(JSON.parse(ran[2]?.err ?? '')).toMatchObject({ error: { code: 'OUTPUT_UNWRITABLE' } });
  });
});
