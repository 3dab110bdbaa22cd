/** A real runner on real books and the real paper venue, whose price path a test writes. */
import { onTestFinished } from 'vitest';
import { makeMarket, nearestTicks } from '../../src/contract/market.ts';
import type { Market } from '../../src/contract/market.ts';
import { GridService } from '../../src/bot/grid-service.ts';
import { designGrid } from '../../src/bot/plan.ts';
import type { Runner } from '../../src/bot/runner.ts';
import { Session } from '../../src/bot/session.ts';
import type { SessionParts } from '../../src/bot/session.ts';
import type { InstanceConfig } from '../../src/contract/instance-config.ts';
import { decodeState, initialState } from '../../src/engine/index.ts';
import type { DesignInput } from '../../src/engine/index.ts';
import { openPaperVenue, paperMarket } from '../../src/exchange/paper/index.ts';
import type { Venue } from '../../src/exchange/port.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { migrate, openDatabase } from '../../src/platform/sqlite.ts';
import { Books } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { scriptedPath } from '../exchange/scripted-path.ts';
import type { ScriptedPath } from '../exchange/scripted-path.ts';

export const TAG = '7e577e57';

export interface Rig {
  readonly market: Market;
  readonly venue: Venue;
  readonly books: Books;
  readonly path: ScriptedPath;
  readonly logged: string[];
}

/** Books and venue in one file in memory until the test ends; the price starts at `startTicks`. */
export function openRig(
  startTicks: number,
  { speed = 1000, clock = systemClock }: { speed?: number; clock?: Clock } = {},
): Rig {
  const db = openDatabase(':memory:', 'NORMAL');
  migrate(db, MIGRATIONS);
  const rules = paperMarket('SOL_USDC_PERP');
  const path = scriptedPath(rules.tick, [{ ticks: startTicks, move: 'jump' }], 'holds');
  const venue = openPaperVenue({ db, rules, source: path, speed, clock });
  onTestFinished(() => venue.close());
  return { market: makeMarket(rules), venue, books: new Books(db), path, logged: [] };
}

export const VALUES = {
  grid_lower_price: 100,
  grid_upper_price: 110,
  grid_num: 10,
  order_quantity: '0.5',
};

export interface Desk {
  readonly runner: Runner;
  readonly session: Session;
  readonly service: GridService;
  readonly bugs: unknown[];
  /** One comparison with the venue, as every `interval` seconds. */
  compare(): Promise<void>;
}

/** Start and recovery: from the stored state (else a new grid), reconcile, start. */
export async function openDesk(
  rig: Rig,
  venue: Venue = rig.venue,
  clock: Clock = systemClock,
  more: Partial<SessionParts> & { readonly values?: Partial<DesignInput> } = {},
): Promise<Desk> {
  const { market, books } = rig;
  const stored = books.engineState();
  const price = (await rig.venue.price()).last;
  const { values = {}, ...parts } = more;
  const { plan } = designGrid(market, { ...VALUES, ...values }, price, 'GRID_REFUSED');
  const bugs: unknown[] = [];
  const log = makeLogger('rig', [{ level: 'info', file: { write: (l) => rig.logged.push(l) } }]);
  const ticks = nearestTicks(market, price) ?? 0;
  const session = new Session({
    ...{ market, venue, books, clock, log, ticks },
    bootId: 'boot',
    tag: TAG,
    state: stored === null ? initialState(plan) : decodeState(stored),
    strategy: () => CONFIG.strategy_config,
    onBug: (error) => bugs.push(error),
    ...parts,
  });
  const { runner } = session;
  const compare = () => session.recover();
  await session.recover();
  await session.begin('start');
  const service = new GridService({
    id: 'rig',
    config: () => CONFIG,
    market,
    venue,
    books,
    runner,
    clock,
    log,
    warnings: () => [],
    startedAtMs: 0,
    clockOffset: () => null,
    acceptPosition: (dry) => session.acceptPosition(dry),
  });
  return { runner, session, service, bugs, compare };
}

/** Lets the price move through `ticks` and waits until the grid is quiet there. */
export async function movePrice(rig: Rig, desk: Desk, ticks: number): Promise<void> {
  const arrived = new Promise<void>((resolve) => {
    const end = desk.runner.subscribe(() => {
      if (desk.runner.ticks !== ticks) return;
      end();
      resolve();
    });
  });
  rig.path.push(ticks);
  await arrived;
}

export const CONFIG: InstanceConfig = {
  metadata: {
    exchange: 'paper',
    symbol: 'SOL_USDC_PERP',
    market_type: 'perp',
    strategy: 'perp_grid',
  },
  daemon_config: {
    strict_port: false,
    web_host: '127.0.0.1',
    web_allowed_hosts: [],
    max_restart_attempts: 3,
    restart_delay: 60,
    health_check_interval: 30,
    memory_limit_mb: 2048,
    cpu_limit_percent: 80,
    cpu_limit_window: 60,
    cpu_limit_action: 'warn',
    auto_restart: true,
    log_cleanup_interval: 86400,
    log_retention_days: 2,
    log_level: 'info',
    log_max_mb: 200,
    stop_timeout: 15,
    watch: false,
    environment: {},
    working_dir: '.',
    bot_args: [],
  },
  exchange_config: {
    mode: 'paper',
    allow_custom_host: false,
    connect_timeout: 5,
    read_timeout: 10,
    paper: {
      price_source: 'synthetic',
      seed: 1,
      volatility: 0.001,
      speed: 1,
      starting_balance: '10000',
      fill: 'through',
      partial_fill: 'none',
      funding_rate: '0',
    },
  },
  strategy_config: {
    ...VALUES,
    grid_type: 'arithmetic',
    direction: 'neutral',
    leverage: 1,
    open_position_at_start: true,
    out_of_range: 'hold',
    on_stop: { orders: 'cancel', position: 'keep' },
    interval: 60,
  },
};
