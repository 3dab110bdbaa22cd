/** What is shown of database/gridd.db and of the history that a supervisor keeps. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SupervisorInfo } from '../../src/contract/fleet-api.ts';
import type { AuditEntry, ExitEntry, HistoryFacts } from '../../src/contract/history-api.ts';
import type { Home } from '../../src/platform/paths.ts';
import { openDatabase } from '../../src/platform/sqlite.ts';
import { openHistory } from '../../src/store/index.ts';
import type { HistoryBatch } from '../../src/store/index.ts';
import { gridd, makeHome, recordOf, registryOf } from './cli-harness.ts';

const NOW = Date.now();
const ago = (minutes: number) => NOW - minutes * 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function note(home: Home, batch: Partial<HistoryBatch>): void {
  const history = openHistory(home.history);
  history?.write({ exits: [], usage: [], audit: [], ...batch });
  history?.close();
}

describe('status', () => {
  const exit = (minutes: number, more: Partial<ExitEntry> = {}): ExitEntry => ({
    at: iso(ago(minutes)),
    code: 1,
    signal: null,
    reason: 'exited with code 1',
    stderr_tail: ['first word', 'last word'],
    generation: 1,
    pid: 7,
    adopted: false,
    ...more,
  });
  const lines = (out: string, title: string) =>
    out.split('\n').filter((line) => line.startsWith(title));

  it('shows the last exit with its words, and the four before it, newest first', async () => {
    const last = exit(1, { code: null, signal: 'SIGKILL', reason: 'ended by SIGKILL' });
    const { generation: _generation, pid: _pid, adopted: _adopted, ...last_exit } = last;
    const a = recordOf('a', { state: 'failed', last_exit });
    const home = makeHome({ 'logs/instances.json': registryOf({ a }) });
    const before = [2, 3, 4, 5, 6, 7].map((minutes) => exit(minutes));
    const exits = [...before.reverse(), last].map((one) => ({ instance: 'a', exit: one }));
    note(home, { exits: [...exits, { instance: 'b', exit: exit(9, { reason: 'of b' }) }] });
    const { out } = await gridd(home, ['status', 'a'], { terminal: { columns: 200 } });
    expect(lines(out, 'last exit')).toEqual([
      expect.stringMatching(new RegExp(`^last exit +${last.at}, SIGKILL: ended by SIGKILL$`)),
    ]);
    expect(out).toMatch(/ended by SIGKILL\n +first word\n +last word\n/);
    expect(lines(out, 'exit before')).toEqual(
      [2, 3, 4, 5].map((minutes) =>
        expect.stringMatching(
          new RegExp(`^exit before +${iso(ago(minutes))}, code 1: exited with code 1$`),
        ) as string,
      ),
    );
    // The words of the last one alone.
    expect(out.match(/last word/g)).toHaveLength(1);
    expect(out).not.toContain('of b');
    const { out: json } = await gridd(home, ['status', 'a', '--json']);
    expect((JSON.parse(json) as { exits: unknown[] }).exits).toHaveLength(7);
  });

  it('shows every problem of a config that failed it', async () => {
    const problems = [
      { path: 'daemon_config.stop_timeout', message: 'is no number', found: 'soon', allowed: '1' },
      { path: 'strategy_config.grid_num', message: 'is too small', found: -3 },
    ];
    const last_error = { code: 'CONFIG_INVALID', message: 'a.json: 2 problems', hint: '', problems };
    const a = recordOf('a', { state: 'failed', last_error });
    const home = makeHome({ 'logs/instances.json': registryOf({ a }) });
    const { out } = await gridd(home, ['status', 'a'], { terminal: { columns: 200 } });
    expect(lines(out, 'problem')).toEqual([
      expect.stringMatching(/stop_timeout: is no number; found "soon"; allowed: 1$/),
      expect.stringMatching(/grid_num: is too small; found -3$/),
    ]);
    const { out: json } = await gridd(home, ['status', 'a', '--json']);
    expect(JSON.parse(json)).toMatchObject({ problems });
  });
});

describe('supervisor status', () => {
  /** A home whose supervisor answers with this history of its own. */
  async function answering(history: HistoryFacts): Promise<Home> {
    const home = makeHome();
    const info: SupervisorInfo = {
      pid: process.pid,
      home: home.folder,
      version: '0.1.0',
      started_at: iso(ago(3)),
      instances: 2,
      running: 1,
      memory_mb: 61.4,
      history,
    };
    const socket = join(home.folder, 's');
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'x-gridd-home': encodeURI(home.folder) });
      response.end(JSON.stringify(info));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    mkdirSync(home.supervisorLogs, { recursive: true });
    const endpoint = { home: home.folder, pid: process.pid, control_socket: socket, bot_socket: '' };
    writeFileSync(home.endpoint, JSON.stringify(endpoint));
    return home;
  }

  it('says nothing of a history that fares well', async () => {
    const home = await answering({ fault: null, lost: 0, set_aside: 0 });
    const { exit, out } = await gridd(home, ['supervisor', 'status']);
    expect(exit).toBe(0);
    expect(out).toMatch(/^instances +2, 1 running$/m);
    expect(out).toMatch(/^uptime +3m0\ds$/m);
    expect(out).not.toContain('history');
  });

  it('says why a history cannot be written, and what was lost', async () => {
    const fault = 'database/gridd.db: database or disk is full';
    const home = await answering({ fault, lost: 12, set_aside: 1 });
    const { out } = await gridd(home, ['supervisor', 'status']);
    expect(out).toMatch(/^history +database\/gridd\.db: database or disk is full$/m);
    expect(out).toMatch(/^history lost +12 entries; 1 broken files set aside$/m);
    const aside = await answering({ fault: null, lost: 0, set_aside: 2 });
    const told = await gridd(aside, ['supervisor', 'status']);
    expect(told.out).toMatch(/^history lost +0 entries; 2 broken files set aside$/m);
    expect(told.out).not.toMatch(/^history {2}/m);
  });
});

describe('audit', () => {
  const entry = (minutes: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
    at_ms: ago(minutes),
    verb: 'stop',
    instance: 'a',
    what: '{"on_stop":{"orders":"cancel"}}',
    outcome: 'ok',
    message: 'stopped',
    ...more,
  });
  const noted = () => {
    const home = makeHome();
    const audit = [
      entry(180, { verb: 'start', what: '{}', message: 'running' }),
      entry(90, { instance: 'b', outcome: 'STOP_FAILED', message: 'it would not end' }),
      entry(10),
      entry(5, { verb: 'shutdown', instance: null, what: '{"bots":"keep"}', message: '' }),
    ];
    note(home, { audit });
    return home;
  };
  const verbsOf = (out: string) =>
    (JSON.parse(out) as { verb: string; instance: string }[]).map(
      ({ verb, instance }) => `${verb} ${instance}`,
    );

  it('tells the verbs of the home, newest first, with what was asked for', async () => {
    const { exit, out } = await gridd(noted(), ['audit'], { terminal: { columns: 120 } });
    expect(exit).toBe(0);
    const rows = out.trimEnd().split('\n').slice(1);
    expect(rows.map((row) => row.split(/ {2,}/).slice(1).join(' | ').trimEnd())).toEqual([
      'shutdown | - | cli | ok | {"bots":"keep"}',
      'stop | a | cli | ok | {"on_stop":{"orders":"cancel"}} | stopped',
      'stop | b | cli | STOP_FAILED | {"on_stop":{"orders":"cancel"}} | it would not end',
      'start | a | cli | ok | running',
    ]);
  });

  it('what the command line changes by itself is noted too, without values', async () => {
    const home = makeHome({ '.env': '' });
    await gridd(home, ['token']);
    await gridd(home, ['token']);
    const made = await gridd(home, ['new', 'neutral', '--id', 'a', '--set', 'metadata.description=hush']);
    expect(made).toMatchObject({ exit: 0, err: '' });
    await gridd(home, ['archive', 'a']);
    const { out } = await gridd(home, ['audit', '--json']);
    expect(out).not.toContain('hush');
    const lines = JSON.parse(out) as { what: unknown }[];
    const by = { outcome: 'ok', who: userInfo().username, from: 'cli' };
    expect(lines).toMatchObject([
      { verb: 'archive', instance: 'a', what: { from: 'config/active/a.json' }, ...by },
      { verb: 'config new', instance: 'a', what: { template: 'neutral', set: ['metadata.description'] }, ...by },
      { verb: 'token', instance: null, what: { new: false }, ...by },
    ]);
  });

  it('a history of another gridd, or one that cannot be written, stops no deed', async () => {
    const home = makeHome({ '.env': '' });
    openHistory(home.history)?.close();
    const db = openDatabase(home.history, 'NORMAL');
    db.pragma('user_version = 1');
    db.close();
    const { exit, err } = await gridd(home, ['token']);
    expect(exit).toBe(0);
    expect(err).toContain('this is not in the audit');
    expect(err).toContain('another version of gridd keeps it');
    rmSync(home.history);
    mkdirSync(home.history);
    const { exit: again, err: why } = await gridd(home, ['new', 'neutral', '--id', 'b']);
    expect(again).toBe(0);
    expect(why).toContain('this is not in the audit');
  });

  it('of one instance, since a moment, at most so many', async () => {
    const home = noted();
    const of = async (...words: string[]) =>
      verbsOf((await gridd(home, ['audit', ...words, '--json'])).out);
    expect(await of()).toEqual(['shutdown null', 'stop a', 'stop b', 'start a']);
    expect(await of('a')).toEqual(['stop a', 'start a']);
    expect(await of('a', '--since', '1h')).toEqual(['stop a']);
    expect(await of('--since', '2h')).toEqual(['shutdown null', 'stop a', 'stop b']);
    expect(await of('-n', '1')).toEqual(['shutdown null']);
    expect(await of('never_was')).toEqual([]);
    const { out } = await gridd(home, ['audit', 'b', '--json']);
    expect(JSON.parse(out)).toEqual([
      {
        at: iso(ago(90)),
        verb: 'stop',
        instance: 'b',
        outcome: 'STOP_FAILED',
        message: 'it would not end',
        what: { on_stop: { orders: 'cancel' } },
        // Nobody said who it was.
        ...{ who: '', from: 'cli', before: null, after: null },
      },
    ]);
  });

  it('of a home without one is empty; of one that cannot be read is refused', async () => {
    const home = makeHome();
    expect(await gridd(home, ['audit'])).toEqual({ exit: 0, out: 'no verbs noted\n', err: '' });
    expect((await gridd(home, ['audit', '--json'])).out).toBe('[]\n');
    const broken = makeHome({ 'database/gridd.db': 'no database'.repeat(100) });
    const refused = await gridd(broken, ['audit']);
    expect(refused).toMatchObject({ exit: 2, out: '' });
    expect(refused.err).toMatch(/^BOOKS_UNREADABLE: .*gridd\.db/);
    const wrong = await gridd(home, ['audit', '--since', 'noon']);
    expect(wrong).toMatchObject({ exit: 2, out: '' });
    expect(wrong.err).toMatch(/^USAGE: --since takes/);
  });
});
