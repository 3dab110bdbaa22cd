/**
 * kill -9 of the supervisor at each step of each verb. The bots live on; whoever comes next finds
 * each of them once, and what was asked for has happened, goes on, or happens when asked again.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ListRow } from '../../../src/contract/fleet-api.ts';
import { homeHash } from '../../../src/daemon/socket-folder.ts';
import { homeAt } from '../../../src/platform/paths.ts';
import { findMarked, processMark } from '../../../src/platform/process-identity.ts';
import { SupervisedHome } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { ROOT } from '../../source-tree.ts';

const SOAK = process.env['GRIDD_SOAK'] === '1';
const KILLER = join(ROOT, 'test', 'fixtures', 'kill-at-step.mjs');
const MIXED_BOT = join(ROOT, 'test', 'fixtures', 'mixed-bot.mjs');
const EVERY_STEP = Array.from({ length: 200 }, (_, index) => String(index + 1));
/** As long as the CLI gives a supervisor to come up, and then some. */
const CLI_LIMIT_MS = 40_000;
const HUNG_UP = /^SUPERVISOR_UNREACHABLE: .* hung up before it said .*\.\n {2}`gridd list` shows/m;
const [AA, BB, REAL] = ['aa_01', 'bb_02', 'real_03'] as const;

type Rows = ReadonlyMap<string, ListRow>;

interface Told {
  readonly code: number | null;
  readonly err: string;
}

interface Walk {
  /** Words of the CLI, or a question to the supervisor. */
  readonly verb: readonly string[] | (() => Promise<Told>);
  /** Once, with no supervisor. */
  readonly write: () => void;
  /** Brings about what the verb is asked of. */
  readonly before: () => Promise<unknown>;
  /** Whether what was asked for has happened; throws where something else has. */
  readonly happened: (rows: Rows) => boolean | Promise<boolean>;
  /** Where the supervisor is killed in the short run; none: only in the long one. */
  readonly steps?: readonly string[];
  /** It ends the supervisor itself: not asked again. */
  readonly last?: boolean;
}

let home: SupervisedHome;
/** Pid of the bot before the verb. */
let oldPid: number | null;
/** How many books were put aside before it. */
let oldBooks: number;
let round: number;
afterEach(() => home.close());

const order = () => home.path('kill-order');
const supervise = () => home.supervise({ GRIDD_TEST_KILL_ORDER: order() });

function gridd(words: readonly string[]): Promise<Told> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'bin', 'gridd.js'), ...words], {
      env: { PATH: process.env['PATH'], HOME: home.folder, GRIDD_HOME: home.folder },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: CLI_LIMIT_MS,
    });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('close', (code) => resolve({ code, err }));
  });
}

/** Asks the supervisor itself; nobody answers: as the CLI says it. */
async function ask(path: string, body: unknown): Promise<Told> {
  const hungUp = { status: 0, body: 'hung up' };
  const answer = await home.call('POST', path, body).catch(() => hungUp);
  const code = answer.status === 200 ? 0 : 4;
  return { code: answer.status === 0 ? 1 : code, err: JSON.stringify(answer.body) };
}

const say = ({ verb }: Walk) => (typeof verb === 'function' ? verb() : gridd(verb));

/** Ids of the bots that live, one for each process. */
function living(): string[] {
  const prefix = `${homeHash(homeAt(home.folder))}:`;
  const found = findMarked((mark) => mark.startsWith(prefix));
  return found.flatMap(({ pid }) => processMark(pid)?.split(':')[1] ?? []).sort();
}

/** Whether nothing is under way: what should run runs, what should not does not. */
function atRest({ id, state, desired, pid }: ListRow): boolean {
  const wanted = desired === 'running' ? ['running', 'degraded'] : ['stopped', 'finished'];
  const record = home.record(id);
  // Dropped by an archive, since the row was made.
  if (record === undefined) return false;
  const told = record.state === state && record.desired === desired && record.pid === pid;
  const over = record.panic === null && record.stop_wish === null;
  return told && over && wanted.includes(state) && (pid !== null) === (desired === 'running');
}

/** The rows once all are at rest; each bot that lives is told once, and none else. */
async function settled(): Promise<Rows> {
  let rows: ListRow[] = [];
  const rest = waitFor('rest', async () => (rows = await home.list()).every(atRest), 30_000);
  await rest.catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(rows)}`);
  });
  expect(living()).toEqual(rows.flatMap(({ id, pid }) => (pid === null ? [] : [id])).sort());
  return new Map(rows.map((row) => [row.id, row]));
}

/** Says the verb to a supervisor that is killed at `step`; the steps it took, null: it lives. */
async function killedAt(step: string, walk: Walk): Promise<string[] | null> {
  await walk.before();
  const supervisor = home.supervisors.at(-1);
  const log = `${order()}.steps`;
  rmSync(log, { force: true });
  writeFileSync(order(), step);
  const told = await say(walk);
  rmSync(order());
  const steps = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  const named = steps.map((name) => `${name} ${steps.filter((one) => one === name).length}`);
  if (steps.length < Number(step) || (Number.isNaN(Number(step)) && named.at(-1) !== step)) {
    expect(told).toMatchObject({ code: 0 });
    return null;
  }
  await waitFor('the end of the supervisor', () => supervisor?.signalCode === 'SIGKILL');
  // Killed after its answer it is no fault of the verb.
  if (told.code === 0) return steps;
  expect(told.code).toBe(1);
  if (typeof walk.verb !== 'function') expect(told.err).toMatch(HUNG_UP);
  expect(told.err).not.toMatch(/^ {4}at /m);
  return steps;
}

async function walkThrough(walk: Walk): Promise<void> {
  home = new SupervisedHome({ bot: MIXED_BOT, preload: KILLER });
  round = 0;
  walk.write();
  await supervise();
  for (const step of SOAK ? EVERY_STEP : (walk.steps ?? [])) {
    const steps = await killedAt(step, walk);
    if (steps === null && SOAK) return;
    if (steps === null) throw new Error(`there is no step "${step}"`);
    if (SOAK) console.log(`${String(walk.verb)}: killed ${step}, ${steps.at(-1)}`);
    await supervise();
    const happened = await walk.happened(await settled());
    if (walk.last === true || (happened && !SOAK)) continue;
    const again = await say(walk);
    // What has happened is refused with a reason, if at all.
    expect(happened ? [0, 3, 4] : [0], `${steps.join()}: ${again.err}`).toContain(again.code);
    expect(await walk.happened(await settled()), steps.join()).toBe(true);
  }
}

function only(rows: Rows): ListRow {
  const [row] = [...rows.values()];
  if (row === undefined || rows.size > 1) throw new Error(`${rows.size} rows`);
  return row;
}

/** Whether `look` comes true soon: what a bot shows it says with its next beat. */
async function soon(look: () => Promise<boolean>): Promise<boolean> {
  return waitFor('it', look, 2_500).catch(() => false);
}

/** Ends what lives, so that it can be started. */
async function stopped(...ids: string[]): Promise<void> {
  if (living().length > 0) await home.stop(...ids);
}

async function started(): Promise<void> {
  if (living().length === 0) await home.start(AA);
  oldPid = (await home.row(AA)).pid;
}

/** A grid that buys as it starts. */
function writeLong(): void {
  const config = JSON.parse(readFileSync(home.write(REAL), 'utf8')) as Record<string, object>;
  const exchange_config = { mode: 'paper', paper: { price_source: 'synthetic', seed: 7 } };
  const strategy_config = { ...config['strategy_config'], direction: 'long' };
  writeFileSync(home.config(REAL), JSON.stringify({ ...config, exchange_config, strategy_config }));
}

async function withPosition(): Promise<void> {
  if (living().length === 0) await home.start(REAL);
  await waitFor('a position', async () => {
    const { position } = await home.row(REAL);
    return position !== null && position !== '0';
  });
}

/** Down, with or without the orders and the position that it held. */
async function ended(rows: Rows, left: { orders: boolean; position: boolean }): Promise<boolean> {
  if (only(rows).state !== 'stopped') return false;
  const { status } = await home.status(REAL);
  const { open_orders = 0, position = '0' } = status ?? {};
  expect({ orders: open_orders > 0, position: position !== '0' }).toEqual(left);
  return true;
}

const RESTART: Walk = {
  verb: ['restart', AA],
  write: () => home.write(AA),
  before: started,
  happened: (rows) => {
    expect(only(rows)).toMatchObject({ state: 'running', restarts: 0 });
    return only(rows).pid !== oldPid;
  },
};

/** `undo` is said before; the grid is then to be in `state`. */
const switched = (verb: string, undo: string, state: string): Walk => ({
  verb: [verb, REAL],
  write: () => home.write(REAL),
  before: async () => {
    if (living().length === 0) await home.start(REAL);
    await home.post(`/api/instances/${undo}`, { ids: [REAL] });
  },
  happened: () => soon(async () => (await home.row(REAL)).grid_state === state),
});

function namesIn(folder: string, end: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.endsWith(end));
}

const archives = () => namesIn(home.path('config', 'archived'), '.json');
const putAside = () => namesIn(home.path('database', 'archived'), '.db').length;

const WALKS: Record<string, Walk> = {
  'start': {
    verb: ['start', AA],
    write: () => home.write(AA),
    before: () => stopped(AA),
    happened: (rows) => rows.get(AA)?.state === 'running',
  },
  'start of new books': {
    verb: ['start', REAL, '--fresh'],
    write: writeLong,
    before: async () => {
      await withPosition();
      await home.stop(REAL);
      oldBooks = putAside();
    },
    happened: (rows) => only(rows).pid !== null && putAside() === oldBooks + 1,
    steps: ['before spawn 1'],
  },
  'start of all': {
    verb: ['start', '--all'],
    write: () => [AA, BB].forEach((id) => home.write(id)),
    before: () => stopped(AA, BB),
    happened: (rows) => rows.size === 2 && [...rows.values()].every(({ pid }) => pid !== null),
    steps: ['before spawn 1'],
  },
  'stop': {
    verb: ['stop', AA],
    write: () => home.write(AA),
    before: started,
    happened: (rows) => only(rows).state === 'stopped',
  },
  'stop that closes': {
    verb: ['stop', REAL, '--position', 'close'],
    write: writeLong,
    before: withPosition,
    happened: (rows) => ended(rows, { orders: false, position: false }),
    steps: ['before ask stop 1'],
  },
  'stop that keeps the orders': {
    verb: ['stop', REAL, '--orders', 'keep'],
    write: writeLong,
    before: withPosition,
    happened: (rows) => ended(rows, { orders: true, position: true }),
  },
  'restart': { ...RESTART, steps: ['after SIGTERM 1'] },
  'restart of a bot that is deaf': {
    ...RESTART,
    write: () => home.write(AA, { stop_timeout: 1, environment: { BEHAVIOUR: 'deaf' } }),
    steps: ['after SIGTERM 1'],
  },
  'reload that restarts': {
    ...RESTART,
    verb: ['reload', AA],
    before: async () => {
      await started();
      round += 1;
      home.write(AA, { environment: { ROUND: String(round) } });
    },
    happened: async (rows) => {
      const restarted = await RESTART.happened(rows);
      return restarted && soon(async () => (await home.status(AA)).config_note === null);
    },
  },
  'pause': switched('pause', 'resume', 'paused'),
  'resume': switched('resume', 'pause', 'running'),
  'adjust': {
    ...switched('resume', 'resume', 'running'),
    verb: ['adjust', REAL, '--grids', '12'],
    before: async () => {
      if (living().length === 0) await home.start(REAL);
      await home.call('POST', `/api/instances/${REAL}/adjust`, { grid_num: 10 });
    },
    happened: () => soon(async () => (await home.status(REAL)).status?.grids === 12),
  },
  'panic': {
    verb: ['panic', REAL, '--yes'],
    write: writeLong,
    before: withPosition,
    happened: (rows) => ended(rows, { orders: false, position: false }),
    steps: ['after ask panic 1'],
  },
  'archive': {
    verb: () => ask(`/api/configs/${AA}/archive`, {}),
    write: () => home.write(AA),
    before: async () => {
      rmSync(home.path('config', 'archived'), { recursive: true, force: true });
      home.write(AA);
      await home.start(AA);
      await home.stop(AA);
    },
    happened: (rows) => {
      if (existsSync(home.config(AA))) return false;
      expect([rows.size, archives().length]).toEqual([0, 1]);
      return true;
    },
  },
  'unarchive': {
    verb: () => ask(`/api/archived/${archives()[0] ?? AA}/restore`, { note: '' }),
    write: () => home.write(AA),
    before: async () => {
      if (existsSync(home.config(AA))) await ask(`/api/configs/${AA}/archive`, {});
    },
    happened: () => existsSync(home.config(AA)) && archives().length === 0,
  },
  'the end with all bots': {
    ...RESTART,
    verb: ['supervisor', 'stop', '--stop-bots'],
    last: true,
  },
};

const walked = Object.entries(WALKS).filter(([, { steps }]) => SOAK || steps !== undefined);
const LIMIT_MS = SOAK ? 600_000 : 60_000;

test.each(walked)('%s', (_name, walk) => walkThrough(walk), LIMIT_MS);
