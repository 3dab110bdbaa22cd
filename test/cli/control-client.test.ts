import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ControlClient } from '../../src/cli/control-client.ts';
import { LEAN_ENVIRONMENT, supervisorEnvironment } from '../../src/cli/ensure-supervisor.ts';
import { GriddError } from '../../src/contract/errors.ts';
import { homeAt } from '../../src/platform/paths.ts';
import type { Home } from '../../src/platform/paths.ts';
import { readConfigFile } from '../../src/registry/index.ts';
import { configOf, gridd, makeHome, recordOf, registryOf } from './cli-harness.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server on a socket of `home`, named in its endpoint.json. */
async function serve(home: Home, listener: RequestListener, named: object = {}): Promise<void> {
  const socket = join(home.folder, 's');
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  mkdirSync(home.supervisorLogs, { recursive: true });
  const endpoint = { home: home.folder, pid: 1, control_socket: socket, bot_socket: '', ...named };
  writeFileSync(home.endpoint, JSON.stringify(endpoint));
}

/** Answers every request with `status` and `body`, for `folder`. */
function answering(folder: string, status: number, body: unknown): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'x-gridd-home': encodeURI(folder) });
    response.end(JSON.stringify(body));
  };
}

async function failure(promise: Promise<unknown>): Promise<GriddError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof GriddError) return error;
  throw new Error(`no GriddError: ${String(error)}`);
}

it('a config brought back is in the audit before the supervisor is asked to note its author', async () => {
  const home = makeHome({ 'config/archived/a.2020-01-01.json': configOf('a', 5001) });
  const noted: boolean[] = [];
  await serve(home, (request, response) => {
    if (request.url === '/api/configs/a/author') noted.push(existsSync(home.history));
    answering(home.folder, 503, {})(request, response);
  });
  expect(await gridd(home, ['unarchive', 'a'])).toMatchObject({ exit: 0 });
  expect(noted).toEqual([true]);
});

describe('the control client', () => {
  it('is answered by its own supervisor, in a home of any name too', async () => {
    const folder = join(makeHome().folder, 'ein Häuschen zu 100%');
    mkdirSync(folder);
    const home = homeAt(folder);
    await serve(home, answering(home.folder, 200, { pid: 7 }));
    expect(await new ControlClient(home).info()).toEqual({ pid: 7 });
  });

  it('asks again where a supervisor that ends hangs up, but never changes anything twice', async () => {
    const home = makeHome();
    let asked = 0;
    await serve(home, (request, response) => {
      asked += 1;
      if (asked === 1) request.socket.destroy();
      else answering(home.folder, 200, { pid: 8 })(request, response);
    });
    expect(await new ControlClient(home).info()).toEqual({ pid: 8 });
    asked = 0;
    const changed = await failure(new ControlClient(home).post('/api/instances/stop', {}));
    expect([changed.code, asked]).toEqual(['SUPERVISOR_UNREACHABLE', 1]);
    expect(changed.message).toMatch(/ hung up before it said what came of it\.$/);
    expect(changed.hint).toMatch(/^`gridd list` shows what was done of it/);
  });

  it('one that hung up and is gone is no supervisor any more', async () => {
    const home = makeHome();
    await serve(home, (request) => {
      servers[0]?.close();
      request.socket.destroy();
    });
    const gone = await failure(new ControlClient(home).info());
    expect(gone.code).toBe('SUPERVISOR_NOT_RUNNING');
  });

  it('asks again where it hangs up before the question is written', async () => {
    const home = makeHome();
    await serve(home, answering(home.folder, 200, { pid: 8 }));
    servers[0]?.prependOnceListener('connection', (socket: Socket) => socket.destroy());
    expect(await new ControlClient(home).info()).toEqual({ pid: 8 });
  });

  it('sends bodies and the idempotency key', async () => {
    const home = makeHome();
    await serve(home, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const { 'idempotency-key': key, 'content-type': type } = request.headers;
        const echo = { method: request.method, url: request.url, body, key, type };
        answering(home.folder, 200, echo)(request, response);
      });
    });
    expect(await new ControlClient(home).post('/api/x', { a: 'ä' }, 'k1')).toEqual({
      method: 'POST',
      url: '/api/x',
      body: '{"a":"ä"}',
      key: 'k1',
      type: 'application/json',
    });
  });

  it.each([
    ['no endpoint', (home: Home) => mkdirSync(home.logs)],
    ['an endpoint that is no JSON', (home: Home) => write(home, '{')],
    ['an endpoint without sockets', (home: Home) => write(home, '{"home":"x"}')],
    ['a socket that is gone', (home: Home) => write(home, endpointOf(home, home.folder))],
    ['the endpoint of the home it was copied from', (home: Home) => write(home, endpointOf(home, '/x'))],
  ])('with %s no supervisor runs', async (_what, prepare) => {
    const home = makeHome();
    prepare(home);
    expect((await failure(new ControlClient(home).info())).code).toBe('SUPERVISOR_NOT_RUNNING');
  });

  it('a socket nobody listens on any more means that none runs', async () => {
    const home = makeHome();
    writeFileSync(join(home.folder, 'gone'), '');
    write(home, endpointOf(home, home.folder));
    expect((await failure(new ControlClient(home).info())).code).toBe('SUPERVISOR_NOT_RUNNING');
  });

  it('believes no answer for another home, nor one for nobody', async () => {
    const home = makeHome();
    await serve(home, answering('/another/home', 200, { pid: 7 }));
    const { code, exit } = await failure(new ControlClient(home).info());
    expect({ code, exit }).toEqual({ code: 'SUPERVISOR_FOREIGN', exit: 4 });
    const silent = makeHome();
    await serve(silent, (_request, response) => void response.end('{}'));
    expect((await failure(new ControlClient(silent).info())).code).toBe('SUPERVISOR_FOREIGN');
  });

  it('passes on what the supervisor refuses, problems and all', async () => {
    const home = makeHome();
    const problems = [{ path: 'lower', message: 'is above upper', found: 9 }];
    const body = new GriddError('ADJUST_REFUSED', 'No.', { hint: 'Try.', problems }).toBody();
    await serve(home, answering(home.folder, 400, body));
    expect((await failure(new ControlClient(home).get('/x'))).toBody()).toEqual(body);
  });

  it('an answer it cannot understand is our bug', async () => {
    const home = makeHome();
    await serve(home, answering(home.folder, 500, { code: 'WHAT', message: 'odd' }));
    const { code, exit, message } = await failure(new ControlClient(home).get('/x'));
    expect({ code, exit }).toEqual({ code: 'INTERNAL', exit: 1 });
    expect(message).toContain('odd');
  });

  it('a supervisor that was stopped by a signal: the hint says how it goes on', async () => {
    const home = makeHome();
    const asleep = spawn('sleep', ['60']);
    try {
      asleep.kill('SIGSTOP');
      await serve(home, () => undefined, { pid: asleep.pid });
      const { code, hint } = await failure(new ControlClient(home).info());
      expect(code).toBe('SUPERVISOR_UNREACHABLE');
      expect(hint).toContain(`kill -CONT ${asleep.pid}`);
    } finally {
      asleep.kill('SIGKILL');
    }
  });

  it('a supervisor that drops the call is unreachable, and list falls back to the files', async () => {
    const home = makeHome({ 'logs/instances.json': registryOf({ a: recordOf('a') }) });
    await serve(home, (request) => void request.socket.destroy());
    const { code, exit } = await failure(new ControlClient(home).info());
    expect({ code, exit }).toEqual({ code: 'SUPERVISOR_UNREACHABLE', exit: 1 });
    const ran = await gridd(home, ['list', '--json']);
    expect(ran.exit).toBe(0);
    expect(ran.err).toContain('does not answer');
    expect(JSON.parse(ran.out)).toMatchObject([{ id: 'a' }]);
  });
});

describe('verbs with a supervisor', () => {
  const row = { id: 'a', state: 'running', desired: 'running', pid: 5, web_port: 5001, restarts: 0 };

  it('tell each result, the failures on stderr with the exit code of the first', async () => {
    const home = makeHome();
    const error = new GriddError('INSTANCE_NOT_RUNNING', 'b is not running.').toBody();
    const results = [
      { id: 'a', ok: true, message: 'paused', warnings: ['slow'] },
      { id: 'b', ok: false, message: error.message, error },
    ];
    await serve(home, (request, response) => {
      const answer = request.method === 'GET' ? [row] : results;
      answering(home.folder, 200, answer)(request, response);
    });
    const ran = await gridd(home, ['pause', 'a', 'b']);
    expect(ran).toEqual({
      exit: 3,
      out: 'a: paused\n',
      err:
        'warning: a: slow\nINSTANCE_NOT_RUNNING: b is not running.\n' +
        '  Start it with `gridd start ID`.\n',
    });
    const json = await gridd(home, ['pause', 'a', 'b', '--json']);
    expect(JSON.parse(json.out)).toEqual(results);
    expect(json.exit).toBe(3);
  });

  it('start names files and ids, and says what only the shell knows', async () => {
    const keys = { exchange_config: { api_key: '${KEY_A}', secret_key: '${KEY_B}' } };
    const home = makeHome({
      '.env': 'KEY_B=from-file\n',
      'config/active/a.json': configOf('a', 5001, keys),
      'config/active/b.json': configOf('b', 5002),
      'logs/instances.json': registryOf({
        c: recordOf('c', { config_file: 'config/active/b.json', instance_id_override: true }),
      }),
    });
    const bodies: unknown[] = [];
    await serve(home, (request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(JSON.parse(chunk.toString())));
      request.on('end', () => {
        const results = [{ id: 'a', ok: true, message: 'running', row }];
        answering(home.folder, 200, results)(request, response);
      });
    });
    const environment = { KEY_A: 'secret-in-shell', KEY_B: 'secret-in-shell' };
    const started = (...args: string[]) => gridd(home, ['start', ...args], { environment });
    const first = await started('a');
    expect(first).toMatchObject({ exit: 0, out: 'a: running, http://127.0.0.1:5001\n' });
    expect(first.err).toMatch(/^note: a names KEY_A, set in this shell but not in \.env/);
    expect(first.err).not.toContain('secret-in-shell');
    await started('c', '--fresh');
    await started('--all');
    await started('-c', 'config/active');
    await started('-c', 'config/active/b.json', '--instance-id', 'd', '-d');
    const [fileA, fileB] = ['a', 'b'].map((id) => join(home.active, `${id}.json`));
    const both = [{ config_file: fileA }, { config_file: fileB, instance_id: 'c' }];
    expect(bodies).toEqual([
      { targets: [{ config_file: fileA }], fresh: false, allow_running: false },
      { targets: [both[1]], fresh: true, allow_running: false },
      { targets: both, fresh: false, allow_running: true },
      {
        targets: [{ config_file: fileA }, { config_file: fileB }],
        fresh: false,
        allow_running: true,
      },
      {
        targets: [{ config_file: fileB, instance_id: 'd' }],
        fresh: false,
        allow_running: false,
      },
    ]);
  });

  it('adjust passes decimals on as they are typed and --save keeps the file in step', async () => {
    const more = { daemon_config: { bot_args: ['--grid-lower', '140', '--grid-num=20'] } };
    const text = `// mine\n${JSON.stringify(configOf('a', 5001, more), null, 2)}\n`;
    const home = makeHome({
      'config/active/a.json': text,
      'logs/instances.json': registryOf({ a: recordOf('a', { desired: 'running' }) }),
    });
    const requests: unknown[] = [];
    const answer = {
      ...{ applied: true, unchanged: false, converged: true, pending: 0, warnings: [] },
      ...{ orders_kept: 1, orders_cancelled: 2, orders_placed: 3, parcels_moved: 0 },
      ...{ carry: '0', market_trade: '0', profit_per_grid: { min: '0.5', max: '0.6' } },
      ...{ lower: '135.10', upper: '165', grids: 30, quantity_per_grid: '0.25' },
    };
    await serve(home, (request, response) => {
      request.on('data', (chunk: Buffer) => requests.push(JSON.parse(chunk.toString())));
      request.on('end', () => answering(home.folder, 200, answer)(request, response));
    });
    const args = ['adjust', 'a', '--lower', '135.10', '--upper', '165', '--grids', '30'];
    const dry = await gridd(home, [...args, '--dry-run']);
    expect(dry.out).toMatch(/^a: dry run, nothing was changed/);
    const file = join(home.active, 'a.json');
    expect(readFileSync(file, 'utf8')).toBe(text);
    const saved = await gridd(home, [...args, '--quantity', '0.25', '--save']);
    expect(saved).toMatchObject({ exit: 0, err: '' });
    expect(requests).toEqual([
      { grid_lower_price: '135.10', grid_upper_price: '165', grid_num: 30, dry_run: true },
      {
        grid_lower_price: '135.10',
        grid_upper_price: '165',
        grid_num: 30,
        order_quantity: '0.25',
      },
      // Who wrote the version of the file.
      { note: 'gridd adjust --save' },
    ]);
    expect(readFileSync(file, 'utf8')).toMatch(/^\/\/ mine\n/);
    const { config, warnings } = readConfigFile(home, file);
    expect(warnings).toEqual([]);
    expect(config.daemon_config.bot_args).toEqual(['--grid-lower', '135.10', '--grid-num=30']);
    expect(config.strategy_config).toMatchObject({
      grid_lower_price: '135.10',
      grid_upper_price: 165,
      grid_num: 30,
      order_quantity: 0.25,
    });
  });

  it('restart --all leaves alone what the user stopped', async () => {
    const home = makeHome();
    const bodies: unknown[] = [];
    const rows = [row, { ...row, id: 'b', desired: 'stopped', pid: null }];
    await serve(home, (request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(JSON.parse(chunk.toString())));
      request.on('end', () => {
        answering(home.folder, 200, request.method === 'GET' ? rows : [])(request, response);
      });
    });
    expect(await gridd(home, ['restart', '--all'])).toMatchObject({ exit: 0, err: '' });
    expect(bodies).toEqual([{ ids: ['a'] }]);
  });

  it('supervisor stop asks on a terminal and needs the answer without one', async () => {
    const home = makeHome();
    const info = { pid: 4_194_304, home: home.folder, running: 2, instances: 2, memory_mb: 1 };
    const bodies: unknown[] = [];
    await serve(home, (request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(JSON.parse(chunk.toString())));
      request.on('end', () => answering(home.folder, 200, info)(request, response));
    });
    const silent = await gridd(home, ['supervisor', 'stop']);
    expect(silent).toMatchObject({ exit: 2, out: '' });
    expect(silent.err).toMatch(/^ANSWER_NEEDED: .*\n.*--keep-bots.*--stop-bots/);
    const asked = (answer: string) =>
      gridd(home, ['supervisor', 'stop'], {
        terminal: { interactive: true, ask: () => Promise.resolve(answer) },
      });
    expect(await asked('perhaps')).toMatchObject({ exit: 2, out: '' });
    expect(bodies).toEqual([]);
    expect(await asked('stop')).toMatchObject({ exit: 0 });
    expect(await gridd(home, ['supervisor', 'stop', '--keep-bots'])).toMatchObject({ exit: 0 });
    expect(bodies).toEqual([{ bots: 'stop' }, { bots: 'keep' }]);
    expect(await gridd(home, ['supervisor', 'run'])).toMatchObject({ exit: 75, out: '' });
  });

  it('supervisor stop asks nothing where no bot runs', async () => {
    const home = makeHome();
    const info = { pid: 4_194_304, home: home.folder, running: 0, instances: 2, memory_mb: 1 };
    const bodies: unknown[] = [];
    await serve(home, (request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(JSON.parse(chunk.toString())));
      request.on('end', () => answering(home.folder, 200, info)(request, response));
    });
    expect(await gridd(home, ['supervisor', 'stop'])).toMatchObject({ exit: 0, err: '' });
    expect(bodies).toEqual([{ bots: 'keep' }]);
  });
});

it('a supervisor started by a verb inherits the machine, not the shell', () => {
  const given = { PATH: '/bin', GRIDD_HOME: '/h', GRIDD_MARK: 'm', BACKPACK_KEY: 'k', WEB_PORT: '1' };
  const machine = { PATH: '/bin', GRIDD_HOME: '/h' };
  expect(supervisorEnvironment(given)).toEqual({ ...machine, ...LEAN_ENVIRONMENT });
});

function write(home: Home, text: string): void {
  mkdirSync(home.supervisorLogs, { recursive: true });
  writeFileSync(home.endpoint, text);
}

function endpointOf(home: Home, folder: string): string {
  const socket = join(home.folder, 'gone');
  return JSON.stringify({ home: folder, pid: 1, control_socket: socket, bot_socket: socket });
}
